"""The questions put to a referee, a group a screen, and what was filled in turned into what the actions take.

What she typed is kept as she typed it; only here does it become numbers and codes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from vetting.engagements.metrics import METRICS
from vetting.kernel.verdict import Verdict
from vetting.outcomes.questionnaire import PUBLISH_WORDS, STILL_QUESTION, Answers, Still, question
from vetting.outcomes.rules import check_answers, check_still
from vetting.referrals.rules import Words, check_words
from vetting.referrals.states import RELATION_WORDS
from vetting.web.asked import Asked
from vetting.web.typed_numbers import TypedNumber, read_number, write_number

CANNOT_SAY = (
    "cannot_say"  # in a form; where the questionnaire's code is empty, nothing chosen must differ from it
)
YES_OR_NO = {"yes": "Yes", "no": "No"}


class ScreenForm(forms.Form):
    """One screen. `draft` is what was filled in on the others."""

    def __init__(
        self, *args: Any, asked: Asked, draft: Mapping[str, Any], at: datetime, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.asked, self.draft, self.at = asked, draft, at
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.error_messages["required"] = "Please choose one." if is_choice else "Please fill this in."
            field.error_messages["invalid_choice"] = "Choose from the answers offered."
        self.fill()

    def fill(self) -> None:
        """Set what depends on what is asked about: numbers in the words of a question, units."""

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
    asked = question(key)
    return _radio(
        asked.words, {code or CANNOT_SAY: words for code, words in asked.choices.items()}, asked.hint
    )


def _radio(label: str, choices: Mapping[str, str], hint: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=list(choices.items()),
        widget=forms.RadioSelect,
    )


def _year(label: str, hint: str = "") -> forms.RegexField:
    return forms.RegexField(
        r"\A[0-9]{4}\Z",
        label=label,
        help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": "Write the year with four digits, such as 2024."},
    )


class WorkForm(ScreenForm):
    worked_together = _choice("worked_together")
    role = forms.CharField(label=question("role").words, help_text=question("role").hint, required=False)
    interests = forms.MultipleChoiceField(
        label=question("interests").words,
        help_text=question("interests").hint,
        choices=list(question("interests").choices.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class NumbersForm(ScreenForm):
    baseline = _choice("baseline")
    baseline_value = TypedNumber(label="The right starting value", required=False)
    result = _choice("result")
    result_value = TypedNumber(label="The right result", required=False)

    def fill(self) -> None:
        goal, outcome = self.asked.goal, self.asked.outcome
        assert goal is not None
        assert outcome is not None
        metric = self.asked.ask.about["metric"]
        before, after = self.asked.value(goal.baseline), self.asked.value(outcome.achieved)
        self.fields["baseline"].label = f"{metric} before the work: {before}. Is that right?"
        self.fields["result"].label = f"{metric} after the work: {after}. Is that right?"
        for name in ("baseline_value", "result_value"):
            field = self.fields[name]
            assert isinstance(field, TypedNumber)
            field.unit = self.asked.unit

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("baseline", "result"):
            if cleaned.get(f"{name}_value") and cleaned.get(name) not in {None, "correct"}:
                self.add_error(
                    name,
                    ValidationError(
                        "You wrote another number: choose that it was another one, or empty its field."
                    ),
                )
        return cleaned


class EffectForm(ScreenForm):
    shares = _choice("shares")
    goal_before = _choice("goal_before")
    transfer = _choice("transfer")
    hire_again = _choice("hire_again")


class PublishForm(ScreenForm):
    publish = _radio("How may your answer appear?", PUBLISH_WORDS)


class SawForm(ScreenForm):
    relation = _radio("How do you know the work?", RELATION_WORDS)
    seen_from = _year("From which year?")
    seen_to = _year("To which year?", "The present year if it still goes on.")

    def verdicts(self, filled: Mapping[str, Any]) -> Iterable[Verdict]:
        return check_words(words_of(filled), at=self.at)


class WordsForm(ScreenForm):
    skill = forms.CharField(label="For which skill?", help_text="In a few words: pricing, customer service.")
    saw = forms.CharField(
        label="What did you see?",
        help_text="What was done, and what came of it. Write what you saw yourself.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    gets_fee = _radio(
        "Do you get a fee or another advantage for this?",
        YES_OR_NO,
        "With one, your word is shown as such and weighs nothing.",
    )

    def verdicts(self, filled: Mapping[str, Any]) -> Iterable[Verdict]:
        return check_words(words_of(filled), at=self.at)


class SendForm(ScreenForm):
    """Nothing more is asked; what was said is looked through and sent."""

    def verdicts(self, filled: Mapping[str, Any]) -> Iterable[Verdict]:  # noqa: ARG002 - each screen was checked
        return ()


class GoalForm(ScreenForm):
    accepts = _radio(
        "Do you agree on this goal?",
        {
            "yes": "Yes, this is our goal",
            "no": "No, we do not agree on it",
            "unsure": "I am not sure, or it is not for me to say",
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

    still = _radio(STILL_QUESTION.words, STILL_QUESTION.choices)
    still_value = TypedNumber(label="The number now", required=False)

    def fill(self) -> None:
        assert self.asked.last is not None
        metric, number = self.asked.ask.about["metric"], self.fields["still_value"]
        assert isinstance(number, TypedNumber)
        number.unit = self.asked.unit
        self.fields["still"].label = f"{metric}: is it still {self.asked.value(self.asked.last)}?"
        way = "Higher" if int(METRICS[self.asked.metric].direction) > 0 else "Lower"
        self.fields["still"].help_text = f"{STILL_QUESTION.hint} {way} is better."

    def verdicts(self, filled: Mapping[str, Any]) -> Iterable[Verdict]:
        assert self.asked.goal is not None
        assert self.asked.last is not None
        said = still_of(filled, unit=self.asked.unit)
        return check_still(said, goal=self.asked.goal, last=self.asked.last)


@dataclass(frozen=True, slots=True)
class Screen:
    key: str
    title: str
    form: type[ScreenForm]


SCREENS: Mapping[str, tuple[Screen, ...]] = {
    "outcome": (
        Screen("work", "Is this result right?", WorkForm),
        Screen("numbers", "The numbers", NumbersForm),
        Screen("effect", "What it came from, and what stayed", EffectForm),
        Screen("check", "Look through it and send it", PublishForm),
    ),
    "peer": (
        Screen("saw", "What did you see of their work?", SawForm),
        Screen("words", "In your words", WordsForm),
        Screen("check", "Look through it and send it", SendForm),
    ),
    "sustain": (Screen("still", "Is it still so?", StillForm),),
    "goal": (Screen("goal", "Do you agree on this goal?", GoalForm),),
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
