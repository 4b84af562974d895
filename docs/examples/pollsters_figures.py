"""The figures of docs/explanation/pollsters.md, from what the import left in the database.

.venv/bin/python manage.py shell --verbosity 0 < docs/examples/pollsters_figures.py
"""

from collections import Counter
from statistics import median, quantiles

from vetting.jobs import scorecards, search
from vetting.outcomes.models import Outcome
from vetting.scorecards.coverage import is_met
from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import field_spread

scorecards.wake()
search.wake()
cards = list(Scorecard.objects.select_related("profile").filter(counted__gt=0).order_by("-theta_low", "id"))
outcomes = Outcome.objects.select_related("goal__engagement").order_by("id")
polls, beaten = Counter(), Counter()
for outcome in outcomes:
    firm = outcome.goal.engagement.profile_id
    polls[firm] += 1
    beaten[firm] += is_met(outcome.goal.metric, outcome.goal.target, outcome.achieved, ())
low, middle, high = field_spread("public_record")
print(f"firms {len(cards)}, polls {polls.total()}, beat the others {beaten.total()}")
print(f"polls a firm: quartiles {quantiles(polls.values(), n=4)}, most {max(polls.values())}")
print(f"field: 10 % {low:.1f}, middle {middle:.1f}, 90 % {high:.1f}")
print(f"interval wholly above the middle {sum(card.low > middle for card in cards)}")
print(f"interval wholly below the middle {sum(card.high < middle for card in cards)}")
print(f"median width {median(card.high - card.low for card in cards):.1f}")
for card in (*cards[:5], *cards[-3:]):
    name, firm = card.profile.name, card.profile_id
    print(f"{name}: {beaten[firm]}/{polls[firm]}, {card.low:.1f} to {card.high:.1f}, tick {card.mean:.1f}")
