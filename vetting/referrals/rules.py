"""Who may be asked to refer, and what a referral must say."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from vetting.followups.models import Ask
from vetting.kernel.text import PARAGRAPH, check_text
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.referrals.models import Referral
from vetting.referrals.states import RELATIONS

EARLIEST_YEAR = 1950


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a peer says. Years are calendar years; `seen_to` may be the present one."""

    relation: str
    skill: str
    saw: str
    seen_from: int
    seen_to: int
    gets_fee: bool


def may_correct(ask: Ask, given: Referral | None) -> Verdict:
    if ask.status != "answered" or given is None:
        return refuse("not_answered", _("There is no answer to this question yet."))
    if given.status == "withdrawn":
        return refuse("withdrawn", _("You have taken this answer back already."))
    return ALLOWED


def may_withdraw(referral: Referral) -> Verdict:
    if referral.status == "withdrawn":
        return refuse("withdrawn", "This referral was withdrawn already.")
    return ALLOWED


def check_words(words: Words, *, at: datetime) -> list[Verdict]:
    known = words.relation in RELATIONS
    return [
        ALLOWED if known else refuse("unknown_choice", _("Choose how you saw the work."), field="relation"),
        check_text(words.skill, field="skill", most=80),
        check_text(words.saw, field="saw", most=PARAGRAPH),
        _year(words.seen_from, field="seen_from", latest=at.year),
        _year(words.seen_to, field="seen_to", latest=at.year),
        refuse("ends_before_start", _("The last year lies before the first."), field="seen_to")
        if words.seen_to < words.seen_from
        else ALLOWED,
    ]


def _year(year: int, *, field: str, latest: int) -> Verdict:
    if EARLIEST_YEAR <= year <= latest:
        return ALLOWED
    return refuse(
        "out_of_range",
        _("A year from %(first)s to %(last)s.") % {"first": EARLIEST_YEAR, "last": latest},
        field=field,
    )
