"""Real input: good rows load once, bad rows are named, nothing is lost."""

import csv
import gzip
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from vetting.audit.models import AuditEntry
from vetting.companies.models import Organization
from vetting.engagements.models import Engagement, Goal
from vetting.jobs import scorecards, search
from vetting.outcomes.models import Attestation, Outcome
from vetting.profiles.models import Profile
from vetting.scorecards.models import Scorecard
from vetting.search.models import Listing

pytestmark = pytest.mark.django_db
PROJECT = Path(__file__).resolve().parents[2]
POLLSTERS = PROJECT.parent / "shared" / "data" / "pollsters.csv.gz"

HEADER = "who,name,shop,before,goal,after,day,proof"
MAPPING = """
[source]
name = "Test prizes"
key = ["who", "shop"]
[person]
id = "who"
name = "{name}"
country = "LV"
languages = ["lv"]
[client]
id = "shop"
name = "Shop {shop}"
kind = "company"
country = "LV"
[work]
title = "Work at {shop}"
starts_on = "day"
ends_on = "day"
mode = "deliver"
confidentiality = "named"
[goal]
metric = "conversion_rate"
achieved = "after"
baseline = "before"
target = "goal"
due_on = "day"
note = ""
[verified]
on = "day"
record = "Report {proof}"
"""
GOOD = ["a,Ana,x,2,3,3.5,2024-05-01,1", "a,Ana,y,2,3,2.5,2024-06-01,2", "b,Ben,x,2,3,1,2024-05-01,3"]


@pytest.fixture
def files(tmp_path):
    def write(rows: list[str], mapping: str = MAPPING, header: str = HEADER) -> tuple[str, str]:
        (tmp_path / "rows.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
        return str(tmp_path / "rows.csv"), str(tmp_path / "mapping.toml")

    return write


def load(file: str, mapping: str, **options) -> str:
    out = StringIO()
    call_command("import_evidence", file, mapping=Path(mapping), stdout=out, **options)
    return out.getvalue()


def counts() -> list[int]:
    return [
        table.objects.count()
        for table in (Profile, Organization, Engagement, Outcome, Attestation, AuditEntry)
    ]


def test_rows_become_verified_outcomes_and_a_second_run_changes_nothing(files):
    file, mapping = files(GOOD)
    assert load(file, mapping) == "3 rows new, 0 known already, 0 skipped; 3 changes.\n"
    first = counts()
    assert first[:5] == [2, 2, 3, 3, 3]
    assert load(file, mapping) == "0 rows new, 3 known already, 0 skipped; 0 changes.\n"
    assert counts() == first
    ana = Profile.objects.get(name="Ana")
    assert (ana.owner, ana.origin, ana.status) == (None, "public_record", "listed")
    shown = Attestation.objects.order_by("id")[0]
    assert (shown.record, shown.witness, shown.level, shown.given_at.date().isoformat()) == (
        "Report 1",
        "public_record",
        1,
        "2024-05-01",
    )


def test_the_second_of_two_equal_keys_is_another_row(files):
    file, mapping = files([GOOD[0], GOOD[0]])
    assert load(file, mapping).startswith("2 rows new")
    assert load(file, mapping).startswith("0 rows new, 2 known")


def test_a_dry_run_checks_everything_and_keeps_nothing(files):
    file, mapping = files(GOOD)
    assert load(file, mapping, dry_run=True) == (
        "3 rows new, 0 known already, 0 skipped; 3 changes; nothing was kept (dry run).\n"
    )
    assert counts() == [0] * 6


BAD = [
    ("a,Ana,z,2,3,much,2024-05-01,1", "after", "'much' is not a number"),
    ("a,Ana,z,2,3,1e309,2024-05-01,1", "after", "This number is too large to be a business figure."),
    ("a,Ana,z,2,3,NaN,2024-05-01,1", "after", "'NaN' is not a number"),
    ("a,Ana,z,,3,3,2024-05-01,1", "before", "is empty; a number is needed"),
    ("a,Ana,z,2,1,3,2024-05-01,1", "goal", "For Conversion rate better is above the baseline of 2."),
    ("a,Ana,z,2,3,101,2024-05-01,1", "after", "Conversion rate cannot be above 100 %."),
    ("a,Ana,z,2,3,3,31 May,1", "day", "'31 May' is not a day such as 2024-05-31"),
    ("a,Ana,z,2,3,3,2099-01-01,1", "day", "A result is measured, not foreseen: this day has not come yet."),
    ("a,Ana,z,2,3", "after", "is missing: the line has fewer fields than the header"),
    ("a,Ana,z,2,3,3,2024-05-01,1,extra", "(the line)", "has more fields than the header"),
    ("c,,z,2,3,3,2024-05-01,1", "who", "Please fill this in."),
    ("a,Ana,z\x01,2,3,3,2024-05-01,1", "shop", "Character 7 is one that text cannot hold."),
]


@pytest.mark.parametrize(("row", "column", "reason"), BAD)
def test_a_bad_row_is_named_and_the_rows_around_it_load(files, tmp_path, row, column, reason):
    file, mapping = files([GOOD[0], row, GOOD[2]])
    report = tmp_path / "skipped.csv"
    said = load(file, mapping, on_error="skip", report=report)
    assert f"row 3, column {column}: {reason}" in said
    assert said.endswith("2 rows new, 0 known already, 1 skipped; 2 changes.\n")
    with report.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    assert rows[0] == ["row", "column", "reason"]
    assert ["3", column, reason] in rows
    assert Engagement.objects.count() == 2


def test_stopping_at_a_bad_row_keeps_the_rows_before_it(files):
    file, mapping = files([GOOD[0], BAD[0][0], GOOD[2]])
    with pytest.raises(
        CommandError, match=r"row 3, column after: 'much' is not a number\nStopped there. 1 rows new"
    ):
        load(file, mapping)
    assert Engagement.objects.count() == 1
    file, mapping = files(GOOD)
    assert load(file, mapping).startswith("2 rows new, 1 known")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('metric = "conversion_rate"', 'metric = "aura"'), r"\[goal\] metric: 'aura' is not one of"),
        (('baseline = "before"\n', ""), r"\[goal\] needs either baseline or baseline_of_others"),
        (('name = "{name}"\n', ""), r"\[person\] needs either name or names"),
        (('record = "Report {proof}"', ""), r"\[verified\] record is missing"),
        (('note = ""', "note = 3"), r"\[goal\] note must be text in quotation marks"),
        (('key = ["who", "shop"]', 'key = "who"'), r"\[source\] key must be a list of texts"),
        (('note = ""', 'note = ""\nnotes = "x"'), r"Not known in a mapping: \[goal\] notes"),
        (('target = "goal"', 'beat_baseline_by = "much"'), r"\[goal\] beat_baseline_by must be a number"),
        (('name = "{name}"', 'names = { file = "x" }'), r"\[person\] names needs exactly file, key, value"),
        (('target = "goal"', "target = [[["), "is not TOML"),
        (('"after"', '"afterwards"'), "has no column afterwards; it has who, name"),
    ],
)
def test_a_wrong_mapping_is_named_before_a_row_is_read(files, change, reason):
    file, mapping = files(GOOD, MAPPING.replace(*change))
    with pytest.raises(CommandError, match=reason):
        load(file, mapping)
    assert counts() == [0] * 6


def test_files_that_are_not_there_or_not_whole(files, tmp_path):
    file, mapping = files(GOOD)
    with pytest.raises(CommandError, match="No such file"):
        load(str(tmp_path / "none.csv"), mapping)
    broken = tmp_path / "rows.csv.gz"
    broken.write_bytes(gzip.compress(Path(file).read_bytes())[:-12])
    with pytest.raises(CommandError, match=r"cannot be read to its end|ended before"):
        load(str(broken), mapping)
    broken.write_bytes(b"not gzip at all")
    with pytest.raises(CommandError, match="gzip"):
        load(str(broken), mapping)


FIELD = MAPPING.replace(
    'baseline = "before"\ntarget = "goal"',
    'baseline_of_others = "after"\nwithin = ["shop"]\nelse_within = ["proof"]\nbeat_baseline_by = 0.5',
).replace('name = "{name}"', 'names = { file = "names.csv", key = "id", value = "called" }')


def test_a_baseline_from_the_field_and_names_from_a_second_file(files, tmp_path):
    (tmp_path / "names.csv").write_text("id,called\na,Anna\nb,Benno\n", encoding="utf-8")
    rows = [
        "a,,x,,,3,2024-05-01,1",
        "b,,x,,,5,2024-05-01,1",
        "a,,y,,,7,2024-05-01,1",
        "a,,v,,,bad,2024-05-01,1",
    ]
    file, mapping = files([*rows, "a,,w,,,7,2024-05-01,9", "d,,x,,,1,2024-05-01,1"], FIELD)
    said = load(file, mapping, on_error="skip", report=tmp_path / "r.csv")
    assert "row 6, column after: there is no other row to compare with" in said
    assert "row 7, column who: 'd' has no name in names.csv" in said
    # x: the mean of the other two; y stands alone in its shop: the mean of the others with its proof.
    baselines = [goal.baseline for goal in Goal.objects.order_by("id")]
    assert baselines == [Decimal(3), Decimal(2), Decimal(3)]
    assert [goal.target for goal in Goal.objects.order_by("id")] == [
        Decimal("3.5"),
        Decimal("2.5"),
        Decimal("3.5"),
    ]
    assert set(Profile.objects.values_list("name", flat=True)) == {"Anna", "Benno"}
    (tmp_path / "names.csv").write_text("id,x\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"names\.csv has no column called"):
        load(file, mapping)


@pytest.mark.skipif(not POLLSTERS.exists(), reason="the pollsters' data do not lie beside this checkout")
def test_pollsters_load_are_scored_and_found(tmp_path):
    """The first 300 polls of the real file, through the command, the scale and the reading room."""
    with gzip.open(POLLSTERS, "rt", encoding="utf-8") as whole:
        (tmp_path / "pollsters.csv").write_text("".join(next(whole) for _ in range(301)), encoding="utf-8")
    firms = POLLSTERS.with_name("pollster_firms.csv.gz")
    (tmp_path / firms.name).write_bytes(firms.read_bytes())
    mapping = str(PROJECT / "docs" / "examples" / "pollsters.toml")
    assert load(str(tmp_path / "pollsters.csv"), mapping).startswith(
        "300 rows new, 0 known already, 0 skipped"
    )
    assert load(str(tmp_path / "pollsters.csv"), mapping).startswith("0 rows new, 300 known already")
    scorecards.wake()
    search.wake()
    firms_found = Profile.objects.count()
    assert Scorecard.objects.filter(counted__gt=0).count() == firms_found == Listing.objects.count()
    assert sum(Scorecard.objects.values_list("counted", flat=True)) == 300
