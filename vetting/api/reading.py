"""What anybody may read without a key: the search, scorecards, and the catalogues of metrics and industries."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vetting.api.doors import PUBLIC, Door, operation
from vetting.api.evidence import (
    CoverageSerializer,
    EvidenceSerializer,
    ReliabilitySerializer,
    ScaleSerializer,
)
from vetting.api.fields import Figure, Text
from vetting.api.pages import PageInput
from vetting.api.profiles import StandingSerializer, visible_profile
from vetting.companies.catalogue import INDUSTRIES, SIZE_BANDS
from vetting.engagements.metrics import METRICS, Category
from vetting.engagements.states import MODES
from vetting.forecasts.queries import record_of_all
from vetting.indexes.queries import find
from vetting.profiles.states import AVAILABILITY
from vetting.scorecards.gather import evidence_of
from vetting.scorecards.queries import of_profile
from vetting.search.explanation import explain
from vetting.search.queries import Hit
from vetting.search.rules import HIGHEST_LEVEL, LONGEST_SKILL, LONGEST_TEXT, Query


class SearchInput(PageInput):
    q = Text(
        most=LONGEST_TEXT,
        default="",
        help_text="Words of what was moved, for whom, or a name; each has to be there. There are no operators.",
    )
    skill = Text(
        most=LONGEST_SKILL, default="", help_text="One that peers confirmed, as `facets.skills` has it."
    )
    metric = Text(default="", help_text="A key of /metrics; the hits are ranked by their results on it.")
    category = Text(words=tuple(Category), default="")
    industry = Text(default="", help_text="An ISIC section or division; see /industries.")
    size = Text(words=tuple(SIZE_BANDS), default="", help_text="People employed at the client.")
    country = Text(default="", help_text="The consultant's, ISO 3166-1 alpha-2.")
    language = Text(default="", help_text="ISO 639-1.")
    mode = Text(words=MODES, default="")
    availability = Text(words=AVAILABILITY, default="")
    level = serializers.IntegerField(
        min_value=0, max_value=HIGHEST_LEVEL, default=0, help_text="Evidence, at least."
    )
    preregistered = serializers.BooleanField(
        default=False, help_text="Only with a goal agreed before the work."
    )
    transfer = serializers.BooleanField(
        default=False, help_text="Only where the client's people can go on alone."
    )
    change = Figure(allow_null=True, default=None, help_text="Better by at least this part: 0.1 for 10 %.")
    rate = Figure(allow_null=True, default=None, help_text="A day's rate, at most, in `currency`.")
    currency = Text(default="")


class DimensionSerializer(ScaleSerializer):
    n = serializers.IntegerField(help_text="How many results it rests on.")
    reliability = serializers.FloatField(help_text="0 where nothing is known, towards 1 where much is.")


class HitResultSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    metric = serializers.CharField()
    metric_name = serializers.CharField()
    baseline = serializers.CharField()
    achieved = serializers.CharField()
    client = serializers.CharField()
    verdict = serializers.CharField()
    level = serializers.IntegerField()
    still = serializers.CharField(default="", help_text="held or faded; empty where nobody was asked again.")
    still_months = serializers.IntegerField(default=0, help_text="How many months later that was said.")
    verified_on = serializers.CharField()
    preregistered = serializers.BooleanField()


class HitSerializer(serializers.Serializer[Any]):
    """Why this consultant stands here: the interval, and the results behind it, the strongest first."""

    slug = serializers.CharField()
    name = serializers.CharField()
    place = serializers.CharField()
    origin = serializers.CharField()
    demo = serializers.BooleanField(source="is_demo")
    mean = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    own = serializers.BooleanField(help_text="Ranked by what was confirmed where it was asked for.")
    counted = serializers.IntegerField()
    coverage = CoverageSerializer()
    metrics = serializers.DictField(child=DimensionSerializer())
    results = HitResultSerializer(many=True)


class SearchSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    ranked_by = serializers.CharField(
        help_text="The metric whose results rank the hits; empty for all results."
    )
    ranked_in = serializers.CharField(
        help_text="The industry besides: a hit with no result on the metric there has `own` false, and is ranked by "
        "all its results, marked down."
    )
    corrected = serializers.DictField(
        child=serializers.CharField(), help_text="Words that find nobody, and what was looked for instead."
    )
    hits = HitSerializer(many=True)
    facets = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()),
        help_text="How many hits each further filter would leave.",
    )
    next = serializers.CharField(allow_null=True, help_text="The address of the next page.")


class EntrySerializer(serializers.Serializer[Any]):
    """What one piece of evidence moves in one dimension. Of a sealed result no reason is given."""

    key = serializers.CharField()
    dimension = serializers.CharField()
    value = serializers.FloatField()
    sentence = serializers.CharField(help_text="What happened, at what kind of client, and who says so.")
    reason = serializers.CharField(help_text="Why the scale counts it as much as it does.")


class ScorecardSerializer(StandingSerializer):
    profile = serializers.CharField(source="profile.slug")
    reliability = serializers.FloatField()
    theta = serializers.FloatField(help_text="The composite before it is put on the scale.")
    theta_low = serializers.FloatField(help_text="Its lower bound, by which a search ranks.")
    dimensions = serializers.DictField(child=DimensionSerializer())
    metrics = serializers.DictField(child=DimensionSerializer())
    ledger = serializers.SerializerMethodField()
    ledger_sum = serializers.SerializerMethodField(help_text="Theta less that of an empty history.")
    coverage = CoverageSerializer()
    model_version = serializers.CharField()
    as_of = serializers.DateField()
    computed_at = serializers.DateTimeField()
    current = serializers.SerializerMethodField()

    @extend_schema_field(EntrySerializer(many=True))
    def get_ledger(self, _card: Any) -> Any:
        return EntrySerializer(self.context["explanation"].lines, many=True).data

    def get_ledger_sum(self, _card: Any) -> float:
        return float(self.context["explanation"].total)

    def get_current(self, card: Any) -> bool:
        """False for the seconds between a change of the evidence and the next card."""
        return bool(card.evidence_version == card.profile.evidence_version)


class ForecastsSerializer(serializers.Serializer[Any]):
    made = serializers.IntegerField()
    open = serializers.IntegerField()
    overdue = serializers.IntegerField(help_text="Of those open: their goal was due and has no result yet.")
    void = serializers.IntegerField(help_text="The goal was withdrawn, or nobody ever answered.")
    reliability = ReliabilitySerializer()


class MetricSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.IntegerField(help_text="1 where higher is better, -1 where lower is.")
    decimals = serializers.IntegerField(help_text="The most digits shown after the point.")
    needs_currency = serializers.BooleanField()
    floor = Figure(allow_null=True, help_text="No value lies below.")
    ceiling = Figure(allow_null=True, help_text="No value lies above.")
    formula = serializers.CharField()
    baseline = serializers.CharField(help_text="What counts as the value before the work.")
    source = serializers.CharField()  # type: ignore[assignment]  # a field, of that name
    synonyms = serializers.ListField(child=serializers.CharField())


class MetricsSerializer(serializers.Serializer[Any]):
    results = MetricSerializer(many=True)


class IndustrySerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    section = serializers.CharField(help_text="The letter of its section; its own code where it is one.")


class IndustriesSerializer(serializers.Serializer[Any]):
    results = IndustrySerializer(many=True)


class Search(Door):
    kept = True

    @operation("search", scope=PUBLIC, query=SearchInput, gives=SearchSerializer)
    def get(self, _request: Request) -> Response:
        """Find consultants by what their clients confirmed; the best lower bound stands first."""
        asked = self.asked(SearchInput)
        limit, cursor = asked.pop("limit"), asked.pop("cursor")
        page = find(Query(text=asked.pop("q"), **asked), cursor=cursor, size=limit)
        return Response(
            {
                "total": page.total,
                "ranked_by": page.ranked_by,
                "ranked_in": page.ranked_in,
                "corrected": page.corrected,
                "hits": [_hit(each) for each in page.hits],
                "facets": page.facets(),
                "next": self.next_url(page.next_cursor),
            },
            headers={"Touchstone-Search": page.way},
        )


_COVERAGE, _DIMENSION, _RESULT = (
    tuple(shape().fields) for shape in (CoverageSerializer, DimensionSerializer, HitResultSerializer)
)
_NOT_ASKED_AGAIN = {"still": "", "still_months": 0}


def _hit(hit: Hit) -> dict[str, Any]:
    """As HitSerializer shows it, which takes longer than all else of a search together: a page has 3,000 values."""
    known = hit.shown
    return {
        "slug": known["slug"],
        "name": known["name"],
        "place": known["place"],
        "origin": known["origin"],
        "demo": known["is_demo"],
        "mean": float(known["mean"]),
        "low": float(known["low"]),
        "high": float(known["high"]),
        "own": hit.own,
        "counted": known["counted"],
        "coverage": {name: known["coverage"][name] for name in _COVERAGE},
        "metrics": {key: {name: each[name] for name in _DIMENSION} for key, each in known["metrics"].items()},
        "results": [{name: (_NOT_ASKED_AGAIN | line)[name] for name in _RESULT} for line in known["results"]],
    }


class Card(Door):
    kept = True

    @operation("scorecards_retrieve", scope=PUBLIC, gives=ScorecardSerializer)
    def get(self, _request: Request, slug: str) -> Response:
        """A consultant's score with its interval and the ledger of what each piece of evidence moved."""
        profile = visible_profile(self, slug)
        card = of_profile(profile.pk)
        if card is None:
            raise Http404
        return Response(ScorecardSerializer(card, context={"explanation": explain(profile, card)}).data)


class Evidence(Door):
    kept = True

    @operation("scorecards_evidence", scope=PUBLIC, gives=EvidenceSerializer)
    def get(self, _request: Request, slug: str) -> Response:
        """What the scale read for this card, with every constant: docs/recompute.py computes the score from it."""
        card = of_profile(visible_profile(self, slug).pk)
        if card is None:
            raise Http404
        return Response(evidence_of(card, is_owner=False))


class Forecasts(Door):
    kept = True

    @operation("forecasts_retrieve", scope=PUBLIC, gives=ForecastsSerializer)
    def get(self, _request: Request) -> Response:
        """How the platform's own forecasts came out, against the base rate."""
        return Response(ForecastsSerializer(record_of_all(at=self.at)).data)


class Metrics(Door):
    kept = True

    @operation("metrics_list", scope=PUBLIC, gives=MetricsSerializer)
    def get(self, _request: Request) -> Response:
        """Every metric a goal may be set on, and how each is counted."""
        return Response({"results": MetricSerializer(METRICS.values(), many=True).data})


class Industries(Door):
    kept = True

    @operation("industries_list", scope=PUBLIC, gives=IndustriesSerializer)
    def get(self, _request: Request) -> Response:
        """The sections and divisions of ISIC Rev. 4."""
        return Response({"results": IndustrySerializer(INDUSTRIES.values(), many=True).data})
