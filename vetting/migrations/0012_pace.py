"""The lines of letters by domain. A site that has long sent letters is no young sender."""

import vetting.kernel.keys
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vetting', '0011_replies'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pace',
            fields=[
                ('id', models.UUIDField(default=vetting.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False)),
                ('domain', models.CharField(max_length=254, unique=True)),
                ('free_at', models.DateTimeField()),
                ('strain', models.PositiveSmallIntegerField(default=0)),
                ('slowed_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WarmUp',
            fields=[
                ('id', models.UUIDField(default=vetting.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False)),
                ('began_on', models.DateField()),
                ('day', models.DateField()),
                ('begun', models.PositiveIntegerField(default=0)),
                ('only', models.BooleanField(default=True, unique=True)),
            ],
        ),
        migrations.AddField(
            model_name='askstep',
            name='deferred',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='askstep',
            name='paced_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='warmup',
            constraint=models.CheckConstraint(condition=models.Q(('only', True)), name='one_warm_up'),
        ),
        migrations.RunSQL(
            """
            INSERT INTO vetting_warmup (id, began_on, day, begun, "only")
            SELECT gen_random_uuid(), (min(sent_at) AT TIME ZONE 'UTC')::date, (now() AT TIME ZONE 'UTC')::date, 0, true
            FROM vetting_askstep WHERE state = 'sent' HAVING min(sent_at) IS NOT NULL
            """,
            migrations.RunSQL.noop,
        ),
    ]
