"""The drawings: what they draw, what they say, and what they refuse."""

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.web.drawings.bar import bar
from vetting.web.drawings.coverage import KINDS, MEANING, block, coverage, coverage_counts, coverage_words
from vetting.web.drawings.ink import across, element, length, words
from vetting.web.drawings.levels import WORDS, level_words, levels
from vetting.web.drawings.slope import Later, Point, Slope, slope, slope_words, verdict_alone, verdict_words
from vetting.web.drawings.streak import Standing, streak, streak_short, streak_words


def standing(**changes):
    given = {"mean": 58, "low": 44, "high": 71, "field_low": 31, "field_mid": 47, "field_high": 63, "n": 9}
    return Standing(**given | changes)


def result(**changes):
    given = {
        "metric": "Cost per ticket",
        "direction": "down",
        "baseline": Point(value=9.4, text="9.40 EUR", when="Mar 2025"),
        "target": Point(value=7.0, text="7.00 EUR"),
        "achieved": Point(value=6.1, text="6.10 EUR", when="Nov 2025"),
    }
    return Slope(**given | changes)


def read(drawing):
    """The drawing parsed as XML: it fails where anything was left unescaped or unclosed."""
    return ET.fromstring(drawing)


def classes(drawing):
    return [node.get("class") for node in read(drawing).iter() if node.get("class")]


def texts(drawing):
    return [node.text for node in read(drawing).iter("text")]


# --- The pen


def test_a_length_has_at_most_two_decimals_and_no_minus_zero():
    assert [length(value) for value in (1.0, 0.125, 2.5, -0.001, 100, 33.333)] == [
        "1",
        "0.12",
        "2.5",
        "0",
        "100",
        "33.33",
    ]


def test_a_position_is_a_share_in_per_cent():
    assert [across(share) for share in (0, 1 / 3, 1)] == ["0%", "33.33%", "100%"]


def test_an_element_escapes_its_text_and_attributes():
    drawn = element("text", words("<b>&"), class_='a"b', stroke_width=2)
    assert drawn == '<text class="a&quot;b" stroke-width="2">&lt;b&gt;&amp;</text>'


def test_a_child_that_nobody_escaped_is_escaped():
    assert element("g", "<script>") == "<g>&lt;script&gt;</g>"


# --- The streak


def test_the_streak_lies_from_its_low_end_to_its_high_end():
    drawn = read(streak(standing(), size="hit", key="k"))
    stretched = next(node for node in drawn.iter("svg") if node.get("preserveAspectRatio") == "none")
    assert (stretched.get("x"), stretched.get("width")) == ("44.12%", "26.46%")


def test_the_mark_that_ranks_stands_at_the_low_end_and_the_tick_at_the_middle():
    drawn = read(streak(standing(), size="hit", key="k"))
    ranked = next(node for node in drawn.iter("svg") if node.find("path[@class='rank']") is not None)
    tick = drawn.find("line[@class='tick']")
    assert (ranked.get("x"), tick.get("x1"), tick.get("x2")) == ("44.12%", "57.84%", "57.84%")


def test_the_field_is_a_band_with_its_middle_marked():
    drawn = read(streak(standing(), size="hit", key="k"))
    band = drawn.find("rect[@class='field-band']")
    assert (band.get("x"), band.get("width")) == ("31.38%", "31.36%")


@pytest.mark.parametrize(
    ("low", "high", "density"),
    [(50, 60, "1"), (44, 58, "1"), (30, 58, "0.5"), (0, 70, "0.2"), (0, 100, "0.2")],
)
def test_the_longer_the_paler(low, high, density):
    drawn = read(streak(standing(low=low, mean=(low + high) / 2, high=high), size="hit", key="k"))
    assert (
        next(node for node in drawn.iter("path") if node.get("class") == "gold").get("fill-opacity")
        == density
    )


def test_a_large_streak_carries_its_numbers_and_a_hit_none():
    assert texts(streak(standing(), size="hit", key="k")) == []
    assert texts(streak(standing(), size="large", key="k")) == [
        "0",
        "100",
        "others in the field",
        "44",
        "71",
        "58",
    ]


def test_nothing_confirmed_is_an_empty_scale():
    drawn = streak(standing(n=0), size="large", key="k")
    assert texts(drawn) == ["0", "100", "others in the field", "nothing confirmed yet"]
    assert {"gold", "tick", "rank"} & set(classes(drawn)) == set()


def test_a_drawing_is_an_image_with_a_name_and_a_description():
    drawn = read(streak(standing(), size="hit", key="k7"))
    assert (drawn.get("role"), drawn.get("aria-labelledby")) == ("img", "k7-title k7-desc")
    assert (drawn.find("title").get("id"), drawn.find("title").text) == (
        "k7-title",
        "Standing on a scale of 0 to 100",
    )
    assert (drawn.find("desc").get("id"), drawn.find("desc").text) == ("k7-desc", streak_words(standing()))


def test_the_sentence_says_what_is_drawn():
    assert streak_words(standing()) == (
        "9 checked results put this standing between 44 and 71 of 100 (four chances in five), most likely near 58. "
        "The lower end, 44, is what ranks. Others in the field lie between 31 and 63, with 47 in the middle. "
        "We cannot tell this standing apart from the middle of the field yet."
    )


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"low": 48, "mean": 50, "high": 52}, "All of it is above the middle of the field."),
        ({"low": 40, "mean": 43, "high": 46}, "All of it is below the middle of the field."),
        (
            {"low": 47, "mean": 50, "high": 52},
            "We cannot tell this standing apart from the middle of the field yet.",
        ),
    ],
)
def test_the_sentence_compares_with_the_field(changes, end):
    assert streak_words(standing(**changes)).endswith(f"47 in the middle. {end}")


def test_the_sentence_of_one_result_and_of_none():
    assert streak_words(standing(n=1)).startswith(
        "1 checked result puts this standing between 44 and 71 of 100"
    )
    assert streak_words(standing(n=0)) == (
        "Nothing confirmed yet, so there is no place on the scale. "
        "Others in the field lie between 31 and 63, with 47 in the middle."
    )
    assert [streak_short(standing(n=n)) for n in (0, 1, 9)] == [
        "nothing confirmed yet",
        "44 to 71, from 1 result",
        "44 to 71, from 9 results",
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mean": math.nan}, "mean is not a finite number"),
        ({"high": math.inf}, "high is not a finite number"),
        ({"low": -0.1}, "low is not between 0 and 100"),
        ({"field_high": 100.5}, "field_high is not between 0 and 100"),
        ({"low": 60}, "low, mean and high are not in order"),
        ({"mean": 80}, "low, mean and high are not in order"),
        ({"field_mid": 64}, "field_low, field_mid and field_high are not in order"),
        ({"n": -1}, "n is below 0"),
    ],
)
def test_a_standing_that_would_draw_a_lie_is_refused(changes, reason):
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        standing(**changes)


@given(
    st.lists(st.floats(0, 100), min_size=6, max_size=6),
    st.integers(0, 500),
    st.sampled_from(["hit", "large"]),
)
def test_every_standing_draws_well_formed_xml(numbers, n, size):
    (low, mean, high), (field_low, field_mid, field_high) = sorted(numbers[:3]), sorted(numbers[3:])
    drawn = streak(
        Standing(
            mean=mean,
            low=low,
            high=high,
            field_low=field_low,
            field_mid=field_mid,
            field_high=field_high,
            n=n,
        ),
        size=size,
        key="k",
    )
    assert read(drawn).tag == "svg"
    assert "nan" not in drawn
    assert "style" not in drawn


# --- The slope


def placed(drawing, class_):
    """Where the circles of a class stand: (x, y) of the group they are in."""
    return [
        (node.get("x"), node.get("y"))
        for node in read(drawing).iter("svg")
        if (circle := node.find("circle[last()]")) is not None and circle.get("class") == class_
    ]


def test_a_result_that_meets_its_goal_exactly_lands_in_the_ring():
    drawn = slope(result(achieved=Point(value=7.0, text="7.00 EUR")), key="k")
    assert placed(drawn, "goal") == placed(drawn, "met") == [("75%", "80")]


def test_a_smaller_number_lies_lower_whichever_way_is_better():
    drawn = slope(result(), key="k")
    assert placed(drawn, "start") == [("25%", "16")]
    assert placed(drawn, "met") == [("75%", "80")]
    assert placed(drawn, "goal") == [("75%", "62.55")]


@pytest.mark.parametrize(
    ("direction", "achieved", "said"),
    [
        ("down", 7.0, "goal met"),
        ("down", 7.01, "goal missed"),
        ("up", 7.0, "goal met"),
        ("up", 6.99, "goal missed"),
        ("up", None, "result not known yet"),
    ],
)
def test_the_direction_decides_what_is_met(direction, achieved, said):
    assert verdict_words(result(direction=direction, achieved=Point(value=achieved, text="x"))) == said


def test_a_miss_is_as_large_as_a_result_that_was_met():
    marks = [read(verdict_alone(verdict)) for verdict in ("met", "missed", "unknown")]
    assert [{circle.get("r") for circle in mark.iter("circle")} for mark in marks] == [{"5"}, {"5"}, {"5"}]
    assert [len(list(mark.iter("line"))) for mark in marks] == [0, 1, 0]
    assert [mark.find(".//circle[@stroke-dasharray]") is not None for mark in marks] == [False, False, True]


def test_a_value_nobody_knows_leaves_a_gap_in_the_line():
    later = (
        Later(value=6.3, text="6.30 EUR", months=3),
        Later(value=None, text="not known", months=6),
        Later(value=6.0, text="6.00 EUR", months=12),
    )
    drawn = slope(result(later=later), key="k")
    lines = [node for node in read(drawn).iter("line") if node.get("class") == "path"]
    assert [(line.get("x1"), line.get("x2")) for line in lines] == [("10%", "30%"), ("30%", "50%")]
    assert placed(drawn, "unknown") == [("70%", "104")]


def test_the_slope_in_sentences():
    later = (
        Later(value=6.3, text="6.30 EUR", when="Feb 2026", months=3),
        Later(value=None, text="?", months=12),
    )
    assert slope_words(result(later=later)) == (
        "Before: 9.40 EUR (Mar 2025). The goal: 7.00 EUR or less. Achieved: 6.10 EUR (Nov 2025), goal met. "
        "3 months later: 6.30 EUR (Feb 2026). 12 months later: not known. Lower is better."
    )
    unknown = result(direction="up", achieved=Point(value=None, text="?"))
    assert slope_words(unknown) == (
        "Before: 9.40 EUR (Mar 2025). The goal: 7.00 EUR or more. The result is not known yet. Higher is better."
    )


def test_what_a_consultant_typed_is_escaped():
    drawn = slope(result(metric="</title><script>alert(1)</script>"), key="k")
    assert read(drawn).find("title").text == "</title><script>alert(1)</script>: goal met"
    assert "<script" not in drawn


@pytest.mark.parametrize(
    "numbers", [(1e308, -1e308, 1e308), (5e-324, 1e-323, 0.0), (0.0, 0.0, 0.0), (7, 7, 7)]
)
def test_numbers_at_the_edge_of_what_a_float_holds_are_drawn(numbers):
    baseline, target, achieved = (Point(value=value, text="x") for value in numbers)
    drawn = slope(result(baseline=baseline, target=target, achieved=achieved), key="k")
    assert "nan" not in drawn
    assert "inf" not in drawn


def test_a_result_nobody_proved_is_neither_met_nor_missed():
    claimed = result(unproved="nobody has confirmed it")
    assert verdict_words(claimed) == "nobody has confirmed it"
    assert placed(slope(claimed, key="k"), "unknown") == [("75%", "80")]
    assert slope_words(claimed) == (
        "Before: 9.40 EUR (Mar 2025). The goal: 7.00 EUR or less. "
        "Achieved: 6.10 EUR (Nov 2025), nobody has confirmed it. Lower is better."
    )


def test_a_slope_without_baseline_target_or_direction_is_refused():
    unknown = Point(value=None, text="not known")
    with pytest.raises(ValueError, match=r"^baseline and target must be known$"):
        result(baseline=unknown)
    with pytest.raises(ValueError, match=r"^baseline and target must be known$"):
        result(target=unknown)
    with pytest.raises(ValueError, match=r"^direction is neither up nor down$"):
        result(direction="sideways")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_point_that_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r"^value is not a finite number$"):
        Point(value=value, text="x")


def test_a_follow_up_before_the_result_is_refused():
    with pytest.raises(ValueError, match=r"^months is not above 0$"):
        Later(value=1, text="x", months=0)


# --- Coverage


FOURTEEN = [
    *["confirmed"] * 5,
    "corrected",
    *["missed"] * 2,
    "rejected",
    "declined",
    *["silent"] * 2,
    *["not_asked"] * 2,
]


def test_the_coverage_line_counts_every_engagement():
    assert coverage_words(FOURTEEN) == "declared 14 · asked 12 · answered 9 · declined 1 · silent 2"
    assert coverage_words([]) == "declared 0 · asked 0 · answered 0 · declined 0 · silent 0"


def test_those_who_still_wait_are_named_only_where_there_are_any():
    assert coverage_counts(["open", "confirmed"]) == [
        "declared 2",
        "asked 2",
        "answered 1",
        "declined 0",
        "silent 0",
        "waiting 1",
    ]


def test_one_block_an_engagement_in_the_order_given():
    drawn = read(coverage(["missed", "confirmed", "silent"], key="k"))
    groups = drawn.findall("svg")
    assert [(group.get("x"), group.find("rect").get("class")) for group in groups] == [
        ("0", "missed"),
        ("16", "met"),
        ("32", "unknown"),
    ]
    assert (drawn.get("width"), drawn.get("height")) == ("44", "12")


def test_a_long_bar_begins_new_rows_that_fit_a_small_screen():
    drawn = read(coverage(["confirmed"] * 40, key="k"))
    assert (drawn.get("width"), drawn.get("height")) == ("284", "44")
    last = drawn.findall("svg")[-1]
    assert (last.get("x"), last.get("y")) == ("48", "32")


def test_hundreds_share_a_block_and_no_kind_is_lost():
    many = ["confirmed"] * 700 + ["silent"] * 19 + ["rejected"]
    drawn = read(coverage(many, key="k"))
    assert len(drawn.findall("svg")) == 70 + 1 + 2
    assert drawn.find("title").text == "Coverage: a block for about 10 engagements"
    assert coverage_words(many) == (
        "declared 720 · asked 720 · answered 701 · declined 0 · silent 19 · a block for about 10 engagements"
    )


def test_an_empty_bar_is_drawn_and_says_so():
    drawn = read(coverage([], key="k"))
    assert (drawn.findall("svg"), drawn.find("desc").text) == ([], coverage_words([]))


def test_kinds_differ_without_colour():
    shapes = {re.sub(r' class="\w+"', "", block(kind)) for kind in KINDS}
    assert len(shapes) == len(KINDS) == 8


def test_every_kind_has_a_meaning():
    assert tuple(MEANING) == KINDS


@pytest.mark.parametrize("kind", ["", "Confirmed", "<b>", None])
def test_a_block_of_no_known_kind_is_refused(kind):
    with pytest.raises(ValueError, match=r"^no such kind of block: "):
        coverage(["confirmed", kind], key="k")


# --- Levels and bars


@pytest.mark.parametrize("level", range(6))
def test_squares_are_filled_from_the_left(level):
    drawn = classes(levels(level))[1:]
    assert drawn == ["start"] * level + ["unknown"] * (5 - level)


def test_each_level_has_its_word():
    assert len(WORDS) == 6
    assert level_words(0) == "E0 said by the consultant"
    assert level_words(5) == "E5 held after 180 days or more"


@pytest.mark.parametrize("level", [-1, 6, 100])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(ValueError, match=f"^no such evidence level: {level}$"):
        levels(level)


def test_what_adds_is_filled_to_the_right_and_what_takes_away_open_to_the_left():
    added, taken = read(bar(5, 10)).find("rect"), read(bar(-10, 10)).find("rect")
    assert (added.get("class"), added.get("x"), added.get("width")) == ("met", "37", "18")
    assert (taken.get("class"), taken.get("x"), taken.get("width")) == ("missed", "1", "36")


def test_nothing_added_is_only_the_line():
    assert [read(bar(0, largest)).find("rect") for largest in (0, 10)] == [None, None]


@pytest.mark.parametrize(
    ("value", "largest", "reason"),
    [
        (math.nan, 1, "value is not a finite number"),
        (1, math.inf, "largest is not a finite number"),
        (2, 1, "value is larger than largest"),
        (-2, 1, "value is larger than largest"),
    ],
)
def test_a_bar_that_would_leave_its_table_is_refused(value, largest, reason):
    with pytest.raises(ValueError, match=f"^{reason}$"):
        bar(value, largest)
