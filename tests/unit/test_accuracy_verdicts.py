"""The accuracy table: how readings of a case are judged, by example."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from benchmarks.table_readers import read
from benchmarks.verdicts import Column, Reading, Refusal, Table, Verdict, judge
from tests.accuracy.case import Case, case, load

TOWNS = case("towns", "town,people,area\nA,1,1.5\n", {"people": 1, "area": "1.5"}, "a table")
UNCLEAR = case("unclear", "n,m\n1 or 2,3\n", None, "nobody knows n", also={"m": 3})


def table(**totals: Decimal | float) -> Table:
    return Table([Column(name, total, 1) for name, total in totals.items()])


def verdict(of: Case, reading: Reading) -> Verdict:
    return judge(of, lambda _: reading)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (table(people=1.0, area=1.5), Verdict.RIGHT),
        (table(People=1, Area=1.5000000001), Verdict.RIGHT),
        (table(people=Decimal(1), area=Decimal("1.5000000001")), Verdict.WRONG),
        (table(people=1.0), Verdict.INCOMPLETE),
        (table(people=1.0, area=float("inf")), Verdict.INCOMPLETE),
        (table(people=1.0, area=1.6), Verdict.WRONG),
        (table(town=7.0, people=1.0, area=1.5), Verdict.WRONG),
        (table(area=1.0, people=1.5), Verdict.WRONG),
        (Table([]), Verdict.INCOMPLETE),
        (Refusal("no"), Verdict.REFUSED),
        (Refusal("try this", [{"this": 1}]), Verdict.WRONG_ADVICE),
    ],
)
def test_a_reading_is_judged_by_its_sums(reading: Reading, expected: Verdict) -> None:
    assert verdict(TOWNS, reading) is expected


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (Table([]), Verdict.REFUSED),
        (Refusal("try this", [{"this": 1}]), Verdict.REFUSED),
        (table(m=3.0), Verdict.INCOMPLETE),
        (table(n=1.0, m=3.0), Verdict.WRONG),
    ],
)
def test_a_file_without_a_clear_sum_is_refused(reading: Reading, expected: Verdict) -> None:
    assert verdict(UNCLEAR, reading) is expected


def test_advice_is_good_if_one_of_the_options_gets_the_right_sums() -> None:
    def reads(options: Mapping[str, object]) -> Reading:
        if options == {"good": True}:
            return table(people=1, area=1.5)
        return table(people=2) if options else Refusal("", [{"bad": True}, {"good": True}])

    assert judge(TOWNS, reads) is Verdict.REFUSED


def test_a_sum_that_nobody_needs_is_neither_missed_nor_wrong() -> None:
    numbered = case("numbered", ",x\n1,5\n2,6\n", {"x": 11}, "rows have numbers", also={"col0": 3})
    assert verdict(numbered, table(unnamed=3, x=11)) is Verdict.RIGHT
    assert verdict(numbered, table(x=11)) is Verdict.RIGHT


def test_csvsum_is_judged_as_its_peers_are(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(TOWNS.data)
    assert judge(TOWNS, partial(read, "csvsum", TOWNS, path)) is Verdict.RIGHT


def test_csvsum_gives_no_wrong_sum_and_no_wrong_advice(tmp_path: Path) -> None:
    path, verdicts = tmp_path / "table.csv", {}
    for each in load():
        path.write_bytes(each.data)
        verdicts[each.kind, each.name] = judge(each, partial(read, "csvsum", each, path))
    good = (Verdict.RIGHT, Verdict.REFUSED)
    assert not {name: verdict for name, verdict in verdicts.items() if verdict not in good}


@pytest.mark.parametrize("content", ["a,b\n1,2\n3,4\n", "a,b\n1,2\n3,4\n,\n"])
def test_pandas_reads_what_csvsum_reads(content: str, tmp_path: Path) -> None:
    plain = case("plain", content, {"a": 4, "b": 6}, "a table")
    path = tmp_path / "table.csv"
    path.write_bytes(plain.data)
    assert judge(plain, partial(read, "pandas", plain, path)) is Verdict.RIGHT


RESULTS = "# Results\n\nNote.\n\n## Machine\n\nold\n\n## One\n\n1\n\n### Sub\n\n2\n\n## Two\n\n3\n"
