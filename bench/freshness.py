"""python -m bench.freshness: from a client's confirmed answer to a search that finds it, over real web and worker.

The answer goes in by HTTP, and the search page is asked for over HTTP until it shows what was confirmed.
"""

import json
import time
from datetime import date, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any

from django.utils import timezone

import bench.ready  # noqa: F401 - before whatever reads a table
from bench.measure import SMALL, quantiles, say, world_of
from bench.servers import web, worker
from vetting.accounts.models import User
from vetting.companies.actions import register
from vetting.engagements.actions import Aim, Work, declare, draft_goal
from vetting.followups.actions import pause
from vetting.followups.models import AskKey
from vetting.followups.queries import is_paused
from vetting.kernel.keys import digest, new_secret, uuid7
from vetting.outcomes.actions import Result, ask_client, report
from vetting.profiles import actions as profiles
from vetting.scorecards.actions import calibrate, compute
from vetting.scorecards.queries import of_profile, stale
from vetting.search import queries as search
from vetting.search.actions import refresh

ANSWERS, FEW, USUAL = 200, 10, 2_000
_ANSWER = {
    "worked_together": "yes",
    "role": "CFO",
    "baseline": "confirm",
    "result": "confirm",
    "shares": "50-75",
    "goal_before": "yes",
    "transfer": "3",
    "publish": "named",
}
_PATIENCE = 120.0
_METRIC = b"Cost per ticket"


def main() -> None:
    with world_of(__doc__ or "", usual=USUAL) as consultants:
        first, *waiting = _waiting(1 + (FEW if consultants == SMALL else ANSWERS))
        scored, found = [], []
        with web() as site, worker():
            _answer(site, first[1])
            _until_found(site, first[0])  # now the worker has begun its work
            for name, key, profile_id in waiting:
                begun = time.time()
                _answer(site, key)
                _until_found(site, name)
                found.append(time.time() - begun)
                scored.append(_computed(profile_id) - begun)
                time.sleep(0.2)
        say("freshness", "answer to scorecard", consultants=consultants, **quantiles(scored))
        say("freshness", "answer to search page", consultants=consultants, **quantiles(found))


def _waiting(number: int) -> list[tuple[str, str, Any]]:
    """Consultants whose client has a question open, and the key to it; all else is calibrated, scored and listed."""
    at, run = timezone.now(), uuid7().hex[-8:]
    staff = User.objects.create_user(f"staff-{run}@touchstone.example", is_staff=True).actor
    if not is_paused():
        pause(reason="A benchmark writes to nobody.", by=staff, at=at)
    place = register(
        name=f"Client {run}", domain=f"client-{run}.example", by=staff, at=at, country="EE", industry="47"
    )
    found = []
    for n in range(number):
        name = f"Fresh{run}{n}"
        owner = User.objects.create_user(f"{name.lower()}@advice.example")
        details = {"name": name, "country": "LV", "languages": ["en"]}
        profile = profiles.create(owner=owner, details=details, by=owner.actor, at=at)
        profiles.submit(profile, by=owner.actor, at=at)
        work = Work(work="Service redesign", starts_on=date(2026, 1, 12), ends_on=date(2026, 4, 17))
        engagement = declare(profile=profile, organization=place, work=work, by=owner.actor, at=at)
        aim = Aim(
            metric="cost_per_ticket",
            baseline=Decimal("9.40"),
            target=Decimal("7.00"),
            due_on=date(2026, 4, 30),
            currency="EUR",
        )
        goal = draft_goal(engagement=engagement, aim=aim, by=owner.actor, at=at)
        said = Result(achieved=Decimal("6.10"), measured_on=date(2026, 4, 20), source="dashboard")
        outcome = report(goal=goal, result=said, by=owner.actor, at=at)
        email = f"cfo-{n}@client-{run}.example"
        ask = ask_client(outcome, name=f"Referee {n}", email=email, by=owner.actor, at=at)
        key = new_secret()
        AskKey.objects.create(ask=ask, digest=digest(key), created_at=at, expires_at=at + timedelta(days=30))
        found.append((name, key, profile.pk))
    calibrate(at=at)
    while keys := stale(at=at, most=500):
        compute(keys, at=at)
    while keys := search.stale(most=500):
        refresh(keys)
    return found


def _answer(site: HTTPConnection, key: str) -> None:
    body, kind = json.dumps(_ANSWER), {"Content-Type": "application/json"}
    site.request("POST", f"/api/v1/answers/{key}", body, kind)
    answer = site.getresponse()
    told = answer.read()
    if answer.status not in {200, 201}:
        message = f"the answer was not taken: {answer.status} {told[:300]!r}"
        raise RuntimeError(message)


def _until_found(site: HTTPConnection, name: str) -> None:
    deadline = time.time() + _PATIENCE
    while time.time() < deadline:
        site.request("GET", f"/search/?q={name}")
        if _METRIC in site.getresponse().read():
            return
        time.sleep(0.005)
    message = f"{name} was not found within {_PATIENCE:.0f} s"
    raise RuntimeError(message)


def _computed(profile_id: Any) -> float:
    card = of_profile(profile_id)
    assert card is not None
    return float(card.computed_at.timestamp())


if __name__ == "__main__":
    main()
