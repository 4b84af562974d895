"""The tags and parts that pages are made of."""

import re
from dataclasses import make_dataclass
from decimal import Decimal
from html import unescape

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string

CARD = {"mean": 58, "low": 44, "high": 71, "field_low": 31, "field_mid": 47, "field_high": 63, "n": 9}
RESULT = {
    "metric": "Cost per ticket",
    "direction": "down",
    "baseline": {"value": Decimal("9.4"), "text": "9.40 EUR", "when": "Mar 2025"},
    "target": {"value": Decimal(7), "text": "7.00 EUR"},
    "achieved": {"value": 6.1, "text": "6.10 EUR", "when": "Nov 2025"},
    "later": [{"value": None, "text": "not known", "when": "no answer", "months": 6}],
}


def rendered(source, **values):
    return Template("{% load evidence %}" + source).render(Context(values))


def text(html):
    """What stands there to be read, on one line."""
    bare = re.sub(r"<(title|desc)[^>]*>.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(bare).split())


def test_a_streak_says_its_figures_beside_it():
    assert text(rendered("{% streak card %}", card=CARD)) == "44 to 71, from 9 results"
    assert text(rendered('{% streak card size="large" %}', card=CARD)).endswith(
        "We cannot tell this standing apart from the middle of the field yet."
    )


def test_a_tag_takes_a_mapping_an_object_and_decimals_alike():
    as_object = make_dataclass("Row", CARD)(**{key: Decimal(value) for key, value in CARD.items()})
    assert rendered("{% streak card %}", card=as_object) == rendered("{% streak card %}", card=CARD)


def test_ids_are_unique_over_a_page_its_loops_and_its_parts():
    page = rendered(
        "{% for card in cards %}{% streak card %}{% endfor %}{% coverage blocks %}{% slope result %}"
        '{% include "parts/result.html" with result=result only %}',
        cards=[CARD, CARD],
        blocks=["confirmed"],
        result=RESULT | {"level": 3, "where": "a retailer", "who": "the client", "url": ""},
    )
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 10
    named = [key for keys in re.findall(r'aria-labelledby="([^"]+)"', page) for key in keys.split()]
    assert named == ids


def test_the_same_page_is_the_same_bytes():
    assert rendered("{% streak card %}", card=CARD) == rendered("{% streak card %}", card=CARD)


def test_a_slope_has_its_figures_under_its_columns():
    assert text(rendered("{% slope result %}", result=RESULT)) == (
        "Goal met · lower is better Before 9.40 EUR Mar 2025 Result 6.10 EUR Nov 2025 goal 7.00 EUR "
        "6 months later not known no answer"
    )


def test_a_card_that_lacks_a_number_is_an_error_not_a_wrong_drawing():
    with pytest.raises(KeyError, match="field_mid"):
        rendered("{% streak card %}", card={key: CARD[key] for key in CARD if key != "field_mid"})


def test_coverage_and_its_key():
    blocks = ["confirmed", "missed", "confirmed", "not_asked"]
    assert text(rendered("{% coverage blocks %}", blocks=blocks)) == (
        "declared 4 · asked 3 · answered 3 · declined 0 · silent 0"
    )
    assert text(rendered("{% coverage_key blocks %}", blocks=blocks)) == (
        "2 confirmed, goal met 1 confirmed, goal missed 1 declared, nobody asked"
    )


def test_the_keys_name_every_mark():
    assert text(rendered("{% streak_key %}")) == (
        "where the standing lies, four chances in five its lower end, which ranks others in the field, and their middle"
    )
    assert re.findall(r"E\d", text(rendered("{% levels_key %}"))) == ["E0", "E1", "E2", "E3", "E4", "E5"]


def test_a_ledger_adds_up_at_the_bottom():
    rows = [
        {"what": "Cost per ticket", "url": "/e/1", "when": "May 2026", "who": "CFO", "level": 3, "adds": 5.5},
        {"what": "A referral", "url": "", "when": "June 2026", "who": "peer", "level": None, "adds": -0.5},
    ]
    table = render_to_string(
        "parts/ledger.html", {"caption": "Ana", "rows": rows, "total": Decimal(5), "largest": 5.5}
    )
    assert text(table) == (
        "Ana What When Who Evidence Adds "
        "Cost per ticket May 2026 CFO E3 client confirmed or corrected the numbers +5.5 "
        "A referral June 2026 peer \u22120.5 Together +5.0"
    )


class Letterform(forms.Form):
    mail = forms.EmailField(label="E-mail", help_text="Nobody sees it.")
    right = forms.ChoiceField(label="Right?", choices=[("y", "Yes"), ("n", "No")], widget=forms.RadioSelect)
    kept = forms.BooleanField(label="Keep me signed in", required=False)
    secret = forms.CharField(widget=forms.HiddenInput)


def fields(data=None):
    return render_to_string("parts/form_fields.html", {"form": Letterform(data)})


def test_the_error_summary_leads_to_each_field():
    shown = fields({"mail": "<b>"})
    links = dict(re.findall(r'<a href="#([^"]+)">([^<]+)</a>', shown))
    assert links == {
        "id_mail": "E-mail \u2013 Enter a valid email address.",
        "id_right_0": "Right? \u2013 This field is required.",
    }
    for target in links:
        assert f' id="{target}"' in shown
    assert "<li>This field is required.</li>" in shown  # the hidden field cannot be led to
    assert 'value="&lt;b&gt;"' in shown  # what was typed stands there again


def test_a_form_without_errors_has_no_summary():
    assert "error" not in fields()


def test_hint_and_error_are_tied_to_the_input():
    shown = fields({"mail": "x"})
    assert 'aria-describedby="id_mail_helptext id_mail_error"' in shown
    assert 'id="id_mail_helptext">Nobody sees it.<' in shown
    assert 'class="field-error" id="id_mail_error">' in shown


def test_every_control_has_a_label():
    shown = fields()
    controls = set(re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]* id="([^"]+)"', shown))
    assert controls == {"id_mail", "id_right_0", "id_right_1", "id_kept"}
    assert controls == set(re.findall(r'<label[^>]* for="([^"]+)"', shown))


@pytest.mark.parametrize(
    ("part", "context", "read"),
    [
        ("button", {"label": "Go on"}, "Go on"),
        ("page_head", {"title": "A & B"}, "A & B"),
        ("notice", {"text": "Saved."}, "Saved."),
        ("empty", {"title": "Nothing yet", "text": "Ask a client."}, "Nothing yet Ask a client."),
        ("chips", {"chips": [{"label": "Latvia", "remove_url": "?"}]}, "Remove filter: Latvia \u00d7"),
        ("pages", {"next_url": "?after=1"}, "Next →"),
        ("pages", {}, ""),
        ("progress", {"left": 2}, "Two more questions after this."),
        ("quote", {"text": "A guru"}, "Self-described A guru"),
        ("facts", {"facts": [{"term": "Place", "text": "Riga", "url": ""}]}, "Place Riga"),
        ("crumbs", {"crumbs": [{"label": "Search", "url": "/"}], "here": "Ana"}, "Search Ana"),
    ],
)
def test_a_part_needs_only_what_its_head_names(part, context, read):
    assert text(render_to_string(f"parts/{part}.html", context)) == read


def test_a_part_escapes_what_it_is_given():
    assert "<script>" not in render_to_string("parts/quote.html", {"text": "<script>alert(1)</script>"})
