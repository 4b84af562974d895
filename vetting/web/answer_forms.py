"""The questions put to a referee, a group a screen, and what was filled in turned into what the actions take.

What she typed is kept as she typed it; only here does it become numbers and codes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vetting.engagements.metrics import METRICS
from vetting.kernel.verdict import Verdict
from vetting.outcomes.questionnaire import QUESTIONS, Answers, Still, question
from vetting.outcomes.rules import check_answers, check_still
from vetting.referrals.rules import Words, check_words
from vetting.referrals.states import RELATION_WORDS
from vetting.web.asked import Asked
from vetting.web.typed_numbers import TypedNumber, read_number, write_number

_Text: TypeAlias = Any  # or one that waits to be read, since the language is known only then

CANNOT_SAY = (
    "cannot_say"  # in a form; where the questionnaire's code is empty, nothing chosen must differ from it
)
_OF_THE_QUESTIONNAIRE = {"publish", "still", *(each.key for each in QUESTIONS)}
YES_OR_NO = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No")}


class ScreenForm(forms.Form):
    """One screen. `draft` is what was filled in on the others."""

    def __init__(
        self, *args: Any, asked: Asked, draft: Mapping[str, Any], at: datetime, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.asked, self.draft, self.at = asked, draft, at
        for name, field in self.fields.items():
            if name in _OF_THE_QUESTIONNAIRE:
                asked_for = question(name)
                field.label, field.help_text = asked_for.words, asked_for.hint
            is_choice = isinstance(field, forms.ChoiceField)
            field.error_messages["required"] = (
                _("Please choose one.") if is_choice else _("Please fill this in.")
            )
            field.error_messages["invalid_choice"] = _("Choose from the answers offered.")
        self.fill()

    def fill(self) -> None:
        """Set what depends on what is asked about: numbers in the words of a question, units."""

    def put(self, key: str, value: Decimal) -> None:
        """A question with its number in it, and the field for another one."""
        number = self.fields[f"{key}_value"]
        assert isinstance(number, TypedNumber)
        self.fields[key].label = self.asked.question(key, value)
        number.label, number.unit = question(key).number, self.asked.unit

    def verdicts(self, filled: Mapping[str, Any]) -> Iterable[Verdict]:
        """What the rules say of everything filled in so far; what concerns other screens is left out."""
        return check_answers(answers_of(filled, unit=self.asked.unit), metric=self.asked.metric)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for verdict in self.verdicts({**self.draft, **cleaned}):
                if not verdict and verdict.field in self.fields:
                    self.add_error(verdict.field, ValidationError(verdict.reason, code=verdict.code))
        return cleaned

    def groups(self) -> list[tuple[BoundField, BoundField | None]]:
        """Each question with the number that may go with it."""
        numbers = {name.removesuffix("_value"): self[name] for name in self.fields if name.endswith("_value")}
        return [(self[name], numbers.get(name)) for name in self.fields if not name.endswith("_value")]


def _choice(key: str) -> forms.ChoiceField:
    """One of the questionnaire's own, in whatever language is spoken when the form is shown."""
    return forms.ChoiceField(choices=partial(_choices, key), widget=forms.RadioSelect)


def _choices(key: str) -> list[tuple[str, str]]:
    return [(code or CANNOT_SAY, words) for code, words in question(key).choices.items()]


def _radio(label: _Text, choices: Mapping[str, _Text], hint: _Text = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=list(choices.items()),
        widget=forms.RadioSelect,
    )


def _year(label: _Text, hint: _Text = "") -> forms.RegexField:
    return forms.RegexField(
        r"\A[0-9]{4}\Z",
        label=label,
        help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Write the year with four digits, such as 2024.")},
    )


class WorkForm(ScreenForm):
    worked_together = _choice("worked_together")
    role = forms.CharField(required=False)
    interests = forms.MultipleChoiceField(
        choices=partial(_choices, "interests"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class NumbersForm(ScreenForm):
    baseline = _choice("baseline")
    baseline_value = TypedNumber(required=False)
    result = _choice("result")
    result_value = TypedNumber(required=False)

    def fill(self) -> None:
        goal, outcome = self.asked.goal, self.asked.outcome
        assert goal is not None
        assert outcome is not None
        for key, value in (("baseline", goal.baseline), ("result", outcome.achieved)):
            self.put(key, value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("baseline", "result"):
            if cleaned.get(f"{name}_value") and cleaned.get(name) not in {None, "correct"}:
                self.add_error(
                    name,
                    ValidationError(
                        _("You wrote another number: choose that it was another one, or empty its field.")
                    ),
                )
        return cleaned


class EffectForm(ScreenForm):
    shares = _choice("shares")
    goal_before = _choice("goal_before")
    transfer = _choice("transfer")
    hire_again = _choice("hire_again")


class PublishForm(ScreenForm):
    publish = _choice("publish")


class SawForm(ScreenForm):
    relation = _radio(gettext_lazy("How do you know the work?"), RELATION_WORDS)
    seen_from = _year(gettext_lazy("From which year?"))
    seen_to = _year(gettext_lazy("To which year?"), gettext_lazy("The present year if it still goes on."))

    def verdicts(self, filled: Mapping[str, Any]) -> Iterable[Verdict]:
        return check_words(words_of(filled), at=self.at)


class WordsForm(ScreenForm):
    skill = forms.CharField(
        label=gettext_lazy("For which skill?"),
        help_text=gettext_lazy("In a few words: pricing, customer service."),
    )
    saw = forms.CharField(
        label=gettext_lazy("What did you see?"),
        help_text=gettext_lazy("What was done, and what came of it. Write what you saw yourself."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    gets_fee = _radio(
        gettext_lazy("Do you get a fee or another advantage for this?"),
        YES_OR_NO,
        gettext_lazy("With one, your word is shown as such and weighs nothing."),
    )

    def verdicts(self, filled: Mapping[str, Any]) -> Iterable[Verdict]:
        return check_words(words_of(filled), at=self.at)


class SendForm(ScreenForm):
    """Nothing more is asked; what was said is looked through and sent."""

    def verdicts(self, filled: Mapping[str, Any]) -> Iterable[Verdict]:  # noqa: ARG002 - each screen was checked
        return ()


class GoalForm(ScreenForm):
    accepts = _radio(
        gettext_lazy("Do you agree on this goal?"),
        {
            "yes": gettext_lazy("Yes, this is our goal"),
            "no": gettext_lazy("No, we do not agree on it"),
            "unsure": gettext_lazy("I am not sure, or it is not for me to say"),
        },
    )

    def verdicts(self, filled: Mapping[str, Any]) -> Iterable[Verdict]:  # noqa: ARG002 - one choice, no rule
        return ()


class OutcomeCorrection(NumbersForm, EffectForm, WorkForm, PublishForm):
    """All that was asked about a result, on one page."""

    field_order = (*WorkForm.base_fields, *NumbersForm.base_fields, *EffectForm.base_fields, "publish")


class PeerCorrection(SawForm, WordsForm):
    field_order = (*SawForm.base_fields, *WordsForm.base_fields)


class StillForm(ScreenForm):
    """Last time's number stands in the question, and only another one is written."""

    still = _choice("still")
    still_value = TypedNumber(required=False)

    def fill(self) -> None:
        assert self.asked.last is not None
        self.put("still", self.asked.last)
        is_up = int(METRICS[self.asked.metric].direction) > 0
        better = _("Higher is better.") if is_up else _("Lower is better.")
        self.fields["still"].help_text = f"{question('still').hint} {better}"

    def verdicts(self, filled: Mapping[str, Any]) -> Iterable[Verdict]:
        assert self.asked.goal is not None
        assert self.asked.last is not None
        said = still_of(filled, unit=self.asked.unit)
        return check_still(said, goal=self.asked.goal, last=self.asked.last)


@dataclass(frozen=True, slots=True)
class Screen:
    key: str
    title: _Text
    form: type[ScreenForm]


SCREENS: Mapping[str, tuple[Screen, ...]] = {
    "outcome": (
        Screen("work", gettext_lazy("Is this result right?"), WorkForm),
        Screen("numbers", gettext_lazy("The numbers"), NumbersForm),
        Screen("effect", gettext_lazy("What it came from, and what stayed"), EffectForm),
        Screen("check", gettext_lazy("Look through it and send it"), PublishForm),
    ),
    "peer": (
        Screen("saw", gettext_lazy("What did you see of their work?"), SawForm),
        Screen("words", gettext_lazy("In your words"), WordsForm),
        Screen("check", gettext_lazy("Look through it and send it"), SendForm),
    ),
    "sustain": (Screen("still", gettext_lazy("Is it still so?"), StillForm),),
    "goal": (Screen("goal", gettext_lazy("Do you agree on this goal?"), GoalForm),),
}


def way_of(kind: str, draft: Mapping[str, Any]) -> tuple[Screen, ...]:
    """The screens still needed: where there was no work, nothing is asked about its numbers."""
    if draft.get("worked_together") == "no":
        return tuple(screen for screen in SCREENS[kind] if screen.form in {WorkForm, PublishForm})
    return SCREENS[kind]


def typed_in(form: ScreenForm) -> dict[str, Any]:
    """What was typed, as it was typed, to be kept in the draft."""
    return {name: form[name].data for name in form.fields if form[name].data is not None}


def answers_of(draft: Mapping[str, Any], *, unit: str) -> Answers:
    """What was filled in as the action takes it; what was not reads as cannot say. Numbers must be readable."""
    role, interests = draft.get("role", "").strip(), tuple(draft.get("interests", ()))
    publish = draft.get("publish", "sector")
    if draft["worked_together"] == "no":
        return Answers(worked_together=False, role=role, interests=interests, publish=publish)
    transfer = draft.get("transfer", CANNOT_SAY)
    return Answers(
        worked_together=True,
        role=role,
        interests=interests,
        baseline_verdict=draft.get("baseline", CANNOT_SAY),
        baseline_value=_number(draft, "baseline", unit),
        result_verdict=draft.get("result", CANNOT_SAY),
        result_value=_number(draft, "result", unit),
        shares=draft.get("shares", CANNOT_SAY).replace(CANNOT_SAY, ""),
        goal_before=draft.get("goal_before", "unknown"),
        transfer=None if transfer == CANNOT_SAY else int(transfer),
        hire_again=draft.get("hire_again", CANNOT_SAY),
        publish=publish,
    )


def still_of(draft: Mapping[str, Any], *, unit: str) -> Still:
    """What she says of her number today; any number she typed, so that a rule can ask about one that contradicts."""
    text = draft.get("still_value", "").strip()
    return Still(still=draft.get("still", ""), value=read_number(text, unit=unit) if text else None)


def words_of(draft: Mapping[str, Any]) -> Words:
    """A peer's words; what is not filled in yet is empty, and the rules say so on its own screen."""
    return Words(
        relation=draft.get("relation", ""),
        skill=draft.get("skill", ""),
        saw=draft.get("saw", ""),
        seen_from=int(draft.get("seen_from", 0)),
        seen_to=int(draft.get("seen_to", 0)),
        gets_fee=draft.get("gets_fee") == "yes",
    )


def typed_answers(answers: Answers) -> dict[str, Any]:
    """The way back: an answer as it would be filled in."""
    transfer = CANNOT_SAY if answers.transfer is None else str(answers.transfer)
    return {
        "worked_together": "yes" if answers.worked_together else "no",
        "role": answers.role,
        "interests": list(answers.interests),
        "baseline": answers.baseline_verdict,
        "baseline_value": _typed(answers.baseline_value),
        "result": answers.result_verdict,
        "result_value": _typed(answers.result_value),
        "shares": answers.shares or CANNOT_SAY,
        "goal_before": answers.goal_before,
        "transfer": transfer,
        "hire_again": answers.hire_again,
        "publish": answers.publish,
    }


def typed_still(still: str, value: Decimal | None) -> dict[str, Any]:
    return {"still": still, "still_value": "" if still == "held" else _typed(value)}


def typed_words(words: Words) -> dict[str, Any]:
    return {
        "relation": words.relation,
        "skill": words.skill,
        "saw": words.saw,
        "seen_from": str(words.seen_from),
        "seen_to": str(words.seen_to),
        "gets_fee": "yes" if words.gets_fee else "no",
    }


def _typed(number: Decimal | None) -> str:
    return "" if number is None else write_number(number)


def _number(draft: Mapping[str, Any], key: str, unit: str) -> Decimal | None:
    text = draft.get(f"{key}_value", "").strip()
    return read_number(text, unit=unit) if text and draft.get(key) == "correct" else None
