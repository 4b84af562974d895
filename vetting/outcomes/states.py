"""The life of an outcome, and the words of testimony."""

from vetting.kernel.moves import moves

OUTCOME = moves(
    "outcome",
    "draft",
    draft="submitted withdrawn",
    submitted="awaiting_client confirmed corrected rejected withdrawn",
    awaiting_client="confirmed corrected rejected unanswered withdrawn retracted",
    unanswered="awaiting_client confirmed corrected rejected withdrawn retracted",
    # Between the four answers an outcome moves when its referee corrects herself.
    confirmed="corrected rejected unanswered sustained faded superseded retracted",
    corrected="confirmed rejected unanswered sustained faded superseded retracted",
    sustained="confirmed corrected rejected unanswered faded superseded retracted",
    faded="confirmed corrected rejected unanswered sustained superseded retracted",
    rejected="confirmed corrected unanswered superseded retracted",
    superseded="",
    withdrawn="",
    retracted="",
)
VERIFIED = ("confirmed", "corrected", "sustained", "faded")
SCORED = (*VERIFIED, "rejected")
GONE = ("withdrawn", "superseded", "retracted")

# Days after the client's answer on which she is asked for the same number again, in months as people say it.
WAVES = {90: 3, 180: 6, 365: 12}
SUSTAINED_FROM = 180  # days: from then on a number that held makes the result a sustained one, E5
STILL = ("held", "grew", "faded", "cannot_say", "not_measured")
WITH_NUMBER = ("held", "grew", "faded")

SOURCES = ("system_of_record", "audited", "dashboard", "estimate")
MEASUREMENT_KINDS = ("baseline", "interim", "result", "sustain")
STATED_BY = ("consultant", "client", "record")
VERDICTS = ("confirm", "correct", "wrong", "cannot_say")
INTERESTS = ("employee", "owner", "family", "fee", "competitor")
GOAL_BEFORE = ("yes", "no", "unknown")
PUBLISH = ("named", "sector", "sealed")
HIRE_AGAIN = ("yes", "no", "cannot_say")
WITNESSES = ("client", "public_record")

# E0 to E5 of the evidence levels; the word is shown beside every fact.
LEVELS = (
    "said by the consultant",
    "outside source",
    "a mailbox at the client's own domain",
    "client confirmed or corrected the numbers",
    "client confirmed, with a document or a second person",
    "held at a follow-up 180 days or more later",
)
