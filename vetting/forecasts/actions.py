"""Say what will be, once; and afterwards what was."""

from collections.abc import Sequence
from datetime import datetime

from vetting.engagements.metrics import METRICS
from vetting.engagements.models import Goal
from vetting.forecasts import queries, rules
from vetting.forecasts.models import Forecast, Settlement
from vetting.kernel.keys import uuid7
from vetting.outcomes.models import Outcome
from vetting.outcomes.queries import current_attestations
from vetting.outcomes.states import GONE
from vetting.scorecards.gather import gather, history_of, usual_change
from vetting.scorecards.queries import in_force
from vetting.scoring.batch import standings_many
from vetting.scoring.score import ambition, probability_met
from vetting.scoring.weights import RESULTS


def foretell(goals: Sequence[Goal], *, at: datetime) -> list[Forecast]:
    """A forecast for each of these that may still have one, from the evidence of this moment.

    Two workers at once make one forecast: the first row stands.
    """
    reported = set(
        Outcome.objects.filter(goal__in=goals).exclude(status__in=GONE).values_list("goal_id", flat=True)
    )
    ready = [
        goal
        for goal in goals
        if goal.metric in METRICS and rules.may_foretell(goal, is_reported=goal.pk in reported, at=at)
    ]
    if not ready:
        return []
    evidence = gather(list({goal.engagement.profile_id for goal in ready}))
    scale = in_force()
    people = {key: history_of(known, scale, at=at) for key, known in evidence.items()}
    known = standings_many(list(people.values()), constants=scale.constants)
    standings = dict(zip(people, known, strict=True))
    forecasts = []
    for goal in ready:
        standing = standings[goal.engagement.profile_id][RESULTS]
        baseline = float(goal.baseline)
        asked = ambition(
            baseline=baseline,
            target=float(goal.target),
            usual_change=usual_change(METRICS[goal.metric], baseline),
            constants=scale.constants,
        )
        forecasts.append(
            Forecast(
                id=uuid7(),
                goal=goal,
                made_at=at,
                model_version=scale.constants.version,
                probability=probability_met(standing, ambition=asked, constants=scale.constants),
                ambition=asked,
                mean=standing.mean,
                sd=standing.sd,
                counted=standing.n,
            )
        )
    return Forecast.objects.bulk_create(forecasts, ignore_conflicts=True)


def settle(*, at: datetime) -> int:
    """Settle what has come to an end; how many. Settled once, it stays so, whatever is corrected later."""
    waiting = list(queries.unsettled())
    live = Outcome.objects.select_related("goal").filter(goal__in=[forecast.goal_id for forecast in waiting])
    outcomes = {outcome.goal_id: outcome for outcome in live.exclude(status__in=GONE).order_by("id")}
    said = current_attestations(outcome.pk for outcome in outcomes.values())
    settlements = []
    for forecast in waiting:
        outcome = outcomes.get(forecast.goal_id)
        testimony = said.get(outcome.pk, []) if outcome else []
        end = rules.end_of(forecast.goal, outcome, testimony, at=at)
        if end is not None:
            settlements.append(
                Settlement(
                    id=uuid7(),
                    forecast=forecast,
                    end=end.word,
                    reason=end.reason,
                    outcome=end.outcome,
                    settled_at=at,
                )
            )
    Settlement.objects.bulk_create(settlements, ignore_conflicts=True)
    return len(settlements)
