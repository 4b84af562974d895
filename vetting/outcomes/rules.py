"""What may be reported and answered, and how far an answer is to be believed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from vetting.engagements.metrics import format_value, metric
from vetting.engagements.models import Engagement, Goal
from vetting.engagements.rules import may_be_value
from vetting.followups.models import Ask
from vetting.followups.states import OPEN
from vetting.kernel.languages import value_words
from vetting.kernel.places import CURRENCIES
from vetting.kernel.text import PARAGRAPH, check_number, check_text
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.outcomes.models import Attestation, FollowUp, Outcome
from vetting.outcomes.questionnaire import PUBLISH_WORDS, QUESTIONS, SHARES, STILL_QUESTION, Answers, Still
from vetting.outcomes.states import (
    INTERESTS,
    LEVELS,
    PUBLISH,
    SOURCES,
    SUSTAINED_FROM,
    VERIFIED,
    WAVES,
)

NUMBERS_PROVED = 3  # E3: a mailbox of the client's own, without a tie, has confirmed or corrected them
LATELY = timedelta(
    days=30
)  # who has just said it, since an earlier letter came late, is not asked again at once


class Word(Protocol):
    """What of a testimony decides what stands: of a stored row, or of as much of it as was read."""

    @property
    def baseline_verdict(self) -> str: ...
    @property
    def baseline_value(self) -> Decimal | None: ...
    @property
    def result_verdict(self) -> str: ...
    @property
    def result_value(self) -> Decimal | None: ...
    @property
    def publish(self) -> str: ...


def may_report(goal: Goal) -> Verdict:
    """A goal the client has not accepted may have a result too; it only counts for less."""
    if goal.status in {"withdrawn", "declined"}:
        return refuse("goal_closed", f"This goal was {goal.status}; draft another one.")
    if goal.engagement.status in {"withdrawn", "contested"}:
        return refuse("engagement_closed", f"This engagement is {goal.engagement.status}.")
    return ALLOWED


def may_be_measured(measured_on: date, engagement: Engagement, *, at: datetime) -> Verdict:
    if measured_on < engagement.starts_on:
        return refuse("before_start", "The result was measured before the work started.", field="measured_on")
    if measured_on > at.date():
        return refuse(
            "in_future", "A result is measured, not foreseen: this day has not come yet.", field="measured_on"
        )
    return ALLOWED


def may_be_source(source: str) -> Verdict:
    if source not in SOURCES:
        return refuse("unknown_source", f"{source}: not one of {', '.join(SOURCES)}.", field="source")
    return ALLOWED


def may_be_share(share: int) -> Verdict:
    if not 0 <= share <= 100:
        return refuse("out_of_range", "A share lies between 0 and 100 percent.", field="share")
    return ALLOWED


def may_be_money(money: Decimal | None, currency: str, engagement: Engagement) -> Verdict:
    """The gain in money is compared with the fee, so it is counted in the contract's own currency."""
    if money is None:
        return ALLOWED
    if not (checked := check_number(money, field="money")):
        return checked
    if currency not in CURRENCIES:
        return refuse(
            "unknown_currency", "Name the currency by its ISO 4217 code, such as EUR.", field="money_currency"
        )
    if engagement.fee_currency and currency != engagement.fee_currency:
        return refuse(
            "wrong_currency",
            f"Your fee was in {engagement.fee_currency}; give the gain in it too.",
            field="money_currency",
        )
    return ALLOWED


def may_be_shown(shown_at: datetime, *, at: datetime) -> Verdict:
    if shown_at > at:
        return refuse(
            "in_future", "The source has not shown this yet: the day is still to come.", field="shown_at"
        )
    return ALLOWED


def may_ask_client(outcome: Outcome) -> Verdict:
    if outcome.status in {"submitted", "unanswered"}:
        return ALLOWED
    if outcome.status == "awaiting_client":
        return refuse("asked_already", "A client is being asked about this result already.")
    return refuse("not_open", f"This result is {outcome.status} already.")


def may_withdraw(outcome: Outcome) -> Verdict:
    """What a client has answered stays: hiding a result may never raise a score."""
    if outcome.verified_at is not None or outcome.status == "rejected":
        return refuse(
            "answered", "Your client has answered this; it cannot be taken back. You may reply to it."
        )
    return ALLOWED


def may_withdraw_goal(*, result: Outcome | None) -> Verdict:
    """A goal stays for as long as a result of it stands."""
    if result is None:
        return ALLOWED
    if may_withdraw(result):
        return refuse("has_result", "Withdraw its result first.")
    return refuse(
        "has_result", "Your client has answered about its result, so this goal stays in the record."
    )


def may_withdraw_work(*, goals_shown: int, results: int) -> Verdict:
    """Nobody is asked about work that is no longer claimed, and no result stands without its work."""
    if goals_shown:
        return refuse("goals_shown", "Withdraw its goals first: a client has been asked about them.")
    if results:
        return refuse("has_result", "Withdraw its results first; one that a client has answered stays.")
    return ALLOWED


def may_correct(ask: Ask, said: Sequence[Attestation], outcome: Outcome) -> Verdict:
    """`said` are the versions of the answer to that ask, oldest first."""
    if not (verdict := may_withdraw_answer(ask, said)):
        return verdict
    if outcome.status in {"withdrawn", "superseded"}:
        return refuse(
            "outcome_gone",
            _("The consultant has replaced or withdrawn this result; nothing of it counts any more."),
        )
    return ALLOWED


def may_withdraw_answer(ask: Ask, said: Sequence[Attestation | FollowUp]) -> Verdict:
    if ask.status != "answered" or not said:
        return refuse("not_answered", _("There is no answer to this question yet."))
    if said[-1].withdrawn:
        return refuse("withdrawn", _("You have taken this answer back already."))
    return ALLOWED


def check_answers(answers: Answers, *, metric: str) -> list[Verdict]:
    """Everything that is wrong with an answer's shape, one verdict a field."""
    return [
        check_text(answers.role, field="role", required=False),
        check_text(answers.comment, field="comment", most=PARAGRAPH, required=False),
        _among("interests", answers.interests, INTERESTS),
        _among("baseline", (answers.baseline_verdict,), _codes("baseline")),
        _among("result", (answers.result_verdict,), _codes("result")),
        _value(answers.baseline_verdict, answers.baseline_value, metric=metric, field="baseline_value"),
        _value(answers.result_verdict, answers.result_value, metric=metric, field="result_value"),
        _among("shares", (answers.shares,), ("", *SHARES)),
        _among("goal_before", (answers.goal_before,), _codes("goal_before")),
        _transfer(answers.transfer),
        _among("hire_again", (answers.hire_again,), _codes("hire_again")),
        _among("publish", (answers.publish,), tuple(PUBLISH_WORDS)),
    ]


def status_after(answers: Answers) -> str:
    """What becomes of an outcome by this answer: confirmed, corrected, rejected or unanswered."""
    verdict = answers.result_verdict if answers.worked_together else "wrong"
    if verdict == "confirm" and answers.baseline_verdict in {"correct", "wrong"}:
        verdict = answers.baseline_verdict
    words = {"confirm": "confirmed", "correct": "corrected", "wrong": "rejected", "cannot_say": "unanswered"}
    return words[verdict]


def status_by(standing: Sequence[Answers]) -> str:
    """What becomes of an outcome by all that stands of what was said: the last word holds."""
    return status_after(standing[-1]) if standing else "retracted"


def level_of(answers: Answers, *, mailbox_is_clients: bool) -> int:
    """E1 for a mailbox that is not proved to be the client's or has a tie; E2 for one that is; E3 with numbers.

    E4 (a second person or a document) is reached by further testimony; for E5 see `shown_level`.
    """
    if not mailbox_is_clients or answers.interests:
        return 1
    if answers.result_verdict in {"confirm", "correct"}:
        return 3
    return 2


def shown_level(outcome: Outcome) -> int:
    """E5 for what held half a year later where the client had proved the numbers (E3), else how well they are proved.

    The scale reads only the latter: that a number held it counts as persistence, and nothing counts twice.
    """
    is_proved = outcome.level >= NUMBERS_PROVED
    return len(LEVELS) - 1 if outcome.status == "sustained" and is_proved else outcome.level


def stands(baseline: Decimal, achieved: Decimal, said: Sequence[Word]) -> tuple[Decimal, Decimal]:
    """Baseline and result as reported, or by the numbers the client stands behind."""
    if said and said[-1].baseline_value is not None:
        baseline = said[-1].baseline_value
    if said and said[-1].result_value is not None:
        achieved = said[-1].result_value
    return baseline, achieved


def first_follow_up(outcome: Outcome, said: Attestation) -> date | None:
    """When a client who has just answered is asked the same number again; None where nothing stands that could hold."""
    stands_now = said.worked_together and said.result_verdict in {"confirm", "correct"}
    if not stands_now or said.baseline_verdict == "wrong" or not _has_moved(outcome, [said]):
        return None
    return next_wave(said.given_at, after=said.given_at.date())


def next_wave(verified_at: datetime, *, after: date) -> date | None:
    """The first day after that one on which a result confirmed at `verified_at` is asked about again."""
    days = (verified_at.date() + timedelta(days=wave) for wave in WAVES)
    return next((day for day in days if day > after), None)


def wave_of(verified_at: datetime, *, at: datetime) -> int:
    """The last wave whose day has come; before the first, that one."""
    passed = (at.date() - verified_at.date()).days
    return max((wave for wave in WAVES if wave <= passed), default=min(WAVES))


def may_follow_up(
    outcome: Outcome, said: Sequence[Attestation], asks: Sequence[Ask], answers: Sequence[FollowUp]
) -> Verdict:
    """Is the same number asked about again? `asks` and `answers`: of earlier waves. A no holds for all that follow."""
    if not (open_to := may_still_hold(outcome)):
        return open_to
    if not said or said[-1].referee is None:
        return refuse("no_client", "No client stands behind it who could be asked again.")
    if not _has_moved(outcome, said):
        return refuse("nothing_moved", "Nothing was moved of which one could ask whether it holds.")
    return _may_ask_her_again(asks, answers)


def may_still_hold(outcome: Outcome) -> Verdict:
    """Whether the result stands, so that one may say what became of it."""
    engagement = outcome.goal.engagement
    if outcome.status not in VERIFIED or engagement.status in {"contested", "withdrawn"}:
        return refuse(
            "closed", _("This question is closed: the result it was about does not stand any more.")
        )
    return ALLOWED


def is_asked_already(asks: Sequence[Ask], *, at: datetime) -> bool:
    """An earlier wave, delayed by a cap or a holiday, stands in for this one."""
    return any(
        ask.status in OPEN or (ask.status == "answered" and ask.status_at > at - LATELY) for ask in asks
    )


def check_still(answer: Still, *, goal: Goal, last: Decimal) -> list[Verdict]:
    """Everything that is wrong with an answer about a number that was `last` last time."""
    chosen = _among("still", (answer.still,), tuple(STILL_QUESTION.choices))
    if not chosen:
        return [chosen]
    if answer.still not in {"grew", "faded"}:
        if answer.value is None:
            return [ALLOWED]
        return [
            refuse("contradiction", _("You wrote another number: choose better or worse."), field="still")
        ]
    if answer.value is None:
        return [
            refuse(
                "required", _("Write the number as it is now, or choose another answer."), field="still_value"
            )
        ]
    possible = may_be_value(goal.metric, answer.value, field="still_value")
    return [possible if not possible else _on_that_side(answer.still, answer.value, goal=goal, last=last)]


def status_since(outcome: Outcome, said: Sequence[Attestation], answers: Sequence[FollowUp]) -> str:
    """What the numbers given later make of a result that stands: the last holds, as that of today.

    Faded where it is worse than the confirmed one, at any time; sustained where it is not, from half a year on. Whether a
    small difference matters the client has said herself: she was offered "so near that it makes no difference", which
    leaves the number as it was.
    """
    given = [answer for answer in answers if answer.value is not None]
    if given and given[-1].value is not None:
        better = int(metric(outcome.goal.metric).direction) * (
            given[-1].value - stands(outcome.goal.baseline, outcome.achieved, said)[1]
        )
        if better < 0:
            return "faded"
        if given[-1].wave >= SUSTAINED_FROM:
            return "sustained"
    return status_said(said)


def status_said(said: Sequence[Attestation]) -> str:
    """Of a result that stands, by the client's word on it alone: what it was before anybody asked again."""
    return "corrected" if was_corrected(said) else "confirmed"


def was_corrected(said: Sequence[Word]) -> bool:
    """The client gave another number than the consultant: this stays so when the result is sustained or fades."""
    return bool(said) and "correct" in {said[-1].result_verdict, said[-1].baseline_verdict}


def _has_moved(outcome: Outcome, said: Sequence[Attestation]) -> bool:
    baseline, achieved = stands(outcome.goal.baseline, outcome.achieved, said)
    return int(metric(outcome.goal.metric).direction) * (achieved - baseline) > 0


def _may_ask_her_again(asks: Sequence[Ask], answers: Sequence[FollowUp]) -> Verdict:
    """By what became of the earlier waves. Silence ends nothing."""
    ends = {ask.status for ask in asks}
    if "declined" in ends:
        return refuse("declined", "The client would rather not be asked about it again.")
    if ends & {"stopped", "bounced"}:
        return refuse("stopped", "No letters reach the client any more.")
    if any(answer.still == "not_measured" for answer in answers):
        return refuse("not_measured", "The client no longer measures it.")
    return ALLOWED


def _on_that_side(still: str, value: Decimal, *, goal: Goal, last: Decimal) -> Verdict:
    kind = metric(goal.metric)
    better = int(kind.direction) * (value - last)
    if (better > 0) if still == "grew" else (better < 0):
        return ALLOWED
    was = {
        "metric": pgettext("metric", kind.name),
        "value": value_words(format_value(kind, last, goal.currency)),
    }
    if still == "grew":
        above = _("You chose better; for %(metric)s that is above %(value)s.")
        below = _("You chose better; for %(metric)s that is below %(value)s.")
    else:
        above = _("You chose worse; for %(metric)s that is above %(value)s.")
        below = _("You chose worse; for %(metric)s that is below %(value)s.")
    words = above if (int(kind.direction) > 0) == (still == "grew") else below
    return refuse("wrong_side", words % was, field="still_value")


def _codes(key: str) -> tuple[str, ...]:
    return tuple(next(question.choices for question in QUESTIONS if question.key == key))


def _among(field: str, given: tuple[str, ...], known: tuple[str, ...]) -> Verdict:
    unknown = [word for word in given if word not in known]
    if unknown:
        return refuse(
            "unknown_choice",
            _("%(given)s: not one of the answers offered.") % {"given": ", ".join(unknown)[:80]},
            field=field,
        )
    return ALLOWED


def _value(verdict: str, value: Decimal | None, *, metric: str, field: str) -> Verdict:
    if verdict != "correct":
        return ALLOWED
    if value is None:
        return refuse("required", _("Write the right number, or choose another answer."), field=field)
    return may_be_value(metric, value, field=field)


def _transfer(transfer: int | None) -> Verdict:
    if transfer is not None and not 0 <= transfer <= 4:
        return refuse("out_of_range", _("Choose one of the answers offered."), field="transfer")
    return ALLOWED


def publication(confidentiality: str, said: Sequence[Word]) -> str:
    """The more closed of what the consultant and the client chose. Before a client's word nobody is named."""
    choices = [confidentiality, *(each.publish for each in said)]
    if not said:
        choices.append("sector")
    return max(choices, key=PUBLISH.index)
