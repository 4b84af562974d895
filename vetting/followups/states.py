"""The life of an ask, and the steps of its letters."""

from vetting.kernel.moves import moves

ASK = moves(
    "ask",
    "queued",
    queued="sent answered declined stopped bounced expired cancelled replaced",
    sent="started answered declined stopped bounced expired cancelled replaced",
    started="answered declined stopped bounced expired cancelled replaced",
    answered="",
    declined="",
    stopped="",
    bounced="",
    expired="",
    cancelled="",
    replaced="",
)
OPEN = ("queued", "sent", "started")
BEGUN = ("sent", "started")
TYPED = "typed"  # in a draft: what stands in fields not sent on yet

# goal: accept it before the work. outcome: is the result right. peer: what did you see. sustain: is it still so.
KINDS = ("goal", "outcome", "peer", "sustain")
HANDED_ON = (
    "goal",
    "outcome",
)  # somebody else may know it better; the others ask for what one has said or seen oneself

STEPS = ("ask", "reminder_4", "told_silent", "reminder_11", "told_end", "told_answer")
LETTER_STEPS = ("ask", "reminder_4", "reminder_11")  # to the referee, and counted by the caps
TOLD_STEPS = ("told_silent", "told_end", "told_answer")  # to the consultant, who waits for them

# The one switch: paused, no letter of ours begins, whoever it is to.
OUTBOX = moves("outbox", "open", open="paused", paused="open")

# The mechanics of the outbox, not a status of the ask: planned > claimed > data > sent, back to planned on a 4xx.
STEP_STATES = ("planned", "claimed", "data", "sent", "failed", "uncertain", "cancelled")
