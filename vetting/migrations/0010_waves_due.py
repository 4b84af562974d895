"""When results confirmed before now are asked about again: on the next of their waves that is still to come."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # the indexes are built beside a running site

    dependencies = [
        ('vetting', '0009_waves'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='ask',
            index=models.Index(condition=models.Q(('kind', 'sustain'), ('status__in', ('queued', 'sent', 'started'))), fields=['subject_id'], name='ask_sustain_open'),
        ),
        AddIndexConcurrently(
            model_name='outcome',
            index=models.Index(condition=models.Q(('follow_up_on__isnull', False)), fields=['follow_up_on', 'id'], name='outcome_follow_up'),
        ),
        migrations.RunSQL(
            """
            UPDATE vetting_outcome SET follow_up_on = (verified_at AT TIME ZONE 'UTC')::date + CASE
                WHEN verified_at > now() - interval '90 days' THEN 90
                WHEN verified_at > now() - interval '180 days' THEN 180
                ELSE 365 END
            WHERE status IN ('confirmed', 'corrected') AND follow_up_on IS NULL
                AND verified_at > now() - interval '365 days'
                AND EXISTS (
                    SELECT FROM vetting_attestation said
                    WHERE said.outcome_id = vetting_outcome.id AND said.witness = 'client'
                )
            """,
            migrations.RunSQL.noop,
        ),
    ]
