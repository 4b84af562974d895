"""The life of a referral, and its words."""

from vetting.kernel.moves import moves

REFERRAL = moves(
    "referral",
    "requested",
    requested="answered withdrawn unanswered",
    unanswered="withdrawn",
    answered="accepted set_aside withdrawn",
    accepted="set_aside superseded withdrawn",
    set_aside="accepted superseded withdrawn",
    superseded="",
    withdrawn="",
)
RELATIONS = ("worked_with", "hired", "managed", "observed")
RELATION_WORDS = {
    "worked_with": "We worked on it together",
    "hired": "I hired the consultant for it",
    "managed": "I was responsible for the work",
    "observed": "I saw the work from nearby",
}
