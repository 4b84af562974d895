"""What a referee said, in the words of the questions she was asked, and how it will read in public."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from vetting.companies.models import Organization
from vetting.engagements.models import Goal
from vetting.kernel.languages import ENGLISH
from vetting.outcomes.questionnaire import SHARES, Answers, question
from vetting.outcomes.rules import status_after
from vetting.outcomes.states import PUBLISH
from vetting.referrals.rules import Words
from vetting.referrals.states import RELATION_WORDS
from vetting.search.dossier import client_words
from vetting.web.asked import Asked
from vetting.web.labels import RELATIONS, TRANSFER
from vetting.web.templatetags.wording import day

_CALLED = {
    "confirmed": "Confirmed by {who}",
    "corrected": "Numbers corrected by {who}",
    "rejected": "Called wrong by {who}",
    "unanswered": "Answered by {who}, who could not say whether it is right",
}


def said(asked: Asked, answers: Answers) -> list[dict[str, str]]:
    """Every answer about a result with its question; `screen` is where it was given."""
    role, ties = question("role"), question("interests")
    lines = [
        _line(
            "work",
            question("worked_together").words,
            _chosen("worked_together", "yes" if answers.worked_together else "no"),
        ),
        _line("work", role.words, answers.role or _("Not said")),
        _line("work", ties.words, "; ".join(ties.choices[tie] for tie in answers.interests) or _("No")),
    ]
    if answers.worked_together:
        lines += _about_the_numbers(asked, answers)
    if answers.comment:
        lines.append(_line("", _("What you added"), answers.comment))
    return lines


def said_by_peer(words: Words) -> list[dict[str, str]]:
    return [
        _line("saw", _("How do you know the work?"), str(RELATION_WORDS[words.relation])),
        _line("saw", _("In which years?"), _years(words)),
        _line("words", _("For which skill?"), words.skill),
        _line("words", _("What did you see?"), words.saw),
        _line("words", _("Do you get a fee or another advantage for this?"), _yes_or_no(words.gets_fee)),
    ]


def said_of_goal(goal: Goal) -> list[dict[str, str]]:
    return [_line("", _("Do you agree on this goal?"), _yes_or_no(goal.client_accepted_at is not None))]


def publications(asked: Asked, answers: Answers, *, on: date) -> list[dict[str, Any]]:
    """How the answer reads in each form she may choose: {code, words, lines}."""
    return [
        {"code": code, "words": words, "lines": reads(asked, answers, code, on=on)}
        for code, words in question("publish").choices.items()
    ]


def reads(asked: Asked, answers: Answers, publish: str, *, on: date) -> list[str]:
    """The lines of the consultant's page that come from this answer. The more closed wish of both sides holds.

    In English, as the page is, whatever language she reads.
    """
    assert asked.goal is not None
    engagement = asked.goal.engagement
    shown = max((engagement.confidentiality, publish), key=PUBLISH.index)
    if shown == "sealed":
        return ["A result its client keeps sealed. It counts, and nothing else of it is shown."]
    with override(ENGLISH):
        lines = [
            _heading(engagement.organization, engagement.work, shown),
            _number(asked, answers),
            _witness(answers, on),
        ]
    if answers.worked_together and answers.shares:
        low, high = SHARES[answers.shares]
        lines.append(f"{low} to {high} % of the change due to the consultant, says the client.")
    if answers.worked_together and answers.transfer is not None:
        lines.append(f"{TRANSFER[answers.transfer]}.")
    return lines


def peer_reads(asked: Asked, words: Words) -> list[str]:
    """In English, but for her own words."""
    with override(ENGLISH):
        years = _years(words)
    lines = [
        f"{asked.ask.about['referee']}: {RELATIONS[words.relation].lower()}, {years}.",
        f"{words.skill}: “{words.saw}”",
    ]
    if words.gets_fee:
        lines.append("Shown, not weighed: the referrer gets a fee for it.")
    return lines


def _about_the_numbers(asked: Asked, answers: Answers) -> list[dict[str, str]]:
    transfer = "" if answers.transfer is None else str(answers.transfer)
    baseline, result = (
        _chosen("baseline", answers.baseline_verdict),
        _chosen("result", answers.result_verdict),
    )
    if answers.baseline_value is not None:
        baseline = f"{baseline}: {asked.value(answers.baseline_value)}"
    if answers.result_value is not None:
        result = f"{result}: {asked.value(answers.result_value)}"
    assert asked.goal is not None
    assert asked.outcome is not None
    return [
        _line("numbers", asked.question("baseline", asked.goal.baseline), baseline),
        _line("numbers", asked.question("result", asked.outcome.achieved), result),
        _line("effect", question("shares").words, _chosen("shares", answers.shares)),
        _line("effect", question("goal_before").words, _chosen("goal_before", answers.goal_before)),
        _line("effect", question("transfer").words, _chosen("transfer", transfer)),
        _line(
            "effect",
            _("%(question)s (private)") % {"question": question("hire_again").words},
            _chosen("hire_again", answers.hire_again),
        ),
    ]


def _heading(organization: Organization, work: str, shown: str) -> str:
    client = client_words(organization, shown)
    return f"{work}, {client}"


def _number(asked: Asked, answers: Answers) -> str:
    assert asked.goal is not None
    assert asked.outcome is not None
    metric = asked.ask.about["metric"]
    if not answers.worked_together:
        return f"{metric}: the client says this work did not take place."
    before = answers.baseline_value if answers.baseline_value is not None else asked.goal.baseline
    after = answers.result_value if answers.result_value is not None else asked.outcome.achieved
    text = f"{metric}: {asked.value(before)} to {asked.value(after)}, goal {asked.value(asked.goal.target)}"
    if answers.result_value is not None:
        text += f" (the consultant had reported {asked.value(asked.outcome.achieved)})"
    return f"{text}."


def _witness(answers: Answers, on: date) -> str:
    who = answers.role or "a referee at the client"
    if answers.interests:
        who += f" (tie: {', '.join(answers.interests)})"
    return f"{_CALLED[status_after(answers)].format(who=who)}, {day(on)}."


def _years(words: Words) -> str:
    if words.seen_from == words.seen_to:
        return f"{words.seen_from}"
    return _("%(first)s to %(last)s") % {"first": words.seen_from, "last": words.seen_to}


def _yes_or_no(it_is: bool) -> str:
    return _("Yes") if it_is else _("No")


def _chosen(key: str, code: str) -> str:
    return question(key).choices[code]


def _line(screen: str, term: str, text: str) -> dict[str, str]:
    return {"screen": screen, "term": term, "text": text}
