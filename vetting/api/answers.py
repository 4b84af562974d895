"""Answers: what a letter's key opens, without an account. Reading it changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import Http404
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from vetting.api.doors import PUBLIC, Door, operation
from vetting.api.fields import Figure, Flag, Input, Text, Texts, Whole, wrong
from vetting.engagements.actions import answer_goal
from vetting.followups import actions, queries
from vetting.followups.models import Ask
from vetting.followups.rules import may_answer
from vetting.jobs.bell import ring
from vetting.kernel.text import LINE, PARAGRAPH
from vetting.kernel.verdict import refuse
from vetting.outcomes.actions import attest
from vetting.outcomes.questionnaire import (
    PUBLISH_WORDS,
    QUESTIONS,
    SHARES,
    STILL_QUESTION,
    Answers,
    Question,
    Still,
    question,
    version,
)
from vetting.outcomes.states import INTERESTS, STILL
from vetting.outcomes.waves import answer as still_holds
from vetting.referrals.actions import answer as refer
from vetting.referrals.rules import Words
from vetting.referrals.states import RELATION_WORDS

_Problems = dict[str, list[ErrorDetail]]

_PUBLISH = Question("publish", "How may your answer appear?", "", PUBLISH_WORDS)
_COMMENT = Question(
    "comment", "Is there anything to add?", "The consultant reads it; it is not published.", {}
)
_OF_KIND: Final[Mapping[str, Sequence[Question]]] = {
    "goal": (Question("accepts", "Do you accept this goal?", "true or false", {}),),
    "outcome": (*QUESTIONS, _PUBLISH, _COMMENT),
    "sustain": (STILL_QUESTION,),
    "peer": (
        Question("relation", "How do you know the work?", "", RELATION_WORDS),
        Question("skill", "For which skill?", "In a few words.", {}),
        Question("saw", "What did you see?", "What was done, and what came of it.", {}),
        Question("seen_from", "From which year?", "", {}),
        Question("seen_to", "To which year?", "The present year if it still goes on.", {}),
        Question("gets_fee", "Do you get a fee or another advantage for this?", "true or false", {}),
    ),
}
_VERSIONED: Final = ("outcome", "sustain")
_WANTED = ("baseline", "result", "publish")  # what has no harmless default
_OF_THE_WORK = (
    "baseline",
    "baseline_value",
    "result",
    "result_value",
    "shares",
    "goal_before",
    "transfer",
    "hire_again",
)


class GoalAnswerInput(Input):
    accepts = Flag()


class OutcomeAnswerInput(Input):
    """The codes of the questionnaire. Where the work did not take place nothing else needs to be said."""

    worked_together = Text(words=tuple(question("worked_together").choices))
    role = Text(most=LINE, default="")
    interests = Texts(words=INTERESTS, default=list)
    baseline = Text(words=tuple(question("baseline").choices), default="")
    baseline_value = Figure(
        allow_null=True, default=None, help_text="The right number, where it was another."
    )
    result = Text(words=tuple(question("result").choices), default="")
    result_value = Figure(allow_null=True, default=None, help_text="The right number, where it was another.")
    shares = Text(words=tuple(SHARES), default="", help_text="Empty: cannot say.")
    goal_before = Text(words=tuple(question("goal_before").choices), default="unknown")
    transfer = Text(words=tuple(question("transfer").choices), default="", help_text="Empty: cannot say.")
    hire_again = Text(words=tuple(question("hire_again").choices), default="cannot_say", help_text="Private.")
    publish = Text(words=tuple(PUBLISH_WORDS), default="")
    comment = Text(most=PARAGRAPH, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("worked_together", "transfer"):
            if attrs[name] not in question(name).choices:
                raise wrong(refuse("unknown_choice", "Not one of the answers offered.", field=name))
        problems = _missing(attrs) if attrs["worked_together"] == "yes" else self._beside_the_point(attrs)
        if problems:
            raise ValidationError(problems)
        return attrs

    def _beside_the_point(self, attrs: Mapping[str, Any]) -> _Problems:
        """What says something of work that did not take place."""
        told = [name for name in _OF_THE_WORK if attrs[name] != self.fields[name].default]
        text = "The work did not take place, you say; leave this out."
        return {name: [ErrorDetail(text, "contradiction")] for name in told}


def _missing(attrs: Mapping[str, Any]) -> _Problems:
    problems: _Problems = {
        name: [ErrorDetail("Please answer this.", "required")] for name in _WANTED if not attrs[name]
    }
    for name in ("baseline", "result"):
        if attrs[f"{name}_value"] is not None and attrs[name] != "correct":
            text = "You wrote another number: say that it was another one, or leave the number out."
            problems.setdefault(name, [ErrorDetail(text, "contradiction")])
    return problems


class SustainAnswerInput(Input):
    """Whether the number in `about.last` still holds, months after the result was confirmed."""

    still = Text(words=STILL)
    still_value = Figure(
        allow_null=True, default=None, help_text="Today's number, where it is better (grew) or worse (faded)."
    )


class PeerAnswerInput(Input):
    relation = Text(words=tuple(RELATION_WORDS))
    skill = Text(most=80)
    saw = Text(most=PARAGRAPH)
    seen_from = Whole(help_text="A calendar year.")
    seen_to = Whole(help_text="A calendar year; the present one where it goes on.")
    gets_fee = Flag(help_text="A referral with a fee is shown, and weighs nothing.")


class DeclineInput(Input):
    reason = Text(most=1_000, default="", help_text="Private: the consultant is told only that you declined.")


class ChoiceSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(allow_blank=True)
    words = serializers.CharField()


class QuestionSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="The name of the answer's field.")
    words = serializers.CharField()
    hint = serializers.CharField()
    choices = ChoiceSerializer(many=True)


class AskedSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="goal, outcome, peer or sustain: which body a POST takes.")
    open = serializers.BooleanField(help_text="Whether it can be answered now.")
    closed_because = serializers.CharField(help_text="Why it cannot; empty while it can.")
    about = serializers.DictField(child=serializers.CharField(), help_text="Who asks, and about which work.")
    expires_at = serializers.DateTimeField()
    questionnaire = serializers.CharField(help_text="Its version; empty where there is none.")
    questions = QuestionSerializer(many=True)


BODY = PolymorphicProxySerializer(
    component_name="Answer",
    serializers=[GoalAnswerInput, OutcomeAnswerInput, PeerAnswerInput, SustainAnswerInput],
    resource_type_field_name=None,
)


class AnswerDoor(Door):
    """Behind a key there is one ask; an unknown, altered or expired key opens nothing."""

    def ask_of(self, key: str) -> Ask:
        ask = queries.by_key(key, at=self.at)
        if ask is None:
            raise Http404
        return ask

    def shown(self, ask: Ask) -> Response:
        verdict = may_answer(ask, at=self.at)
        about = {
            "kind": ask.kind,
            "open": bool(verdict),
            "closed_because": verdict.reason,
            "about": ask.about,
            "expires_at": ask.expires_at,
            "questionnaire": version(ask.kind) if ask.kind in _VERSIONED else "",
            "questions": [_question(each) for each in _OF_KIND[ask.kind]],
        }
        return Response(AskedSerializer(about).data)


class Answer(AnswerDoor):
    @operation("answers_retrieve", scope=PUBLIC, gives=AskedSerializer)
    def get(self, _request: Request, key: str) -> Response:
        """What is asked, and whether it can still be answered. It changes nothing."""
        return self.shown(self.ask_of(key))

    @operation("answers_give", scope=PUBLIC, takes=BODY, gives=AskedSerializer)
    def post(self, _request: Request, key: str) -> Response:
        """Answer it, once and whole."""
        ask = self.ask_of(key)
        if ask.kind == "goal":
            answer_goal(ask.pk, at=self.at, **self.given(GoalAnswerInput))
        elif ask.kind == "outcome":
            attest(ask.pk, answers=as_answers(self.given(OutcomeAnswerInput)), at=self.at)
        elif ask.kind == "sustain":
            still_holds(ask.pk, still=as_still(self.given(SustainAnswerInput)), at=self.at)
        else:
            refer(ask.pk, words=Words(**self.given(PeerAnswerInput)), at=self.at)
        ring("scorecards", "search", "followups")
        return self.shown(self.ask_of(key))


class Decline(AnswerDoor):
    @operation("answers_decline", scope=PUBLIC, takes=DeclineInput, gives=AskedSerializer)
    def post(self, _request: Request, key: str) -> Response:
        """Say that you do not want to answer this one."""
        actions.decline(self.ask_of(key).pk, at=self.at, **self.given(DeclineInput))
        ring("followups")
        return self.shown(self.ask_of(key))


class Stop(AnswerDoor):
    @operation("answers_stop", scope=PUBLIC, gives=AskedSerializer)
    def post(self, _request: Request, key: str) -> Response:
        """No more letters to this mailbox, from anybody, from now on."""
        actions.stop(self.ask_of(key).pk, at=self.at)
        ring("followups")
        return self.shown(self.ask_of(key))


def _question(asked: Question) -> dict[str, Any]:
    choices = [{"code": code, "words": words} for code, words in asked.choices.items()]
    return {"key": asked.key, "words": asked.words, "hint": asked.hint, "choices": choices}


def as_still(given: Mapping[str, Any]) -> Still:
    return Still(still=given["still"], value=given["still_value"])


def as_answers(given: Mapping[str, Any]) -> Answers:
    """The questionnaire's codes as the action takes them."""
    own_words = {"role": given["role"], "interests": tuple(given["interests"]), "comment": given["comment"]}
    if given["worked_together"] == "no":
        return Answers(worked_together=False, publish=given["publish"] or "sector", **own_words)
    return Answers(
        worked_together=True,
        **own_words,
        baseline_verdict=given["baseline"],
        baseline_value=given["baseline_value"],
        result_verdict=given["result"],
        result_value=given["result_value"],
        shares=given["shares"],
        goal_before=given["goal_before"],
        transfer=int(given["transfer"]) if given["transfer"] else None,
        hire_again=given["hire_again"],
        publish=given["publish"],
    )
