from django.db import models


class Word(models.Model):
    """A word that some listing holds or held: what a word that finds nothing may have been meant to be."""

    word = models.CharField(max_length=80, primary_key=True)

    def __str__(self) -> str:
        return self.word
