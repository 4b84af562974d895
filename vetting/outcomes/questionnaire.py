"""The nine questions a client's referee is asked about one result, and the one she is asked again: versioned words.

What is stored is the code of an answer; the wording belongs to the version, so that an old answer is read with the
question it was given to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

VERSION = "outcome-1"
STILL_VERSION = "sustain-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One whole answer. `shares` is a key of SHARES or empty (cannot say); values in the metric's own unit."""

    worked_together: bool
    role: str = ""
    interests: tuple[str, ...] = ()
    baseline_verdict: str = "cannot_say"
    baseline_value: Decimal | None = None
    result_verdict: str = "cannot_say"
    result_value: Decimal | None = None
    shares: str = ""
    goal_before: str = "unknown"
    transfer: int | None = None
    hire_again: str = "cannot_say"
    publish: str = "sector"
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """Whether last time's number holds; `value` is today's, in the metric's own unit, where it is another."""

    still: str
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """`choices` maps the stored code to its words; empty for a question that is answered in writing."""

    key: str
    words: str
    hint: str
    choices: Mapping[str, str]


# Ranges of percent, low to high: people know a range where they would invent a number.
SHARES: Mapping[str, tuple[int, int]] = {
    "0-10": (0, 10),
    "10-25": (10, 25),
    "25-50": (25, 50),
    "50-75": (50, 75),
    "75-100": (75, 100),
}

QUESTIONS = (
    Question(
        "worked_together",
        "Did you work together on this, in this period?",
        "The work and its dates stand above.",
        {"yes": "Yes", "no": "No, this work did not take place"},
    ),
    Question(
        "role", "What was your role?", "For example: head of customer service, sponsor of the project.", {}
    ),
    Question(
        "interests",
        "Is there any tie between you and the consultant?",
        "A tie does not disqualify what you say; it is shown beside it. Leave all unticked if there is none.",
        {
            "employee": "I work or worked for the consultant",
            "owner": "I own part of the consultant's business, or the consultant of mine",
            "family": "We are family",
            "fee": "I get a fee or another advantage for answering",
            "competitor": "I compete with the consultant",
        },
    ),
    Question(
        "baseline",
        "Is the starting value right?",
        "The value before the work began.",
        {
            "confirm": "Yes, it is right",
            "correct": "No, it was another number",
            "wrong": "No, and I cannot give the right one",
            "cannot_say": "I cannot say",
        },
    ),
    Question(
        "result",
        "Is the result right?",
        "The value after the work.",
        {
            "confirm": "Yes, it is right",
            "correct": "No, it was another number",
            "wrong": "No, this result did not come about",
            "cannot_say": "I cannot say",
        },
    ),
    Question(
        "shares",
        "How much of the change is due to the consultant?",
        "A range is enough; other things always played a part.",
        {
            "0-10": "Hardly any (0 to 10 %)",
            "10-25": "Some (10 to 25 %)",
            "25-50": "A good part (25 to 50 %)",
            "50-75": "More than half (50 to 75 %)",
            "75-100": "Nearly all (75 to 100 %)",
            "": "I cannot say",
        },
    ),
    Question(
        "goal_before",
        "Was the goal set before the work began?",
        "",
        {"yes": "Yes", "no": "No, it was named afterwards", "unknown": "I cannot say"},
    ),
    Question(
        "transfer",
        "Can your own people now do this without the consultant?",
        "",
        {
            "0": "No, not at all",
            "1": "A small part of it",
            "2": "About half of it",
            "3": "Most of it",
            "4": "Yes, all of it",
            "": "It was not meant to be, or I cannot say",
        },
    ),
    Question(
        "hire_again",
        "Would you hire this consultant again for the same?",
        "Private: never shown by itself, only as a count once at least five clients have answered.",
        {"yes": "Yes", "no": "No", "cannot_say": "I cannot say"},
    ),
)
# Asked again some months after a result was confirmed. Better and worse are meant as the metric means them.
STILL_QUESTION = Question(
    "still",
    "Is the number still what you said last time?",
    "As far as you know it today.",
    {
        "held": "Yes, it is still that, or so near that it makes no difference",
        "grew": "It is better now",
        "faded": "It is worse now",
        "cannot_say": "I cannot say",
        "not_measured": "We no longer measure it",
    },
)
# Not a question about the work: how the answer may appear.
PUBLISH_WORDS: Mapping[str, str] = {
    "named": "With the name of our organization",
    "sector": "Only as our kind of organization",
    "sealed": "Not at all; count it, but show nothing of it",
}


def question(key: str) -> Question:
    return next(found for found in QUESTIONS if found.key == key)
