"""A consultant at her desk: what she fills in, and what a page says is wrong."""

from datetime import timedelta

from django.test import Client

from tests.builders import AT

NOW = AT + timedelta(hours=2)

PROFILE = {"name": "Ana Kalnina", "country": "LV", "languages": "Latvian, en, German", "place": "Riga"}
CLIENT = {
    "name": "Paper Umbrella",
    "domain": "paper-umbrella.example",
    "country": "LV",
    "industry": "47",
    "size_band": "50-249",
}
WORK = {
    "work": "Customer service redesign",
    "starts_on": "2026-05-01",
    "ends_on": "",
    "description": "",
    "mode": "deliver",
    "confidentiality": "named",
    "fee": "18 000",
    "fee_currency": "EUR",
}
GOAL = {
    "baseline": "9,40",
    "target": "7",
    "currency": "EUR",
    "due_on": "2026-12-01",
    "note": "Without dismissals.",
}
RESULT = {
    "achieved": "6,10 EUR",
    "measured_on": "2026-05-02",
    "source": "dashboard",
    "share": "80",
    "money": "52 000",
    "money_currency": "EUR",
    "statement": "We counted first.",
}
CARLA = {"name": "Carla Controller", "email": "carla@paper-umbrella.example", "language": ""}


def signed_in(who):
    """Her browser. `who` is a profile or a user."""
    client = Client()
    client.force_login(getattr(who, "owner", who))
    return client


def problems(page, form="form"):
    """{field: [code, ...]} of the form on a page that was sent back as wrong."""
    assert page.status_code == 400, page.status_code
    errors = page.context[form].errors.as_data()
    return {field: [error.code for error in found] for field, found in errors.items()}


def brief(value):
    """The name of a case: a million letters say no more than their beginning."""
    return repr(value[:24]) if isinstance(value, str) else None


def kept(page, form="form"):
    """What stands in each field of the form that came back."""
    return {field.name: field.value() for field in page.context[form]}
