"""The script is played: every change of the world goes through the rooms' actions, at its own moment."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import TypeVar
from uuid import UUID

from django.apps import apps
from django.db import connection

from vetting.accounts.actions import enrol
from vetting.accounts.models import User
from vetting.companies.actions import register
from vetting.companies.models import Organization
from vetting.engagements import actions as engagements
from vetting.engagements import queries as engagement_queries
from vetting.engagements.metrics import METRICS
from vetting.engagements.models import Engagement
from vetting.followups import actions as followups
from vetting.followups import queries as followup_queries
from vetting.followups.rules import may_answer
from vetting.forecasts.actions import foretell, settle
from vetting.forecasts.queries import due as forecasts_due
from vetting.kernel.actors import Actor, system
from vetting.management.demo.clients import Client
from vetting.management.demo.logins import DANA, SAM
from vetting.management.demo.plans import noon
from vetting.management.demo.script import (
    GoalPart,
    Later,
    Part,
    Piece,
    Proposal,
    Question,
    Reaction,
    Request,
    Script,
)
from vetting.management.demo.stage import Act, Stage, Story
from vetting.outcomes import actions as outcomes
from vetting.outcomes import queries as outcome_queries
from vetting.outcomes import waves
from vetting.outcomes.models import Outcome
from vetting.outcomes.questionnaire import Still
from vetting.outcomes.states import WAVES
from vetting.profiles import actions as profiles
from vetting.profiles.models import Profile
from vetting.referrals import actions as referrals
from vetting.referrals import queries as referral_queries

BY = system("demo")
Given = TypeVar("Given")
_MOST = 1_000  # closed in one night


def play(script: Script, *, on_day: Callable[[float], None]) -> None:
    """All of it, in order of time; `on_day` hears which part is over, 0 to 1. Needs a transaction around it.

    Nothing is committed before the end: a worker that saw the past half made would send its letters in earnest.
    """
    stage = Stage(opens=script.opens, closes=script.closes, last_post=script.last_post)
    for visitor in (DANA, SAM):
        enrol(email=visitor.email, is_staff=visitor.is_staff, is_demo=True, by=BY, at=script.opens)
    troupe = _Troupe(stage)
    for part in script.parts:
        stage.begin(troupe.consultant(part))
    nights = count(1)

    def at_night(at: datetime) -> None:
        if stage.fell_silent:
            stage.fell_silent = False
            _note_silences(at)
        troupe.ask_again(at)
        foretell(forecasts_due(at=at, most=_MOST), at=at)
        night = next(nights)
        if night % 7 == 0:  # these read all that is open, and nobody waits for them
            settle(at=at)
            _forget(at)
        if night & (night - 1) == 0:  # a power of two: each time the story has become twice as long
            _count_rows()

    stage.run(at_night=at_night, on_day=on_day)


def _count_rows() -> None:
    """Nobody else sees the rows of this transaction, so nobody else tells the planner how many there are by now."""
    tables = [table._meta.db_table for table in apps.get_app_config("vetting").get_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")


def _note_silences(at: datetime) -> None:
    for goal_id in engagement_queries.silent(most=_MOST):
        engagements.note_silence(goal_id, by=BY, at=at)
    for outcome_id in outcome_queries.silent(most=_MOST):
        outcomes.note_silence(outcome_id, by=BY, at=at)
    for referral_id in referral_queries.silent(most=_MOST):
        referrals.note_silence(referral_id, by=BY, at=at)


def _forget(at: datetime) -> None:
    for referee_id in followup_queries.never_answered(at=at, most=_MOST):
        followups.forget(referee_id, at=at)


class _Troupe:
    """The stories of all consultants; what each does stands in her part."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._organizations: dict[str, Organization] = {}
        self._later: dict[UUID, tuple[Later, ...]] = {}  # by outcome

    def consultant(self, part: Part) -> Story:
        yield part.joined_at
        at = self._stage.now
        owner = enrol(email=part.person.email, is_demo=True, by=BY, at=at)
        profile = profiles.create(owner=owner, details=part.details, by=owner.actor, at=at, is_demo=True)
        for word in part.self_words:
            profiles.add_claim(
                profile, kind=word.kind, text=word.text, count=word.count, by=owner.actor, at=at
            )
        if part.is_listed:
            profiles.submit(profile, by=owner.actor, at=at)
        for piece in part.pieces:
            self._stage.begin(self._piece(profile, owner, piece))
        for request in part.requests:
            self._stage.begin(self._request(profile, owner, request))
        if part.is_listed and part.pauses_at is not None:
            yield part.pauses_at
            profiles.pause(profile, by=owner.actor, at=self._stage.now)

    def _piece(self, profile: Profile, owner: User, piece: Piece) -> Story:
        yield piece.declared_at
        engagement = engagements.declare(
            profile=profile,
            organization=self._organization(piece.client, owner.actor),
            work=piece.work,
            by=owner.actor,
            at=self._stage.now,
        )
        for goal in piece.goals:
            self._stage.begin(self._goal(engagement, owner, goal))
        if piece.withdrawn_at is not None:
            yield piece.withdrawn_at
            outcomes.withdraw_work(engagement, by=owner.actor, at=self._stage.now)
        elif piece.work.ends_on is not None and noon(piece.work.ends_on) > self._stage.now:
            yield noon(piece.work.ends_on)
            engagement.refresh_from_db(fields=["status"])
            if engagement.status == "client_confirmed":
                engagements.close(engagement, ends_on=piece.work.ends_on, by=owner.actor, at=self._stage.now)

    def _goal(self, engagement: Engagement, owner: User, part: GoalPart) -> Story:
        goal = engagements.draft_goal(engagement=engagement, aim=part.aim, by=owner.actor, at=self._stage.now)
        if part.proposal is not None:
            yield part.proposal.at
            to = part.proposal.to.person
            if self._stage.drawer.reaches(to.email):
                ask = engagements.propose_goal(
                    goal, name=to.name, email=to.email, by=owner.actor, at=self._stage.now
                )
                self._expect(ask.pk, part.proposal.reaction, _accept(part.proposal))
        if part.report is None:
            return
        yield part.report.at
        outcome = outcomes.report(goal=goal, result=part.report.result, by=owner.actor, at=self._stage.now)
        for question in part.report.questions:
            yield question.at
            if question is not part.report.questions[0]:
                outcome.refresh_from_db(fields=["status"])
            self._ask(outcome, owner, question)

    def _ask(self, outcome: Outcome, owner: User, question: Question) -> None:
        """Ask about the result, where nobody has answered or is being asked."""
        to = question.to.person
        if outcome.status in {"submitted", "unanswered"} and self._stage.drawer.reaches(to.email):
            ask = outcomes.ask_client(
                outcome, name=to.name, email=to.email, by=owner.actor, at=self._stage.now
            )
            self._expect(ask.pk, question.reaction, _attest(question))
            self._later[outcome.pk] = question.later

    def ask_again(self, at: datetime) -> None:
        """What jobs.followups.ask_again does; each client knows what has become of her number."""
        for outcome_id in outcome_queries.moot(most=_MOST):
            waves.call_off(outcome_id, by=BY, at=at)
        for outcome_id in outcome_queries.due_waves(on=at.date(), most=_MOST):
            ask = waves.ask_again(outcome_id, by=BY, at=at)
            if ask is not None:
                later = self._later[outcome_id][list(WAVES.values()).index(ask.about["months"])]
                self._expect(ask.pk, later.reaction, _say_again(later))

    def _request(self, profile: Profile, owner: User, request: Request) -> Story:
        yield request.at
        to = request.to
        if self._stage.drawer.reaches(to.email):
            referral = referrals.ask_peer(
                profile=profile, name=to.name, email=to.email, by=owner.actor, at=self._stage.now
            )
            assert referral.ask_id is not None
            self._expect(referral.ask_id, request.reaction, _refer(request))

    def _expect(self, ask_id: UUID, reaction: Reaction, answer: Act) -> None:
        def act(key: UUID, at: datetime) -> None:
            """What the reader has decided, where the question is still open when she comes to it."""
            if not may_answer(followups.lock(key), at=at):
                return
            if reaction.kind == "answer":
                answer(key, at)
            elif reaction.kind == "decline":
                followups.decline(key, at=at, reason=reaction.reason)
            elif reaction.kind == "stop":
                followups.stop(key, at=at)

        self._stage.drawer.expect(ask_id, reaction, act)

    def _organization(self, client: Client, by: Actor) -> Organization:
        """Registered by the first consultant who worked there; later ones find it by its domain."""
        if client.domain not in self._organizations:
            self._organizations[client.domain] = register(
                name=client.name,
                domain=client.domain,
                kind=client.kind,
                country=client.country.code,
                industry=client.industry,
                size_band=client.size_band,
                is_demo=True,
                by=by,
                at=self._stage.now,
            )
        return self._organizations[client.domain]


def _accept(proposal: Proposal) -> Act:
    return lambda ask_id, at: engagements.answer_goal(ask_id, accepts=proposal.accepts, at=at)


def _attest(question: Question) -> Act:
    return lambda ask_id, at: outcomes.attest(ask_id, answers=_given(question.answers), at=at)


def _say_again(later: Later) -> Act:
    return lambda ask_id, at: waves.answer(ask_id, still=_still(ask_id, later), at=at)


def _still(ask_id: UUID, later: Later) -> Still:
    """Against what she said last, which depends on which letters she has answered."""
    outcome = outcome_queries.outcome_of(followups.lock(ask_id).subject_id)
    last = waves.number_asked_about(outcome, ask_id)
    if later.still or later.number == last:
        return Still(still=later.still or "held")
    better = int(METRICS[outcome.goal.metric].direction) * (later.number - last) > 0
    return Still(still="grew" if better else "faded", value=later.number)


def _refer(request: Request) -> Act:
    return lambda ask_id, at: referrals.answer(ask_id, words=_given(request.words), at=at)


def _given(words: Given | None) -> Given:
    if words is None:
        message = "somebody answers, and the script does not say what"
        raise ValueError(message)
    return words
