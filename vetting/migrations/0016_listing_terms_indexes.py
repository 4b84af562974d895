"""The indexes of words, of skills and of the order, built beside a running site."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # the indexes are built beside a running site

    dependencies = [
        ('vetting', '0015_listing_terms'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='listing',
            index=django.contrib.postgres.indexes.GinIndex(fields=['terms'], name='listing_terms'),
        ),
        AddIndexConcurrently(
            model_name='listing',
            index=django.contrib.postgres.indexes.GinIndex(fields=['skills'], name='listing_skills'),
        ),
        AddIndexConcurrently(
            model_name='listing',
            index=models.Index(fields=['-theta_low', 'profile'], name='listing_order'),
        ),
        RemoveIndexConcurrently(
            model_name='listing',
            name='listing_rank',
        ),
    ]
