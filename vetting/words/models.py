from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Word(models.Model):
    """A word that some listing holds or held: what a word that finds nothing may have been meant to be."""

    word = models.CharField(max_length=80, primary_key=True)

    class Meta:
        indexes = (GinIndex(fields=["word"], name="word_like", opclasses=["gin_trgm_ops"]),)

    def __str__(self) -> str:
        return self.word
