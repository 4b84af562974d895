"""The whole demo world says something else of itself, and no bit of any stored score moves."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import models

from vetting.accounts.models import User
from vetting.management.demo.build import build
from vetting.management.demo.world import FEWEST, write
from vetting.profiles import actions as profiles
from vetting.profiles.models import Profile, SelfClaim
from vetting.scorecards.actions import compute
from vetting.scorecards.models import Scorecard

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
# When and from which edition of the profile a card was made is no score.
NOT_THE_SCORE = {"id", "computed_at", "evidence_version"}
# Everything of a profile that a score might be tempted by. There is neither a photo nor a payment in any table.
CHANGED = {"name", "biography", "country", "place", "languages", "rate", "rate_currency", "availability"}


def cards():
    columns = [field.attname for field in Scorecard._meta.fields if field.name not in NOT_THE_SCORE]
    return list(Scorecard.objects.order_by("profile_id").values(*columns))


@pytest.mark.django_db
def test_no_title_no_follower_no_biography_and_no_price_moves_a_stored_score():
    build(write(seed=1, consultants=FEWEST, years=1, at=AT), on_part=lambda part: None)
    before = cards()
    assert len(before) == FEWEST
    assert sum(card["counted"] for card in before) > 20
    for number, profile in enumerate(Profile.objects.order_by("id")):
        me = User.objects.get(pk=profile.owner_id).actor
        details = {
            "name": f"Guru {number}",
            "biography": "The world's leading authority. " * 100,
            "country": "US",
            "place": "Everywhere",
            "languages": ["en", "de", "fr", "es", "lv"],
            "rate": Decimal(9_999 - number),
            "rate_currency": "USD",
            "availability": "now" if number % 2 else "none",
        }
        assert set(details) == CHANGED == set(profiles.FIELDS)
        SelfClaim.objects.filter(profile=profile).delete()
        profiles.change(profile, details=details, by=me, at=AT)
        for kind in ("title", "award", "credential"):
            profiles.add_claim(profile, kind=kind, text=f"The best {kind}", by=me, at=AT)
        profiles.add_claim(profile, kind="followers", text="everywhere", count=9_000_000, by=me, at=AT)
    compute(list(Profile.objects.values_list("pk", flat=True)), at=AT)
    assert cards() == before


def test_there_is_no_column_for_a_payment_or_a_photo():
    """Whoever adds one has to name it here, and to change it above."""
    from django.apps import apps

    money = ("pay", "paid", "price", "subscription", "plan", "photo", "image", "picture", "boost", "sponsor")
    found = [
        f"{table.__name__}.{field.name}"
        for table in apps.get_app_config("vetting").get_models()
        for field in table._meta.get_fields()
        if isinstance(field, models.Field) and any(word in field.name for word in money)
    ]
    assert found == []
