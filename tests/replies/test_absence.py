"""Which answers are automatic by their subject, and which day of return they name."""

from datetime import date

import pytest

from vetting.replies.absence import back_on, is_absence

TODAY = date(2026, 11, 26)
FIFTH = date(2027, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office until 2027-01-05.",
        "I am away until 5 January.",
        "Away through Tuesday, 5th of January 2027; my colleague Dora helps.",
        "I will be back in the office on January 5th, 2027.",
        "On leave from 20 December 2026 to 5 January 2027.",
        "RETURNING ON JAN 5",
        "Ich bin bis 5.1. nicht im Haus.",
        "Vom 20.12.2026 bis einschließlich 05.01.27 im Urlaub.",
        "Ab dem 5. Januar bin ich wieder erreichbar.",
        "Zurück am Dienstag, den 5. Januar, spätestens.",
        "Je suis absente jusqu'au 5 janvier.",
        "Du 20 décembre au mardi 5 janvier inclus.",
        "De retour le 5 janvier 2027.",
        "Estaré fuera hasta el 5 de enero de 2027.",
        "Del 20 de diciembre al 5 de enero",
        "Atvaļinājumā no 20. decembra līdz 5. janvārim.",
        "Atgriezīšos 2027. gada 5. janvārī.",
        "Я в отпуске до 5 января.",
        "С 20 декабря по 5 января меня нет.",  # noqa: RUF001 - Russian
        "until 5/1/2027? No: until 05.01.2027",
    ],
)
def test_a_day_of_return_is_read(text):
    assert back_on(text, today=TODAY) == FIFTH


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am away.",
        "I am away until further notice.",
        "Away from 20 December.",
        "Back soon, perhaps on 31 February 2027.",
        "until 05/01/2027",  # May or January: it depends on who writes
        "Costs went from 9.40 to 6.10 by 5 January.",
        "Back to 5 marketing teams.",
        "bis 12.5 Prozent",
        "until 2027-13-45",
        "until 99 January",
        "x" * 2_000 + " until 5 January",  # so far down stands our own letter
        "until " + "in " * 3_000,
    ],
)
def test_what_is_unknown_stays_unknown(text):
    assert back_on(text, today=TODAY) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("until 26 November", TODAY),
        ("until 25 November", date(2027, 11, 25)),
        ("until 25 November 2026", date(2026, 11, 25)),
        ("until 25/12/2026", date(2026, 12, 25)),
        ("until 12/25/26", date(2026, 12, 25)),
        ("until 3/3", date(2027, 3, 3)),
        ("until 29 February 2028", date(2028, 2, 29)),
        ("until 29 February", None),
        ("to 4 December, then back on 9 December", date(2026, 12, 9)),
    ],
)
def test_the_year_and_the_last_of_several_days(text, day):
    assert back_on(text, today=TODAY) == day


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Ana Kalnina asks",
        "Auto: Reminder",
        "Re: Out of Office",
        "OOO",
        "Out of the office until Monday",
        "AW: Abwesenheitsnotiz: Ana Kalnina asks",
        "Automatische Antwort: x",
        "Réponse automatique : x",
        "Absence du bureau",
        "Respuesta automática: x",
        "Fuera de la oficina",
        "Automātiskā atbilde: x",
        "Prombūtnē",
        "Автоответ: x",
        "[Автоматический ответ] x",
    ],
)
def test_usual_subjects_of_automatic_answers(subject):
    assert is_absence(subject)


@pytest.mark.parametrize(
    "subject",
    ["", "Re: Ana Kalnina asks: is this number right?", "About the office", "Automobile", "Absolutely"],
)
def test_other_subjects_are_a_person_s(subject):
    assert not is_absence(subject)
