"""A referee at her browser: what she fills in, and where."""

import re
from datetime import timedelta

from tests.builders import AT
from tests.drawer import key_of

NOW = AT + timedelta(hours=2)

WORK = {"worked_together": "yes", "role": "CFO"}
NUMBERS = {"baseline": "confirm", "result": "correct", "result_value": "6,50"}
EFFECT = {"shares": "50-75", "goal_before": "yes", "transfer": "3", "hire_again": "no"}
SCREENS = {"work": WORK, "numbers": NUMBERS, "effect": EFFECT}
SAW = {"relation": "hired", "seen_from": "2024", "seen_to": "2026"}
WORDS = {"skill": "service design", "saw": "Tickets fell by a third.\r\nI saw it weekly.", "gets_fee": "no"}


def opened(client, ask):
    """The page at the end of the letter's link."""
    return client.get(f"/r/{key_of(ask, at=AT)}/", follow=True)


def address(ask, screen=""):
    return f"/r/a/{ask.pk}/{screen + '/' if screen else ''}"


def fill(client, ask, **changed):
    """All screens up to the last."""
    for screen, typed in SCREENS.items():
        response = client.post(address(ask, screen), typed | changed.get(screen, {}))
        assert response.status_code == 302, response.content.decode()
    return response


def without_switch(response):
    """The page without the form that changes its language: that holds a token of its own and the page's address."""
    return re.sub(
        r"<details class=.small languages.*?</details>", "", response.content.decode(), flags=re.DOTALL
    )
