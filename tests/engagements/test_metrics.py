from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from vetting.engagements.metrics import (
    METRICS,
    Category,
    Metric,
    Unit,
    UnknownMetric,
    UsualChangeOf,
    by_category,
    check_value,
    find,
    format_value,
    metric,
    reference_page,
    usual_step,
)
from vetting.kernel.lookup import words_of
from vetting.scoring.evidence import Direction

EVERY = pytest.mark.parametrize("kind", METRICS.values(), ids=list(METRICS))
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "metrics.md"


def test_the_catalogue_by_category() -> None:
    counted = {category.label: len(kinds) for category, kinds in by_category().items()}
    assert counted == {
        "revenue": 7,
        "cost to serve": 8,
        "margin": 6,
        "retention": 5,
        "cycle time": 11,
        "quality": 10,
        "risk": 8,
        "capability": 5,
    }
    assert [kind for kinds in by_category().values() for kind in kinds] == list(METRICS.values())


def test_keys_are_what_goals_refer_to() -> None:
    assert [
        key for key, kind in METRICS.items() if key != kind.key or not key.isidentifier() or len(key) > 60
    ] == []
    assert [key for key in METRICS if key != key.lower()] == []


def test_no_key_stands_twice_in_the_file() -> None:
    text = (ROOT / "vetting" / "engagements" / "metrics.toml").read_text()
    assert text.count("[[metric]]") == len(METRICS)


@EVERY
def test_every_field_is_filled(kind: Metric) -> None:
    texts = (kind.name, kind.formula, kind.baseline, kind.usual_change.reason, kind.source)
    assert [text for text in texts if not text or text != text.strip()] == []
    assert [
        text for text in (kind.formula, kind.baseline, kind.usual_change.reason) if not text.endswith(".")
    ] == []
    assert kind.synonyms != ()


@EVERY
def test_bounds_and_steps_make_sense(kind: Metric) -> None:
    assert kind.decimals in range(4)
    assert kind.floor is None or kind.ceiling is None or kind.floor < kind.ceiling
    usual = kind.usual_change
    if usual.of is UsualChangeOf.UNIT:
        assert kind.unit in {Unit.PERCENT, Unit.SCORE}
        assert Decimal(1) <= usual.amount <= 5
    else:
        assert Decimal("0.05") <= usual.amount <= Decimal("0.5")


@EVERY
def test_a_share_of_the_gap_has_a_best_value_to_go_to(kind: Metric) -> None:
    assert kind.usual_change.of is not UsualChangeOf.GAP or kind.best is not None


@EVERY
def test_a_metric_that_can_be_negative_is_not_measured_by_shares_of_its_baseline(kind: Metric) -> None:
    assert kind.floor == 0 or kind.usual_change.of is UsualChangeOf.UNIT


def test_no_name_or_synonym_belongs_to_two_metrics() -> None:
    counted = Counter(words_of(text) for kind in METRICS.values() for text in (kind.name, *kind.synonyms))
    assert [words for words, times in counted.items() if times > 1 or not words] == []


def test_one_entry_read_in_full() -> None:
    kind = metric("cost_per_ticket")
    assert (kind.name, kind.category, kind.unit, kind.direction, kind.needs_currency) == (
        "Cost per ticket",
        Category.COST_TO_SERVE,
        Unit.MONEY_PER_ITEM,
        Direction.DOWN,
        True,
    )
    assert (kind.floor, kind.ceiling, kind.best) == (Decimal(0), None, Decimal(0))
    assert (kind.usual_change.amount, kind.usual_change.of) == (Decimal("0.15"), UsualChangeOf.BASELINE)


def test_directions() -> None:
    assert metric("conversion_rate").direction == 1
    assert metric("forecast_error").direction == -1
    assert (metric("forecast_error").unit, metric("forecast_error").category) == (
        Unit.POINTS,
        Category.QUALITY,
    )


def test_only_money_needs_a_currency() -> None:
    assert [key for key, kind in METRICS.items() if kind.needs_currency] == [
        "revenue_per_visitor",
        "average_order_value",
        "annual_recurring_revenue",
        "cost_per_ticket",
        "cost_per_order",
        "cost_per_invoice",
        "customer_acquisition_cost",
        "unit_cost",
    ]


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("cost_per_tiket", ["cost_per_ticket", "cost_per_invoice", "cost_per_order"]),
        ("Conversion_Rate", ["conversion_rate", "win_rate"]),
        ("followers", []),
        ("", []),
    ],
)
def test_an_unknown_key_names_the_nearest(key: str, nearest: list[str]) -> None:
    with pytest.raises(UnknownMetric) as unknown:
        metric(key)
    assert unknown.value.nearest == nearest


def test_an_unknown_key_reads_as_a_sentence() -> None:
    assert str(UnknownMetric("cost_per_tiket")) == (
        'There is no metric "cost_per_tiket". The nearest: cost_per_ticket, cost_per_invoice, cost_per_order.'
    )
    assert str(UnknownMetric("guru")) == 'There is no metric "guru".'


def test_a_key_of_a_megabyte_is_cut() -> None:
    assert str(UnknownMetric("z" * 1_000_000)) == f'There is no metric "{"z" * 60}".'


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("conversion", "conversion_rate"),
        ("CR", "conversion_rate"),
        ("ticket cost", "cost_per_ticket"),
        ("cost of a ticket", "cost_per_ticket"),
        ("cost per tickets", "cost_per_ticket"),
        ("DSO", "days_sales_outstanding"),
        ("churn rate", "annual_churn"),
        ("incident rate", "incident_rate"),
        ("NPS", "net_promoter_score"),
        ("Utilization", "billable_utilisation"),
        ("pollster", "forecast_error"),
        ("knowledge transfer", "unaided_work_share"),
    ],
)
def test_a_metric_is_found_by_what_people_type(typed: str, first: str) -> None:
    assert find(typed)[0].key == first


@pytest.mark.parametrize("typed", ["", " ", "per", "guru", "followers", "\x00", "conversion guru"])
def test_what_is_no_metric_finds_none(typed: str) -> None:
    assert find(typed) == []


def test_all_that_match_are_found() -> None:
    assert [kind.key for kind in find("churn")] == ["monthly_churn", "annual_churn"]


@pytest.mark.parametrize(
    ("key", "value", "currency", "text"),
    [
        ("cost_per_ticket", "9.4", "EUR", "9.40 EUR"),
        ("cost_per_ticket", "9.400000", "EUR", "9.40 EUR"),
        ("cost_per_ticket", "940", "JPY", "940 JPY"),
        ("cost_per_ticket", "9.4", "KWD", "9.400 KWD"),
        ("cost_per_ticket", "9.405", "EUR", "9.41 EUR"),
        ("cost_per_ticket", "0", "EUR", "0.00 EUR"),
        ("cost_per_ticket", "0.0042", "EUR", "0.004 EUR"),
        ("annual_recurring_revenue", "1250000.50", "EUR", "1\u202f250\u202f001 EUR"),
        ("conversion_rate", "12.5", "", "12.5 %"),
        ("conversion_rate", "12.500000", "", "12.5 %"),
        ("conversion_rate", "2.418", "", "2.42 %"),
        ("conversion_rate", "100", "", "100 %"),
        ("conversion_rate", "0.0000004", "", "0.0000004 %"),
        ("days_sales_outstanding", "34.000000", "", "34 days"),
        ("days_sales_outstanding", "1", "", "1 day"),
        ("days_sales_outstanding", "0", "", "0 days"),
        ("time_to_restore", "1.25", "", "1.25 hours"),
        ("average_handling_time", "1", "", "1 minute"),
        ("forecast_error", "9.85", "", "9.9 percentage points"),
        ("forecast_error", "1", "", "1 percentage point"),
        ("net_promoter_score", "-12", "", "\u221212"),
        ("net_promoter_score", "-0", "", "0"),
        ("operating_margin", "-3.5", "", "\u22123.5 %"),
        ("deployment_frequency", "3.5", "", "3.5 per week"),
        ("incident_rate", "1.4", "", "1.4 per 100"),
        ("lost_time_injury_rate", "2.1", "", "2.1 per million"),
        ("audit_findings_open", "1200", "", "1\u202f200"),
        ("tickets_per_order", "0.310", "", "0.31"),
    ],
)
def test_values_as_text(key: str, value: str, currency: str, text: str) -> None:
    assert format_value(metric(key), Decimal(value), currency) == text


@pytest.mark.parametrize("currency", ["", "XXX", "eur", "DEM"])
def test_money_without_a_known_currency_cannot_be_written(currency: str) -> None:
    with pytest.raises(KeyError):
        format_value(metric("cost_per_ticket"), Decimal(1), currency)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("conversion_rate", "0", None),
        ("conversion_rate", "100", None),
        ("conversion_rate", "100.000001", "Conversion rate cannot be above 100 %."),
        ("conversion_rate", "-0.000001", "Conversion rate cannot be below 0 %."),
        ("cost_per_ticket", "-1", "Cost per ticket cannot be below 0."),
        ("cost_per_ticket", "1e14", None),
        ("net_promoter_score", "-101", "Net promoter score cannot be below \u2212100."),
        ("operating_margin", "-400", None),
        ("operating_margin", "101", "Operating margin cannot be above 100 %."),
        ("net_revenue_retention", "118", None),
        ("lead_time", "-1", "Lead time cannot be below 0 days."),
        ("conversion_rate", "NaN", "Conversion rate needs a number."),
        ("operating_margin", "-Infinity", "Operating margin needs a number."),
        ("cost_per_ticket", "sNaN", "Cost per ticket needs a number."),
    ],
)
def test_values_that_cannot_be(key: str, value: str, reason: str | None) -> None:
    assert check_value(metric(key), Decimal(value)) == reason


@pytest.mark.parametrize(
    ("key", "baseline", "step"),
    [
        ("cost_per_ticket", "9.40", "1.41"),  # 15 % of the baseline
        ("first_contact_resolution", "70", "4.5"),  # 15 % of the 30 that are missing
        ("unaided_work_share", "0", "30"),
        ("net_promoter_score", "0", "5"),
        ("operating_margin", "-4", "1.5"),
        ("tickets_per_order", "0", "0.001"),  # a share of nothing: the last digit shown
        ("on_time_delivery", "100", "0.1"),
    ],
)
def test_a_usual_step_from_a_baseline(key: str, baseline: str, step: str) -> None:
    assert usual_step(metric(key), Decimal(baseline)) == Decimal(step)


@EVERY
def test_a_usual_step_is_above_zero_wherever_one_starts(kind: Metric) -> None:
    starts = [
        value for value in (kind.floor, kind.ceiling, Decimal(0), Decimal("0.000001")) if value is not None
    ]
    assert [start for start in starts if usual_step(kind, start) <= 0] == []


def test_the_reference_page_is_made_from_the_catalogue() -> None:
    # To make it anew: python -c "from vetting.engagements.metrics import *; print(reference_page(), end='')"
    assert PAGE.read_text() == reference_page()


def test_the_reference_page_says_all_that_is_known_of_a_metric() -> None:
    entry = reference_page().split("### Net promoter score\n")[1].split("\n### ")[0]
    kind = metric("net_promoter_score")
    assert entry.splitlines() == [
        "",
        "`net_promoter_score` · score · higher is better · from \u2212100 to 100",
        "",
        f"- **How it is counted:** {kind.formula}",
        f"- **Baseline:** {kind.baseline}",
        f"- **Usual change:** 5 points. {kind.usual_change.reason}",
        "- **Definition:** Reichheld, The One Number You Need to Grow, Harvard Business Review, 2003",
        "- **Also called:** NPS, promoter score, recommendation, likelihood to recommend",
    ]


@pytest.mark.parametrize(
    ("key", "range_and_usual"),
    [
        ("cost_per_ticket", ("money per item · lower is better · 0 or more", "15 % of the baseline.")),
        ("first_contact_resolution", ("from 0 to 100", "15 % of the way from the baseline to 100 %.")),
        ("operating_margin", ("percent · higher is better · 100 or less", "1.5 percentage points.")),
        ("revenue_growth", ("higher is better · \u2212100 or more", "5 percentage points.")),
    ],
)
def test_the_reference_page_words_ranges_and_usual_changes(
    key: str, range_and_usual: tuple[str, str]
) -> None:
    entry = reference_page().split(f"`{key}`")[1].split("\n### ")[0]
    assert [part for part in range_and_usual if part not in entry] == []
