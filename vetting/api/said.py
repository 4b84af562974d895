"""What was said to one question, by the key of its letter: read it, correct it, take it back. It shows no other."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vetting.api.answers import (
    BODY,
    AnswerDoor,
    OutcomeAnswerInput,
    PeerAnswerInput,
    SustainAnswerInput,
    as_answers,
    as_still,
)
from vetting.api.doors import PUBLIC, operation
from vetting.api.fields import Figure
from vetting.engagements.queries import goal_of
from vetting.followups.models import Ask
from vetting.jobs.bell import ring
from vetting.kernel.actors import referee
from vetting.kernel.verdict import RefusedError, refuse
from vetting.outcomes import waves
from vetting.outcomes.models import Attestation, FollowUp
from vetting.outcomes.queries import answers_in, said_again_in, said_in
from vetting.outcomes.questionnaire import Answers
from vetting.privacy import corrections
from vetting.privacy.queries import READERS
from vetting.referrals import actions as referrals
from vetting.referrals.models import Referral
from vetting.referrals.queries import versions_in
from vetting.referrals.rules import Words


class SaidSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="goal, outcome, peer or sustain.")
    stands = serializers.BooleanField(help_text="False once it was taken back.")
    versions = serializers.IntegerField(
        help_text="How often something was said: the answer and its corrections."
    )
    given_at = serializers.DateTimeField(help_text="When the version shown here was given.")
    answer = serializers.DictField(help_text="As a POST of the answer takes it, in its last version.")
    who_may_read_it = serializers.CharField()


class Said(AnswerDoor):
    @operation("answers_said", scope=PUBLIC, gives=SaidSerializer)
    def get(self, _request: Request, key: str) -> Response:
        """What was said to this question, as it stands, and who may read it."""
        return self._said(self._answered(key))

    @operation("answers_correct", scope=PUBLIC, takes=BODY, gives=SaidSerializer)
    def put(self, _request: Request, key: str) -> Response:
        """Correct it, whole: from then on only the new version counts. The same once more is no version."""
        ask = self._changeable(key)
        if ask.kind == "peer":
            referrals.correct(ask.pk, words=Words(**self.given(PeerAnswerInput)), at=self.at)
        elif ask.kind == "sustain":
            waves.correct(ask.pk, still=as_still(self.given(SustainAnswerInput)), at=self.at)
        else:
            corrections.correct(ask.pk, answers=as_answers(self.given(OutcomeAnswerInput)), at=self.at)
        ring("scorecards", "search")
        return self._said(ask)

    @operation("answers_take_back", scope=PUBLIC, gives=SaidSerializer)
    def delete(self, _request: Request, key: str) -> Response:
        """Take it back, good or bad: nothing of it counts or shows any more. That it was said stays."""
        ask = self._changeable(key)
        if ask.kind == "peer":
            referrals.withdraw(versions_in(ask.pk)[-1], by=referee(ask.referee_id), at=self.at)
        elif ask.kind == "sustain":
            waves.take_back(ask.pk, at=self.at)
        else:
            corrections.take_back(ask.pk, at=self.at)
        ring("scorecards", "search")
        return self._said(ask)

    def _answered(self, key: str) -> Ask:
        ask = self.ask_of(key)
        if ask.status != "answered":
            raise RefusedError(refuse("not_answered", "There is no answer to this question yet."))
        return ask

    def _changeable(self, key: str) -> Ask:
        ask = self._answered(key)
        if ask.kind == "goal":
            raise RefusedError(refuse("agreed", "What two sides agreed on is not changed by one of them."))
        return ask

    def _said(self, ask: Ask) -> Response:
        match ask.kind:
            case "peer":
                shown = _of_peer(versions_in(ask.pk))
            case "outcome":
                shown = _of_outcome(said_in(ask.pk))
            case "sustain":
                shown = _of_follow_up(said_again_in(ask.pk))
            case _:
                accepts = goal_of(ask.subject_id).client_accepted_at is not None
                shown = {
                    "stands": True,
                    "versions": 1,
                    "given_at": ask.status_at,
                    "answer": {"accepts": accepts},
                }
        return Response(
            SaidSerializer({"kind": ask.kind, "who_may_read_it": READERS[ask.kind], **shown}).data
        )


def _of_outcome(versions: Sequence[Attestation]) -> dict[str, Any]:
    said = [row for row in versions if not row.withdrawn]
    return {
        "stands": not versions[-1].withdrawn,
        "versions": len(said),
        "given_at": said[-1].given_at,
        "answer": _codes(answers_in(said[-1])),
    }


def _of_follow_up(versions: Sequence[FollowUp]) -> dict[str, Any]:
    said = [row for row in versions if not row.withdrawn]
    last = said[-1]
    return {
        "stands": not versions[-1].withdrawn,
        "versions": len(said),
        "given_at": last.given_at,
        "answer": {"still": last.still, "still_value": None if last.still == "held" else _figure(last.value)},
    }


def _of_peer(versions: Sequence[Referral]) -> dict[str, Any]:
    last = versions[-1]
    names = ("relation", "skill", "saw", "seen_from", "seen_to", "gets_fee")
    return {
        "stands": last.status != "withdrawn",
        "versions": len(versions),
        "given_at": last.given_at,
        "answer": {name: getattr(last, name) for name in names},
    }


def _figure(value: Decimal | None) -> str | None:
    return None if value is None else Figure().to_representation(value)


def _codes(answers: Answers) -> Mapping[str, Any]:
    """The way back: an answer in the questionnaire's codes."""
    own_words = {
        "worked_together": "yes" if answers.worked_together else "no",
        "role": answers.role,
        "interests": list(answers.interests),
        "publish": answers.publish,
        "comment": answers.comment,
    }
    if not answers.worked_together:
        return own_words
    return own_words | {
        "baseline": answers.baseline_verdict,
        "baseline_value": _figure(answers.baseline_value),
        "result": answers.result_verdict,
        "result_value": _figure(answers.result_value),
        "shares": answers.shares,
        "goal_before": answers.goal_before,
        "transfer": "" if answers.transfer is None else str(answers.transfer),
        "hire_again": answers.hire_again,
    }
