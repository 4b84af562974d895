"""Every component on one page, with invented values: for those who build pages, never in production."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

_FIELD = {"field_low": 31, "field_mid": 47, "field_high": 63}
_DENSE = {"mean": 71, "low": 66, "high": 76, "n": 38, **_FIELD}
_MIDDLING = {"mean": 58, "low": 44, "high": 71, "n": 9, **_FIELD}
_PALE = {"mean": 49, "low": 19, "high": 80, "n": 1, **_FIELD}
_NOBODY = {"mean": 47, "low": 10, "high": 84, "n": 0, **_FIELD}

_BLOCKS = [
    *("confirmed", "confirmed", "corrected", "missed", "confirmed", "silent", "confirmed"),
    *("declined", "confirmed", "not_asked", "missed", "silent", "confirmed", "not_asked"),
]
_ALL_BLOCKS = ["confirmed", "corrected", "missed", "rejected", "declined", "silent", "open", "not_asked"]


def _point(value: float | None, text: str, when: str, months: int = 0) -> dict[str, object]:
    return {"value": value, "text": text, "when": when, "months": months}


_HELD = {
    "metric": "Cost per ticket",
    "direction": "down",
    "baseline": _point(9.4, "9.40 EUR", "Mar 2025"),
    "target": _point(7.0, "7.00 EUR", "Nov 2025"),
    "achieved": _point(6.1, "6.10 EUR", "Nov 2025"),
    "later": [
        _point(6.3, "6.30 EUR", "Feb 2026", 3),
        _point(None, "not known", "no answer", 6),
        _point(6.0, "6.00 EUR", "Nov 2026", 12),
    ],
    "level": 5,
    "where": "The Paper Umbrella Company, retail, 200 people",
    "who": "Confirmed by the head of support, 14 May 2026",
    "url": "#results",
}
_MISSED = {
    "metric": "First-contact resolution",
    "direction": "up",
    "baseline": _point(58, "58 %", "Jan 2025"),
    "target": _point(75, "75 %", "Sep 2025"),
    "achieved": _point(66.5, "66.5 %", "Oct 2025"),
    "later": [],
    "level": 3,
    "where": "A telecommunications company, 1\u202f000 to 5\u202f000 people",
    "who": "Numbers corrected by the client, 2 November 2025",
    "url": "",
}
_OPEN = {
    "metric": "Days sales outstanding",
    "direction": "down",
    "baseline": _point(61, "61 days", "Jun 2026"),
    "target": _point(45, "45 days", "Dec 2026"),
    "achieved": _point(None, "not known", "due Dec 2026"),
    "later": [],
    "level": 0,
    "where": "Moonbeam Freight, logistics, 90 people",
    "who": "Goal accepted by both sides before the work began",
    "url": "",
}

_HITS = [
    {
        "name": "Amalia Invented",
        "url": "#hits",
        "place": "Lisbon · Portuguese, English, German · 900 EUR a day",
        "card": _DENSE,
        "blocks": ["confirmed"] * 19 + ["missed", "missed", "silent", "confirmed", "corrected"],
        "results": [
            {
                "verdict": "met",
                "text": "Cost per ticket 9.40 → 6.10 EUR at a retailer of 200, held after 12 months",
            },
            {
                "verdict": "missed",
                "text": "First-contact resolution 58 → 66.5 %, goal 75 %, at a telecom company of 2\u202f000",
            },
        ],
    },
    {
        "name": "Bartholomew Madeup-Longname von der Fiktion",
        "url": "#hits",
        "place": "Riga · Latvian, English, Russian · 640 EUR a day",
        "card": _MIDDLING,
        "blocks": _BLOCKS,
        "results": [
            {"verdict": "met", "text": "Lead time 21 → 12 days at a machine builder of 340, four months ago"}
        ],
    },
    {
        "name": "Celeste Fable",
        "url": "#hits",
        "place": "Lyon · French · 1\u202f200 EUR a day",
        "card": _PALE,
        "blocks": ["confirmed", "open", "not_asked"],
        "results": [{"verdict": "met", "text": "Churn 4.1 → 3.0 % a month at a software company of 45"}],
    },
    {
        "name": "Dorian Pretend",
        "url": "#hits",
        "place": "London · English · rate not said",
        "card": _NOBODY,
        "blocks": ["not_asked", "not_asked", "silent"],
        "results": [],
    },
]

_LEDGER = [
    {
        "what": "Cost per ticket, The Paper Umbrella Company",
        "url": "#ledger",
        "when": "May 2026",
        "who": "head of support",
        "level": 5,
        "adds": 9.4,
    },
    {
        "what": "Lead time, Moonbeam Freight",
        "url": "#ledger",
        "when": "Jan 2026",
        "who": "operations",
        "level": 4,
        "adds": 5.1,
    },
    {
        "what": "First-contact resolution, a telecom company",
        "url": "#ledger",
        "when": "Nov 2025",
        "who": "CFO",
        "level": 3,
        "adds": -3.7,
    },
    {
        "what": "Referral by Bruno Nobody, who saw the work",
        "url": "",
        "when": "Oct 2025",
        "who": "peer",
        "level": None,
        "adds": 0.4,
    },
]


_LETTER = (
    "Amalia Invented says she helped you lower the cost per ticket from 9.40 to 6.10 EUR in 2025, and asks you to "
    "say whether that is right."
)


class _GalleryForm(forms.Form):
    """One field of each kind."""

    mail = forms.EmailField(
        label="Your e-mail address", help_text="We write to it only about this piece of work."
    )
    result = forms.DecimalField(
        label="Cost per ticket after the work",
        help_text="You said 6.10 EUR in March.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    due = forms.DateField(label="Due", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    field = forms.ChoiceField(
        label="Industry", choices=[("", "Any"), ("47", "Retail trade"), ("61", "Telecommunications")]
    )
    verdict = forms.ChoiceField(
        label="Is the result right?",
        help_text="The consultant says: cost per ticket went from 9.40 to 6.10 EUR.",
        widget=forms.RadioSelect,
        choices=[
            ("right", "Yes, these numbers are right"),
            ("correct", "It happened, but other numbers are right"),
            ("wrong", "No, this did not happen"),
            ("unknown", "I cannot say"),
        ],
    )
    shown = forms.MultipleChoiceField(
        label="What may be shown",
        widget=forms.CheckboxSelectMultiple,
        choices=[("name", "The company's name"), ("numbers", "The numbers")],
        required=False,
    )
    words = forms.CharField(label="In your words", widget=forms.Textarea(attrs={"rows": 4}), required=False)
    agree = forms.BooleanField(label="I worked there at that time", required=False)


def _context() -> dict[str, Any]:
    return {
        "cards": [_DENSE, _MIDDLING, _PALE, _NOBODY],
        "edges": [
            {"mean": 2, "low": 0, "high": 6, "n": 4, **_FIELD},
            {"mean": 99, "low": 96, "high": 100, "n": 60, "field_low": 0, "field_mid": 3, "field_high": 100},
        ],
        "results": [_HELD, _MISSED, _OPEN],
        "blocks": _BLOCKS,
        "all_blocks": _ALL_BLOCKS,
        "hits": _HITS,
        "ledger": _LEDGER,
        "chips": [
            {"label": "Moved: cost per ticket", "remove_url": "#chips"},
            {"label": "Speaks German", "remove_url": "#chips"},
        ],
        "crumbs": [{"label": "Search", "url": "#"}, {"label": "Customer service", "url": "#"}],
        "facts": [
            {"term": "Place", "text": "Lisbon, Portugal", "url": ""},
            {"term": "Languages", "text": "Portuguese, English, German", "url": ""},
            {"term": "Method", "text": "Version 1, of 2 July 2026", "url": "#"},
        ],
        "letter": [
            _LETTER,
            "It takes about three minutes. You can say that it is wrong, decline, or stop all letters from us.",
        ],
        "form": _GalleryForm(),
        "wrong_form": _GalleryForm(
            {"mail": "carla at example", "result": "six"}, prefix=None, auto_id="wrong_%s"
        ),
    }


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """All parts and drawings. Not found in production."""
    if settings.PRODUCTION:
        raise Http404
    return render(request, "pages/gallery.html", _context())
