"""Keep the words that are in use."""

from collections.abc import Iterable

from vetting.segments.spelling import SHORTEST
from vetting.words.models import Word


def remember(words: Iterable[str]) -> None:
    """Words a listing now holds. In one order, so that two who write the same words never wait for each other in turn."""
    long = sorted({word for word in words if len(word) >= SHORTEST})
    known = set(Word.objects.filter(pk__in=long).order_by("pk").values_list("pk", flat=True))
    missing = [Word(word=word) for word in long if word not in known]
    Word.objects.bulk_create(missing, ignore_conflicts=True)
