"""Work, its goals and what came of them."""

from typing import Any, Final

from django import forms

from vetting.engagements.actions import Aim, Work
from vetting.engagements.metrics import METRICS, Metric, unit_words
from vetting.engagements.models import Goal
from vetting.outcomes.actions import Result
from vetting.web.forms_fields import (
    Day,
    DeskForm,
    Figure,
    Line,
    LongSelect,
    Paragraph,
    Whole,
    countries,
    currencies,
    industries,
    sizes,
)

_MODES: Final = {
    "advise": "Advise: the client decides and does the work",
    "deliver": "Deliver: you and your people do the work",
    "build_capability": "Build capability: the client’s own people learn to do it",
}
SHOWN_AS: Final = {
    "named": "By name, if the client agrees",
    "sector": "Only as its kind, such as “a retailer of 50-249 people in Latvia”",
    "sealed": "Not at all: the result counts, and nothing of it is shown",
}
_SOURCES: Final = {
    "system_of_record": "The system where it is recorded, such as the ledger or the ticket system",
    "audited": "A figure that an auditor has checked",
    "dashboard": "A dashboard or a report",
    "estimate": "An estimate",
}


class ClientForm(DeskForm):
    """The organization the work was for. Only its domain tells the platform that a mailbox is the client's."""

    name = Line(label="Name of the organization", autocomplete="organization")
    domain = Line(
        label="Its domain",
        required=False,
        help_text="As in its e-mail addresses: example.com. An answer from a mailbox there counts for most.",
    )
    country = forms.ChoiceField(label="Country", choices=countries, widget=LongSelect)
    industry = forms.ChoiceField(label="Industry", choices=industries, widget=LongSelect)
    size_band = forms.ChoiceField(label="People employed", choices=sizes)

    def details(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ClientForm.base_fields}


class WorkForm(DeskForm):
    work = Line(label="What the work is", help_text="In a few words, such as: Customer service redesign.")
    starts_on = Day(label="First day")
    ends_on = Day(label="Last day", required=False, help_text="Leave it empty while the work goes on.")
    mode = forms.ChoiceField(label="How you work", widget=forms.RadioSelect, choices=list(_MODES.items()))
    confidentiality = forms.ChoiceField(
        label="How the client may be shown",
        help_text="The client may close it further when answering; nobody opens it against their wish.",
        widget=forms.RadioSelect,
        choices=list(SHOWN_AS.items()),
        initial="named",
    )
    description = Paragraph(
        label="Description", required=False, help_text="For yourself and our staff. It is not published."
    )
    fee = Figure(
        label="Your fee over the whole of it",
        required=False,
        help_text="Private. It is compared with the gain in money, and never ranks you by itself.",
    )
    fee_currency = forms.ChoiceField(
        label="Currency of the fee", choices=currencies, widget=LongSelect, required=False
    )

    def content(self) -> Work:
        return Work(**{name: self.cleaned_data[name] for name in WorkForm.base_fields})


class NewClientWorkForm(WorkForm, ClientForm):
    """Both in one: the client first, then the work."""


class CloseForm(DeskForm):
    ends_on = Day(label="Last day of the work")


class GoalForm(DeskForm):
    """For one metric: its unit stands behind the numbers, and a currency is asked for only where it is money."""

    baseline = Figure(label="Baseline: the value before the work")
    target = Figure(label="Target: the value to be reached")
    currency = forms.ChoiceField(label="Currency", choices=currencies, widget=LongSelect)
    due_on = Day(label="Due: the day by which it is to be reached")
    note = Paragraph(
        label="Note to the client",
        rows=3,
        required=False,
        help_text="What else must be understood, such as which shops are counted. Part of what both sides accept.",
    )

    def __init__(self, kind: Metric, *args: Any, **options: Any) -> None:
        self.kind = kind
        super().__init__(*args, **options)
        if not kind.needs_currency:
            del self.fields["currency"]
        for name in ("baseline", "target"):
            figure = self.fields[name]
            assert isinstance(figure, Figure)
            figure.unit = unit_words(kind)

    def content(self) -> Aim:
        known = self.cleaned_data
        return Aim(metric=self.kind.key, **{"currency": "", **known})


class ResultForm(DeskForm):
    achieved = Figure(label="Result: the value that was reached")
    measured_on = Day(label="Day it was measured")
    source = forms.ChoiceField(
        label="Where the number comes from", widget=forms.RadioSelect, choices=list(_SOURCES.items())
    )
    share = Whole(
        label="Share of the change due to you",
        initial=100,
        help_text="In percent. The client is asked the same; the smaller of the two counts.",
    )
    statement = Paragraph(
        label="What was done",
        required=False,
        help_text="For your own record and our staff. It is not published.",
    )
    money = Figure(
        label="Gain in money over the engagement",
        required=False,
        help_text="Where there is one that can be counted. It is compared with your fee.",
    )
    money_currency = forms.ChoiceField(
        label="Currency of the gain", choices=currencies, widget=LongSelect, required=False
    )

    def __init__(self, goal: Goal, *args: Any, **options: Any) -> None:
        options.setdefault("initial", {"money_currency": goal.engagement.fee_currency or goal.currency})
        super().__init__(*args, **options)
        achieved = self.fields["achieved"]
        assert isinstance(achieved, Figure)
        achieved.unit = unit_words(METRICS[goal.metric], goal.currency)

    def content(self) -> Result:
        return Result(**self.cleaned_data)
