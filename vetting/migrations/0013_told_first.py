"""Letters to consultants are claimed first."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # the index is built beside a running site

    dependencies = [
        ('vetting', '0012_pace'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='askstep',
            index=models.Index(condition=models.Q(('state', 'planned'), ('step__in', ('told_silent', 'told_end', 'told_answer'))), fields=['due_at', 'id'], name='ask_step_told_due'),
        ),
    ]
