"""What may be reported and answered, and how far an answer is to be believed."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from vetting.engagements.models import Engagement, Goal
from vetting.engagements.rules import may_be_value
from vetting.followups.models import Ask
from vetting.kernel.places import CURRENCIES
from vetting.kernel.text import PARAGRAPH, check_number, check_text
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.questionnaire import PUBLISH_WORDS, QUESTIONS, SHARES, Answers
from vetting.outcomes.states import INTERESTS, PUBLISH, SOURCES


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
            "The consultant has replaced or withdrawn this result; nothing of it counts any more.",
        )
    return ALLOWED


def may_withdraw_answer(ask: Ask, said: Sequence[Attestation]) -> Verdict:
    if ask.status != "answered" or not said:
        return refuse("not_answered", "There is no answer to this question yet.")
    if said[-1].withdrawn:
        return refuse("withdrawn", "You have taken this answer back already.")
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

    E4 (a second person or a document) and E5 (a follow-up after 180 days) are reached by further testimony.
    """
    if not mailbox_is_clients or answers.interests:
        return 1
    if answers.result_verdict in {"confirm", "correct"}:
        return 3
    return 2


def _codes(key: str) -> tuple[str, ...]:
    return tuple(next(question.choices for question in QUESTIONS if question.key == key))


def _among(field: str, given: tuple[str, ...], known: tuple[str, ...]) -> Verdict:
    unknown = [word for word in given if word not in known]
    if unknown:
        return refuse(
            "unknown_choice", f"{', '.join(unknown)[:80]}: not one of the answers offered.", field=field
        )
    return ALLOWED


def _value(verdict: str, value: Decimal | None, *, metric: str, field: str) -> Verdict:
    if verdict != "correct":
        return ALLOWED
    if value is None:
        return refuse("required", "Write the right number, or choose another answer.", field=field)
    return may_be_value(metric, value, field=field)


def _transfer(transfer: int | None) -> Verdict:
    if transfer is not None and not 0 <= transfer <= 4:
        return refuse("out_of_range", "Choose one of the answers offered.", field="transfer")
    return ALLOWED


def publication(outcome: Outcome, said: Sequence[Attestation]) -> str:
    """The more closed of what the consultant and the client chose. Before a client's word nobody is named."""
    choices = [outcome.goal.engagement.confidentiality, *(each.publish for each in said)]
    if not said:
        choices.append("sector")
    return max(choices, key=PUBLISH.index)
