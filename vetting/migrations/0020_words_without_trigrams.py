"""The trigrams of the words in use, which search no longer reads."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):

    atomic = False  # the index goes beside a running site

    dependencies = [
        ('vetting', '0019_card_edition'),
    ]

    operations = [
        RemoveIndexConcurrently(
            model_name='word',
            name='word_like',
        ),
    ]
