"""The totals of a job: exact digits in a table, bars, files."""

import csv
import io
import json
from math import ceil
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from benchmarks import aws_figures as aws
from benchmarks.aws_model import STANDARD, Setup, simulate
from tests.functional.stack import Stack
from tests.page.browser import (
    DESKTOP,
    PHONE,
    Visitor,
    require_accessible,
    require_no_sideways_scrolling,
)
from tests.page.files import HOSTILE_HEADER, HOSTILE_NAME, PAYMENTS
from tests.page.jobs import api_of, ended, made_up, saved, show

LOOKS = [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")]
MANY = 100_000
WIDE = "wide.csv"
IS_INSIDE = """(box, title) => {
    const element = box.querySelector(`[title=${title}]`);
    return element.getBoundingClientRect().bottom <= box.getBoundingClientRect().bottom;
}"""


def column(page: Page, number: int) -> list[str]:
    """Return the texts of a column of the table of totals."""
    expect(page.locator(".t tbody tr").first).to_be_visible()
    cells = page.locator(f".t tbody tr > :nth-child({number})")
    return [text.strip() for text in cells.all_text_contents()]


def test_a_succeeded_job_shows_all_there_is_to_know(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    job_id = ended(api, PAYMENTS, fresh=True)
    job = api.job(job_id)
    page = visitor.open(f"#/jobs/{job_id}")
    expect(page.locator(".t tbody tr")).to_have_count(3)
    assert column(page, 1) == ["10", "20", "30"]
    assert column(page, 2) == list(job["exact"])
    assert column(page, 3) == list(job["exact"].values())
    assert column(page, 5) == ["1", "0", "0"]
    side = page.locator("aside")
    expect(side).to_contain_text("0 · vendor")
    expect(side).to_contain_text(job["left_out"][0]["why"])
    expect(side).to_contain_text("semicolon, found")
    expect(side).to_contain_text("CRLF, found")
    expect(side).to_contain_text("every 10th from 0")
    expect(side).not_to_contain_text("Cost")  # AWS is emulated, so nobody pays
    expect(side).to_contain_text("Totals ready")
    expect(page.locator(".bars li")).to_have_count(3)
    expect(page.locator(".note-warn")).to_contain_text("fees")


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_axe_finds_nothing_in_totals(
    stack: Stack, visitor: Visitor, size: tuple[int, int], theme: Any
) -> None:
    job_id = ended(api_of(stack, visitor), PAYMENTS)
    page = visitor.open(f"#/jobs/{job_id}", size, theme)
    expect(page.locator(".bars li").first).to_be_visible()
    require_accessible(page)
    require_no_sideways_scrolling(page)
    page.set_viewport_size({"width": 320, "height": 700})
    require_no_sideways_scrolling(page)


def test_what_is_selected_is_copied_without_groups(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    digits = "-12345678901234567890.00000000012"
    show(page, made_up({"a": digits}))
    cell = page.locator("td.tot")
    expect(cell).to_have_text(digits)
    cell.evaluate("cell => getSelection().selectAllChildren(cell)")
    page.keyboard.press("Control+C")
    assert page.evaluate("navigator.clipboard.readText()").strip() == digits


def test_totals_are_sorted_by_their_exact_values_and_filtered(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    near = "1" + "0" * 30
    sums = {"9": "-5", "10": near + ".1", "2": near + ".2", "b": "0.5", "__proto__": "7"}
    show(page, made_up(sums))
    assert column(page, 2) == ["9", "10", "2", "b", "__proto__"]
    total = page.get_by_role("button", name="Total")
    total.press("Enter")
    assert column(page, 2) == ["2", "10", "__proto__", "b", "9"]
    expect(page.locator("th", has=total)).to_have_attribute("aria-sort", "descending")
    total.press("Enter")
    assert column(page, 2) == ["9", "b", "__proto__", "10", "2"]
    page.get_by_role("button", name="Column").click()
    assert column(page, 2)[:3] == ["__proto__", "2", "9"] or column(page, 2)[0] == "2"
    page.get_by_label("Find a column").fill("PROTO")
    assert column(page, 3) == ["7"]
    expect(page.locator(".bars li")).to_have_count(1)
    page.get_by_label("Find a column").fill("nothing")
    expect(page.get_by_text("No column matches.")).to_be_visible()


def test_files_have_the_exact_digits(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    sums = {'a "b", c': "1" * 400, "2": "0.1000", "line\nend": "-0"}
    job = made_up(sums)
    show(page, job)
    rows = list(csv.reader(io.StringIO(saved(page, "CSV"), newline="")))
    assert rows[0] == ["column", "total", "values", "missing", "skipped"]
    assert {row[0]: row[1] for row in rows[1:]} == sums
    given = json.loads(saved(page, "JSON"))
    assert given.pop("exact") == sums
    assert "result" not in given
    assert given["summed"] == list(sums)


def test_a_logarithmic_chart_has_negative_values_and_a_gap_around_zero(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    sums = {"huge": "1" + "0" * 1000, "small": "0.01", "none": "0", "low": "-1000"}
    show(page, made_up(sums))
    page.get_by_text("Logarithmic").click()
    labels = page.locator(".bars .lb").all_text_contents()
    assert labels == ["huge", "small", "none", "low"]
    assert page.locator(".bars .vl").all_text_contents() == ["1e+1000", "0.01", "0", "-1K"]
    zero = float((page.locator(".grid .zero").get_attribute("x1") or "").rstrip("%"))
    ends = [
        [float((rect.get_attribute(name) or "").rstrip("%")) for name in ("x", "width")]
        for rect in page.locator(".bars rect").all()
    ]
    (huge, small, none, low) = ends
    assert huge == [pytest.approx(zero), pytest.approx(100 - zero)]
    assert small[0] == pytest.approx(zero)
    assert 1 < small[1] < 5
    assert none[1] == 0
    assert low[0] < zero - 1
    assert low[0] + low[1] == pytest.approx(zero)


def test_a_hundred_thousand_sums_are_scrolled_through_with_few_elements(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    show(page, made_up({f"metric_{number:06}": f"{number - 300}.5" for number in range(MANY)}))
    table, chart = page.locator(".win").first, page.locator(".bars .win")
    expect(table.locator("th", has_text="metric_000000")).to_be_visible()
    for box, last in ((table, "metric_099999"), (chart, "metric_000000")):
        box.evaluate("box => { box.scrollTop = box.scrollHeight }")
        expect(box.get_by_text(last)).to_be_visible()
        assert box.evaluate(IS_INSIDE, last)
        assert box.locator("tr, li").count() < 100
    page.get_by_role("button", name="Total").click()
    expect(table.locator("tbody tr").first).to_contain_text("99699.5")
    page.get_by_label("Find a column").fill("metric_05000")
    expect(table.locator("tbody tr")).to_have_count(10)
    expect(chart.locator("li")).to_have_count(10)
    require_accessible(page)


def test_a_reply_that_is_too_large_comes_by_its_link(stack: Stack, visitor: Visitor) -> None:
    names = [f"{number:05}" + "x" * 500 for number in range(3000)]
    ones = ",".join(["1"] * len(names))
    stack.put(WIDE, f"{','.join(names)}\n{ones}\n{ones}\n".encode())
    job_id = ended(api_of(stack, visitor), WIDE, step=1)
    page = visitor.open(f"#/jobs/{job_id}")
    expect(page.locator("aside")).to_contain_text("Totals ready")
    expect(page.locator(".t tbody tr").first).to_contain_text("00000xxx")
    expect(page.locator("td.tot").first).to_have_text("2")


def test_headers_made_of_markup_are_shown_as_text(stack: Stack, visitor: Visitor) -> None:
    job_id = ended(api_of(stack, visitor), HOSTILE_NAME, step=1, non_numeric="skip")
    page = visitor.open(f"#/jobs/{job_id}")
    expect(page.locator(".t tbody")).to_contain_text(HOSTILE_HEADER)
    expect(page.locator(".bars")).to_contain_text(HOSTILE_HEADER)
    assert page.locator("main img, main script").count() == 0


@pytest.mark.parametrize("gigabytes", [1, 100, 1000, 10_000])
def test_the_estimates_of_cost_and_time_are_those_of_the_model(
    visitor: Visitor, gigabytes: int
) -> None:
    size = gigabytes * 10**9
    setup = Setup(size=size, pollers=STANDARD, rate=2000e6, cold=aws.NATIVE_COLD)
    done = simulate(setup)
    page = visitor.open("#/new")
    cost, seconds = page.evaluate(
        """async ([bytes, parts]) => {
            const script = document.querySelector('script[type=module]').src;
            const { costOf, secondsOf } = await import(new URL('cost.js', script));
            return [costOf(bytes, parts), secondsOf(bytes, parts)];
        }""",
        [size, ceil(size / setup.part_bytes)],
    )
    if 100 <= gigabytes <= 1000:
        assert cost == pytest.approx(sum(done.dollars.values()), rel=0.1)
    assert seconds == pytest.approx(done.seconds, rel=0.25)
