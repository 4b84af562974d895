from django.core.management import call_command
from django.db import migrations, models


def make_cache(_apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop_cache(_apps, schema_editor):
    schema_editor.execute("DROP TABLE vetting_cache")


class Migration(migrations.Migration):
    """What limits may be lost with a crash, and is written at every question: it goes into no log."""

    dependencies = [
        ('vetting', '0013_told_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('count', models.PositiveIntegerField()),
                ('ends_at', models.DateTimeField()),
            ],
        ),
        migrations.RunPython(make_cache, drop_cache),
        migrations.RunSQL(
            "ALTER TABLE vetting_tally SET UNLOGGED; ALTER TABLE vetting_cache SET UNLOGGED",
            "ALTER TABLE vetting_tally SET LOGGED; ALTER TABLE vetting_cache SET LOGGED",
        ),
    ]
