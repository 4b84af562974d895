"""In which language somebody is written to: named, by her country, or as she has chosen herself."""

from datetime import timedelta

import pytest
from django.utils.translation import get_language, override

from tests import builders
from tests.builders import AT, BEN, CARLA
from tests.drawer import Drawer, sweep, text_of
from tests.followups.test_asks import asked, refused
from vetting.audit.queries import trail
from vetting.followups import actions
from vetting.followups.models import Referee
from vetting.followups.queries import in_words, language_of
from vetting.outcomes import actions as outcomes
from vetting.privacy.actions import ask_for_code
from vetting.privacy.codes import send_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return builders.user("ana@advice.example")


def body_of(letter, kind):
    return letter.get_body((kind,)).get_content()


@pytest.mark.parametrize(
    ("named", "country", "language"),
    [
        ("", "", "en"),
        ("", "EE", "en"),
        ("", "LV", "lv"),
        ("ru", "LV", "ru"),
        ("en", "DE", "en"),
        ("", "CH", "en"),
    ],
)
def test_the_one_named_or_that_of_the_country_or_english(ana, named, country, language):
    assert language_of(asked(ana, language=named, country=country).referee) == language


@pytest.mark.parametrize("language", ["xx", "DE", "deu", "\x00", "d" * 1000])
def test_none_but_the_six_may_be_named(ana, language):
    assert refused(lambda: asked(ana, language=language)) == {"language": "unknown_language"}


def test_the_first_one_named_stays_and_her_own_choice_above_all(ana):
    eve = builders.user("eve@pocket.example")
    referee = asked(ana, country="DE").referee
    assert (referee.language, language_of(referee)) == ("", "de")
    assert language_of(asked(eve, language="fr").referee) == "fr"
    assert language_of(asked(builders.user("dan@other.example"), language="es").referee) == "fr"
    actions.speak(referee.pk, language="lv", at=AT)
    assert language_of(asked(builders.user("kai@other.example"), language="es").referee) == "lv"


def test_choosing_is_written_down_once(ana):
    referee = asked(ana).referee
    for _ in range(2):
        actions.speak(referee.pk, language="de", at=AT)
    entries = [(entry.verb, entry.actor_kind, entry.facts) for entry in trail(referee.pk)]
    assert entries == [("speak", "referee", {"language": "de"})]
    assert refused(lambda: actions.speak(referee.pk, language="xx", at=AT)) == {
        "language": "unknown_language"
    }


def test_whoever_is_named_instead_is_written_to_in_the_same_language():
    ask = builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))
    actions.speak(ask.referee_id, language="fr", at=AT)
    handed = actions.hand_on(ask.pk, name="Paul Petit", email="paul@paper-umbrella.example", at=AT)
    assert language_of(handed.referee) == "fr"


def test_a_letter_says_its_language_in_its_head_and_in_its_page():
    outcome = builders.outcome(builders.goal(builders.engagement(builders.consultant())))
    owner = outcome.goal.engagement.profile.owner.actor
    ask = outcomes.ask_client(outcome, name=CARLA[0], email=CARLA[1], language="de", by=owner, at=AT)
    (letter,) = sweep(AT)
    assert letter["Content-Language"] == "de"
    assert letter["Subject"] == "Ana Kalnina fragt: Stimmt diese Zahl? Kosten je Ticket, 6,10 EUR"
    assert '<html lang="de">' in body_of(letter, "html")
    assert "Ergebnis: 6,10 EUR, gemessen am 20. April 2026" in text_of(letter)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert get_language() == "en"
    actions.decline(ask.pk, at=AT)
    (told,) = sweep(AT)
    assert (told["Content-Language"], told["Subject"]) == ("en", "Carla Controller has declined to answer")


def test_a_later_letter_follows_what_she_has_chosen_meanwhile():
    ask = builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))
    sweep(AT)
    actions.speak(ask.referee_id, language="ru", at=AT)
    (reminder,) = sweep(AT + timedelta(days=4))
    assert reminder["Subject"].startswith("Напоминание: Ana Kalnina спрашивает")
    assert (reminder["In-Reply-To"], reminder["Content-Language"]) == (reminder["References"], "ru")


def test_her_code_comes_in_her_language(ana):
    referee = asked(ana, whom=BEN, language="es").referee
    ask_for_code(referee.pk, at=AT)
    drawer = Drawer()
    assert send_code(post=drawer, at=AT)
    (letter,) = drawer.letters
    assert letter["Subject"].endswith(" es su código para lo que ha dicho aquí")
    assert "Este código la abre, durante 15 minutos, en el navegador que la pidió:" in text_of(letter)


def test_the_plain_values_of_an_ask_are_worded_as_they_are_read():
    about = {"metric": "Cost per ticket", "baseline": "9.40 EUR", "due_on": "2026-04-30", "ends_on": ""}
    with override("de"):
        assert in_words(about) == {
            "metric": "Kosten je Ticket",
            "baseline": "9,40 EUR",
            "due_on": "30. April 2026",
            "ends_on": "",
        }
    assert in_words(about) == about | {"due_on": "30 April 2026"}
    assert Referee.objects.count() == 0
