"""Declare work, draft a goal, have the client accept it.

Work and goals are withdrawn in `outcomes.actions`: only the room above knows whether a result stands in the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from vetting.audit.actions import begin, move, record
from vetting.companies.actions import prove_domain
from vetting.companies.models import Organization
from vetting.companies.queries import domain_of_mailbox
from vetting.engagements import rules
from vetting.engagements.metrics import format_value, metric
from vetting.engagements.models import Engagement, Goal
from vetting.engagements.queries import same_goal, same_work
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.followups.rules import may_answer
from vetting.kernel.actors import Actor
from vetting.kernel.actors import referee as as_referee
from vetting.kernel.text import PARAGRAPH, check_text
from vetting.kernel.verdict import RefusedError, refuse, require, require_all
from vetting.kernel.whole import whole
from vetting.profiles.actions import touch_evidence
from vetting.profiles.models import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a consultant declares of one engagement. `fee` is before tax, over the whole engagement."""

    work: str
    starts_on: date
    ends_on: date | None = None
    mode: str = "deliver"
    confidentiality: str = "named"
    description: str = ""
    fee: Decimal | None = None
    fee_currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A goal's content: `baseline` and `target` in the metric's unit; `currency` where that unit is money."""

    metric: str
    baseline: Decimal
    target: Decimal
    due_on: date
    currency: str = ""
    note: str = ""


@whole
def declare(
    *,
    profile: Profile,
    organization: Organization,
    work: Work,
    by: Actor,
    at: datetime,
    source_key: str = "",
) -> Engagement:
    """The same work declared twice, word for word, is one engagement: the one that stands is given back.

    `source_key` names an imported row, which may be declared once; staff declare for a profile without owner.
    """
    if not (by.is_person(profile.owner_id) or (by.is_staff and profile.origin == "public_record")):
        raise RefusedError(refuse("not_yours", "Only the consultant herself declares her work."))
    require_all(
        check_text(work.work, field="work"),
        check_text(work.description, field="description", most=PARAGRAPH, required=False),
        rules.may_be_period(work.starts_on, work.ends_on),
        rules.may_be_mode(work.mode),
        rules.may_be_confidentiality(work.confidentiality),
        rules.may_be_fee(work.fee, work.fee_currency),
    )
    engagement = Engagement(
        profile=profile,
        organization=organization,
        work=work.work.strip(),
        description=work.description.strip(),
        starts_on=work.starts_on,
        ends_on=work.ends_on,
        mode=work.mode,
        confidentiality=work.confidentiality,
        fee=work.fee,
        fee_currency=work.fee_currency if work.fee is not None else "",
        source_key=source_key,
        created_at=at,
    )
    Profile.objects.select_for_update(no_key=True).get(pk=profile.pk)
    content = {field.name: getattr(engagement, field.name) for field in fields(Work)}
    if not source_key and (twin := same_work(profile.pk, {"organization": organization, **content})):
        return twin
    begin(engagement, by=by, at=at)
    touch_evidence(profile.pk)
    return engagement


@whole
def draft_goal(*, engagement: Engagement, aim: Aim, by: Actor, at: datetime) -> Goal:
    """A goal that stands there already, word for word, is given back."""
    if not (by.is_staff and engagement.profile.origin == "public_record"):
        require(rules.may_change(by, engagement))
    Engagement.objects.select_for_update(no_key=True).get(pk=engagement.pk)
    require_all(
        rules.may_be_metric(aim.metric, aim.currency),
        rules.may_be_value(aim.metric, aim.baseline, field="baseline"),
        rules.may_be_value(aim.metric, aim.target, field="target"),
        rules.may_be_target(aim.metric, aim.baseline, aim.target),
        rules.may_be_due(aim.due_on, engagement),
        check_text(aim.note, field="note", most=400, required=False),
        rules.may_add_goal(so_far=_live_goals(engagement)),
    )
    goal = Goal(
        engagement=engagement,
        metric=aim.metric,
        currency=aim.currency,
        baseline=aim.baseline,
        target=aim.target,
        due_on=aim.due_on,
        note=aim.note.strip(),
        created_at=at,
    )
    content = {field.name: getattr(goal, field.name) for field in fields(Aim)}
    return same_goal(engagement.pk, content) or begin(goal, by=by, at=at)


@whole
def propose_goal(goal: Goal, *, name: str, email: str, language: str = "", by: Actor, at: datetime) -> Ask:
    """The consultant accepts the goal and the client is asked by letter to accept it too."""
    goal = locked_goal(goal.pk)
    engagement = goal.engagement
    require(rules.may_change(by, engagement))
    require(rules.may_propose(goal))
    owner = engagement.profile.owner
    if owner is None:
        raise RefusedError(refuse("no_owner", "Nobody speaks for this profile yet."))
    ask = followups.ask(
        kind="goal",
        subject_id=goal.pk,
        consultant=owner,
        name=name,
        email=email,
        language=language,
        about=about(goal),
        at=at,
        country=engagement.organization.country,
    )
    goal.consultant_accepted_at = at
    goal.save(update_fields=["consultant_accepted_at"])
    move(goal, "proposed", by=by, at=at)
    return ask


@whole
def answer_goal(ask_id: UUID, *, accepts: bool, at: datetime) -> Goal:
    """The client's word on a goal. Only a mailbox at the client's own domain can make it pre-registered."""
    ask = followups.lock(ask_id)
    require(may_answer(ask, at=at))
    goal = locked_goal(ask.subject_id)
    by = as_referee(ask.referee_id)
    if goal.status != "proposed":
        raise RefusedError(refuse("goal_closed", _("The consultant has withdrawn this goal.")))
    if accepts:
        domain = domain_of_mailbox(goal.engagement.organization_id, ask.referee.email)
        goal.client_accepted_at = at
        goal.agreed_hash = rules.content_hash(goal)
        goal.preregistered = domain is not None and rules.is_preregistered(
            goal, starts_on=goal.engagement.starts_on, client_accepted_at=at
        )
        goal.save(update_fields=["client_accepted_at", "agreed_hash", "preregistered"])
        if domain is not None:
            prove_domain(domain, proof="mailbox", by=by, at=at)
            confirm(goal.engagement, by=by, at=at)
    move(goal, "accepted" if accepts else "declined", by=by, at=at)
    followups.close_answered(ask, at=at)
    touch_evidence(goal.engagement.profile_id)
    return goal


@whole
def note_silence(goal_id: UUID, *, by: Actor, at: datetime) -> None:
    """The ask about it has closed without an answer: the goal is a draft again, for another person to be asked."""
    goal = locked_goal(goal_id)
    if goal.status == "proposed":
        move(goal, "draft", by=by, at=at)


@whole
def close(engagement: Engagement, *, ends_on: date, by: Actor, at: datetime) -> Engagement:
    """The work is over; its last day is known from now on."""
    require(rules.may_change(by, engagement))
    require_all(rules.may_be_period(engagement.starts_on, ends_on))
    engagement.ends_on = ends_on
    engagement.save(update_fields=["ends_on"])
    return move(engagement, "closed", by=by, at=at)


def confirm(engagement: Engagement, *, by: Actor, at: datetime) -> None:
    """The client said the work took place."""
    current = Engagement.objects.select_for_update(no_key=True).get(pk=engagement.pk)
    if current.status in {"declared", "contested"}:
        move(engagement, "client_confirmed", by=by, at=at)


def contest(engagement: Engagement, *, by: Actor, at: datetime) -> None:
    """The client said the work did not take place."""
    current = Engagement.objects.select_for_update(no_key=True).get(pk=engagement.pk)
    if current.status != "contested":
        move(engagement, "contested", by=by, at=at)
        record(engagement, "contest", by=by, at=at)


def unsay(engagement: Engagement, *, by: Actor, at: datetime) -> None:
    """Nobody says any more that the work did not take place."""
    current = Engagement.objects.select_for_update(no_key=True).get(pk=engagement.pk)
    if current.status == "contested":
        move(engagement, "declared", by=by, at=at)


def locked_goal(goal_id: UUID) -> Goal:
    """The goal and its engagement, locked until the transaction ends, with profile and organization."""
    goals = Goal.objects.select_for_update(of=("self", "engagement"), no_key=True)
    return goals.select_related("engagement__organization", "engagement__profile__owner").get(pk=goal_id)


def about(goal: Goal) -> Mapping[str, Any]:
    """The plain values that letters about this goal are set from."""
    engagement, kind = goal.engagement, metric(goal.metric)
    return {
        "consultant": engagement.profile.name,
        "consultant_slug": engagement.profile.slug,
        "client": engagement.organization.name,
        "work": engagement.work,
        "starts_on": engagement.starts_on.isoformat(),
        "ends_on": engagement.ends_on.isoformat() if engagement.ends_on else "",
        "metric": kind.name,
        "formula": kind.formula,
        "baseline": format_value(kind, goal.baseline, goal.currency),
        "target": format_value(kind, goal.target, goal.currency),
        "due_on": goal.due_on.isoformat(),
        "note": goal.note,
    }


def _live_goals(engagement: Engagement) -> int:
    return Goal.objects.filter(engagement=engagement).exclude(status="withdrawn").count()
