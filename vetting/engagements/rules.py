"""What may be declared as work, and what is a goal."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal

from vetting.engagements.metrics import METRICS, UnknownMetric, check_value, metric
from vetting.engagements.models import Engagement, Goal
from vetting.engagements.states import CONFIDENTIALITY, MODES, PREREGISTRATION_WINDOW
from vetting.kernel.actors import Actor
from vetting.kernel.places import CURRENCIES
from vetting.kernel.text import check_number
from vetting.kernel.verdict import ALLOWED, Verdict, refuse

EARLIEST, LATEST = date(1950, 1, 1), date(2100, 1, 1)
MOST_GOALS = 12


def may_change(actor: Actor, engagement: Engagement) -> Verdict:
    if actor.is_person(engagement.profile.owner_id):
        return ALLOWED
    return refuse("not_yours", "Only the consultant who did the work changes it.")


def may_be_period(starts_on: date, ends_on: date | None) -> Verdict:
    if starts_on < EARLIEST:
        return refuse("too_early", f"Work before {EARLIEST.year} is not taken.", field="starts_on")
    if starts_on >= LATEST:
        return refuse("too_late", f"Work from {LATEST.year} on is not taken.", field="starts_on")
    if ends_on is not None and ends_on < starts_on:
        return refuse("ends_before_start", "The work ends before it starts.", field="ends_on")
    return ALLOWED


def may_be_mode(mode: str) -> Verdict:
    if mode not in MODES:
        return refuse("unknown_mode", f"{mode}: not one of {', '.join(MODES)}.", field="mode")
    return ALLOWED


def may_be_confidentiality(word: str) -> Verdict:
    if word not in CONFIDENTIALITY:
        known = ", ".join(CONFIDENTIALITY)
        return refuse("unknown_confidentiality", f"{word}: not one of {known}.", field="confidentiality")
    return ALLOWED


def may_be_fee(fee: Decimal | None, currency: str) -> Verdict:
    if fee is None:
        return ALLOWED
    if fee <= 0:
        return refuse("not_positive", "A fee is above zero; leave it empty to say nothing.", field="fee")
    if not (checked := check_number(fee, field="fee")):
        return checked
    if currency not in CURRENCIES:
        return refuse(
            "unknown_currency", "Name the currency by its ISO 4217 code, such as EUR.", field="fee_currency"
        )
    return ALLOWED


def may_be_metric(key: str, currency: str) -> Verdict:
    try:
        found = metric(key)
    except UnknownMetric as unknown:
        return refuse("unknown_metric", str(unknown), field="metric")
    if found.needs_currency and currency not in CURRENCIES:
        return refuse(
            "unknown_currency",
            f"{found.name} is counted in money: name the currency by its ISO 4217 code, such as EUR.",
            field="currency",
        )
    if not found.needs_currency and currency:
        return refuse(
            "no_currency", f"{found.name} is not counted in money; leave the currency out.", field="currency"
        )
    return ALLOWED


def may_be_value(key: str, value: Decimal, *, field: str) -> Verdict:
    """`key` must be a known metric, or the value is not looked at: the metric's own refusal says enough."""
    if not (checked := check_number(value, field=field)):
        return checked
    if key in METRICS and (reason := check_value(METRICS[key], value)):
        return refuse("out_of_range", reason, field=field)
    return ALLOWED


def may_be_target(key: str, baseline: Decimal, target: Decimal) -> Verdict:
    """The target must lie on the better side of the baseline, whatever the unit."""
    if key not in METRICS:
        return ALLOWED
    found = METRICS[key]
    if int(found.direction) * (target - baseline) <= 0:
        better = "above" if int(found.direction) > 0 else "below"
        return refuse(
            "wrong_side", f"For {found.name} better is {better} the baseline of {baseline:f}.", field="target"
        )
    return ALLOWED


def may_be_due(due_on: date, engagement: Engagement) -> Verdict:
    if due_on < engagement.starts_on:
        return refuse("due_before_start", "The goal is due before the work starts.", field="due_on")
    return ALLOWED


def may_add_goal(*, so_far: int) -> Verdict:
    if so_far >= MOST_GOALS:
        return refuse("too_many", f"{MOST_GOALS} goals are enough for one engagement.")
    return ALLOWED


def may_propose(goal: Goal) -> Verdict:
    if goal.status == "draft":
        return ALLOWED
    return refuse("not_a_draft", f"This goal is {goal.status} already.")


def last_day_to_agree(starts_on: date) -> date:
    """Until then a goal that both sides accept is pre-registered."""
    return starts_on + PREREGISTRATION_WINDOW


def is_preregistered(goal: Goal, *, starts_on: date, client_accepted_at: datetime) -> bool:
    """Both sides accepted before the start, or within 14 days of it."""
    accepted = goal.consultant_accepted_at
    latest = last_day_to_agree(starts_on)
    return accepted is not None and accepted.date() <= latest and client_accepted_at.date() <= latest


def content_hash(goal: Goal) -> str:
    """SHA-256 of what was agreed, as canonical JSON: sorted keys, no spaces, numbers as plain text."""
    content = {
        "baseline": f"{goal.baseline.normalize():f}",
        "currency": goal.currency,
        "due_on": goal.due_on.isoformat(),
        "engagement": str(goal.engagement_id),
        "metric": goal.metric,
        "note": goal.note,
        "target": f"{goal.target.normalize():f}",
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
