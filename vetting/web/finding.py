"""The search page: what was asked, what was found, how sure that is, and how to go on."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from vetting.companies.catalogue import INDUSTRIES, SIZE_BANDS
from vetting.engagements.metrics import METRICS
from vetting.indexes.queries import find
from vetting.kernel.keys import fold
from vetting.search.queries import Page
from vetting.search.rules import HIGHEST_LEVEL, LONGEST_SKILL, LONGEST_TEXT, Query
from vetting.web import hits, making, standings
from vetting.web.keeping import kept
from vetting.web.labels import AVAILABILITY, label
from vetting.web.refusals import refusals_on
from vetting.web.templatetags.wording import measure

_OPEN_AT_FIRST = 8
_MOST_SKILLS = 40
# The field of a search, the facet that counts it, and what stands above it; in the order of the page.
_FACETS = (
    ("category", "categories", "What was moved"),
    ("metric", "metrics", "Measured by"),
    ("industry", "industries", "The client's industry"),
    ("size", "sizes", "The client's size"),
    ("level", "level", "Evidence, at least"),
    ("skill", "skills", "A skill peers saw"),
    ("language", "languages", "Language"),
    ("country", "country", "Country"),
    ("mode", "modes", "Way of working"),
    ("availability", "availability", "Availability"),
)
# What has an order of its own stands in it; everything else by how many it would leave.
_NATURAL = {"size": tuple(SIZE_BANDS), "availability": tuple(AVAILABILITY)}
_FLAGS = {
    "preregistered": "Goal agreed before the work",
    "transfer": "Client's people can go on alone",
}


class SearchForm(forms.Form):
    """Every filter of a search by the name it has in the address. `change` is in percent here."""

    q = forms.CharField(label="Search", max_length=LONGEST_TEXT, required=False)
    metric = forms.CharField(label="Metric", required=False)
    category = forms.CharField(label="What was moved", required=False)
    industry = forms.CharField(label="Industry", required=False)
    size = forms.CharField(label="Size", required=False)
    skill = forms.CharField(label="Skill", max_length=LONGEST_SKILL, required=False)
    country = forms.CharField(label="Country", required=False)
    language = forms.CharField(label="Language", required=False)
    mode = forms.CharField(label="Way of working", required=False)
    availability = forms.CharField(label="Availability", required=False)
    level = forms.IntegerField(label="Evidence", required=False, min_value=0, max_value=HIGHEST_LEVEL)
    preregistered = forms.BooleanField(label=_FLAGS["preregistered"], required=False)
    transfer = forms.BooleanField(label=_FLAGS["transfer"], required=False)
    change = forms.DecimalField(
        label="Better by at least",
        required=False,
        min_value=Decimal("0.01"),
        max_digits=7,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    rate = forms.DecimalField(
        label="A day's rate, at most",
        required=False,
        max_digits=12,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    currency = forms.CharField(label="Currency of the rate, such as EUR", required=False)
    cursor = forms.CharField(label="Place in the list", required=False)

    NUMBERS = ("change", "rate", "currency")

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> None:
        known = self.cleaned_data
        if known.get("currency") and known.get("rate", 0) is None:
            self.add_error("rate", "Write the rate too; a currency alone finds nothing.")

    def query(self) -> Query:
        asked = {name: value for name, value in self.cleaned_data.items() if name not in {"q", "cursor"}}
        change = asked.pop("change")
        return Query(
            text=self.cleaned_data["q"],
            level=asked.pop("level") or 0,
            change=None if change is None else change / Decimal(100),
            **asked,
        )

    def given(self) -> dict[str, str]:
        """What is asked for, by name, without the place in the list; as it was typed where something is wrong."""
        source = self.data if self.errors else self.cleaned_data
        found = {name: _typed(source.get(name)) for name in self.fields if name != "cursor"}
        return {name: value for name, value in found.items() if value}

    def wrong(self) -> set[str]:
        """The filters a further search leaves out. A rate and its currency go together."""
        pair = {"rate", "currency"}
        return {*self.errors, *(pair if pair & {*self.errors} else ())}


@require_safe
@kept
def search(request: HttpRequest) -> HttpResponse:
    """Found by what clients confirmed. What cannot be searched for comes back as it was typed, with the reason."""
    form = SearchForm(request.GET, auto_id="search-%s")
    page: Page | None = None
    if form.is_valid():
        with refusals_on(form):
            page = find(form.query(), cursor=form.cleaned_data["cursor"])
    given = form.given()
    context: dict[str, object] = {
        "form": form,
        "numbers": [form[name] for name in form.NUMBERS],
        "kept": _kept(given, {"q"} | form.wrong()),
        "kept_beside_numbers": _kept(given, {*form.NUMBERS} | form.wrong()),
        "chips": _chips(form, given),
        "clear_url": _address({"q": given["q"]} if "q" in given else {}),
        "filtered": bool(given),
    }
    if page is None:
        return render(
            request, "pages/finding/search.html", context | {"facets": [], "page": None}, status=400
        )
    found = render(request, "pages/finding/search.html", context | _found(form, given, page))
    found["Touchstone-Search"] = page.way
    return found


def _found(form: SearchForm, given: Mapping[str, str], page: Page) -> dict[str, object]:
    fields = standings.fields()
    query = form.query()
    ranked = {"ranked_by": page.ranked_by, "ranked_in": page.ranked_in}
    shown = [hits.hit(each, fields, query=query, **ranked) for each in page.hits]
    cards = [hits.card(each, fields, **ranked) for each in page.hits]
    further = {**given, "cursor": page.next_cursor}
    return {
        "page": page,
        "hits": shown,
        "making": making.percent(),
        "above": sum(map(standings.is_above, cards)),
        "ranked_by": METRICS[page.ranked_by].name.lower() if page.ranked_by else "",
        "ranked_in": INDUSTRIES[page.ranked_in].place_word if page.ranked_in else "",
        "corrected": list(page.corrected.items()),
        "facets": _facets(page, given) if page.total else [],
        "first_url": _address(given) if form.cleaned_data["cursor"] else "",
        "next_url": _address(further) if page.next_cursor else "",
    }


def _kept(given: Mapping[str, str], left_out: set[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in given.items() if name not in left_out]


def _chips(form: SearchForm, given: Mapping[str, str]) -> list[dict[str, str]]:
    """One for each filter in use, those that are wrong among them, so that each can be taken off."""
    chips = []
    for name, value in given.items():
        if name in {"q", "currency"}:
            continue
        gone = {name, "currency"} if name == "rate" else {name}
        left = {key: kept for key, kept in given.items() if key not in gone}
        chips.append({"label": _chip(form, name, value), "remove_url": _address(left)})
    return chips


def _chip(form: SearchForm, name: str, value: str) -> str:
    if form.errors:
        return f"{form.fields[name].label}: {value[:60]}"
    match name:
        case "rate":
            return f"Up to {measure(value, form.cleaned_data['currency'])} a day"
        case "change":
            return f"Better by {value} % or more"
        case "level":
            return f"Evidence: {label(name, value).lower()}, or better"
        case "preregistered" | "transfer":
            return _FLAGS[name]
    return label(name, value)


def _facets(page: Page, given: Mapping[str, str]) -> list[dict[str, object]]:
    """The filters that would still divide what was found, each as links with what they would leave."""
    counts, total = page.facets(), page.total
    groups: list[dict[str, object]] = []
    for name, facet, title in _FACETS:
        options = [
            {"label": label(name, value), "count": n, "url": _address({**given, name: value})}
            for value, n in _choices(name, counts[facet], given)
            if n < total
        ]
        if options:
            groups.append(
                {"title": title, "first": options[:_OPEN_AT_FIRST], "more": options[_OPEN_AT_FIRST:]}
            )
    flags = [
        {"label": words, "count": counts[name]["true"], "url": _address({**given, name: "true"})}
        for name, words in _FLAGS.items()
        if 0 < counts[name]["true"] < total
    ]
    return [*groups, {"title": "Goals and skill", "first": flags, "more": []}] if flags else groups


def _choices(name: str, counts: Mapping[str, int], given: Mapping[str, str]) -> Sequence[tuple[str, int]]:
    """What may still be chosen of one facet: of a single-valued field nothing once it is chosen.

    An industry is a section at first, then a division of it. A level counts all who have it or better.
    """
    chosen = given.get(name)
    if name == "industry":
        return [
            (code, n)
            for code, n in counts.items()
            if (INDUSTRIES[code].section == chosen != code if chosen else INDUSTRIES[code].is_section)
        ]
    if name == "skill":  # one may have several, and there are as many as peers have words
        return [(skill, n) for skill, n in counts.items() if skill != fold(chosen or "")][:_MOST_SKILLS]
    if chosen:
        return []
    if name == "level":
        exact = {int(level): n for level, n in counts.items()}
        return [
            (str(least), sum(n for level, n in exact.items() if level >= least)) for least in sorted(exact)
        ]
    if name in _NATURAL:
        return sorted(counts.items(), key=lambda counted: _NATURAL[name].index(counted[0]))
    return list(counts.items())


def _typed(value: object) -> str:
    """A filter's value as the address holds it; empty where it filters nothing."""
    if value is None or value is False or value == 0:
        return ""
    return "true" if value is True else str(value).strip()


def _address(given: Mapping[str, str]) -> str:
    return f"{reverse('web:search')}?{urlencode(given)}" if given else reverse("web:search")
