"""Two jobs side by side."""

import csv
import io

from playwright.sync_api import expect

from tests.functional.stack import Stack
from tests.page.browser import DESKTOP, PHONE, Visitor, require_accessible
from tests.page.browser import require_no_sideways_scrolling as require_narrow
from tests.page.files import BROKEN, HOSTILE_HEADER, HOSTILE_NAME, SMALL
from tests.page.jobs import MADE_UP, answer, api_of, ended, made_up, saved

BEFORE, AFTER = "before.csv", "after.csv"


def test_differences_are_exact_and_columns_of_one_file_are_named(
    stack: Stack, visitor: Visitor
) -> None:
    stack.put(BEFORE, b"same,up,down,gone\n1,18402.11834007124,5,1\n1,0,0,1\n")
    stack.put(AFTER, b"same,up,down,new\n2,18402.11834007125,-1.5,8\n")
    api = api_of(stack, visitor)
    left, right = ended(api, BEFORE, step=1), ended(api, AFTER, step=1)
    page = visitor.open(f"#/compare/{left}/{right}")
    expect(page.get_by_role("heading", level=1)).to_have_text("4 of 5 columns differ")
    expect(page.get_by_text("The second file has 1 fewer row.")).to_be_visible()
    rows = [
        row.split("|")
        for row in page.locator(".t tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].slice(0, 5).map(c => c.textContent).join('|'))"
        )
    ]
    assert rows == [
        ["same", "equal", "", "2", "2"],
        ["up", "+0.00000000001", "< 0.01 %", "18402.11834007124", "18402.11834007125"],
        ["down", "-6.5", "-130.00 %", "5", "-1.5"],
        ["new", "new column", "", "not summed", "8"],
        ["gone", "removed", "", "2", "not summed"],
    ]
    assert page.locator(".note-warn").count() == 0
    page.locator(".seg").get_by_text("Equal").click()
    expect(page.locator(".t tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Swap").click()
    expect(page.locator(".t tbody tr").nth(1)).to_contain_text("-0.00000000001")
    given = list(csv.reader(io.StringIO(saved(page, "CSV"))))
    assert ["down", "-1.5", "5", "6.5"] in given


def test_jobs_that_were_read_in_different_ways_are_compared_with_a_warning(
    stack: Stack, visitor: Visitor
) -> None:
    stack.put(BEFORE, b"a,b\n1,2\n")
    stack.put(AFTER, b"a;b\n1;2\n")
    api = api_of(stack, visitor)
    left, right = ended(api, BEFORE), ended(api, AFTER, step=1, decimal=",")
    page = visitor.open(f"#/compare/{left}/{right}")
    warning = page.locator(".note-warn")
    expect(warning).to_contain_text("every 10th from 0 against every one from 0")
    expect(warning).to_contain_text("Option decimal: . against ,")
    expect(warning).to_contain_text("Delimiter as found: , against ;")
    for size in (DESKTOP, PHONE, (320, 700)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        require_accessible(page)
        require_narrow(page)


def test_two_jobs_are_chosen_one_after_the_other(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    first, second = ended(api, SMALL), ended(api, SMALL)
    page = visitor.open("#/compare")
    links = page.locator(".files a")
    expect(links).to_have_count(2)
    for size in (PHONE, DESKTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for job_id in (first, second):
            expect(links.filter(has_text=job_id[:8])).to_contain_text("today")
        require_accessible(page)
        require_narrow(page)
    links.last.press("Enter")
    expect(links).to_have_count(1)
    links.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The column is equal")
    assert {first, second} == set(page.url.rsplit("/", 2)[1:])
    page.get_by_role("link", name="Choose another job as before").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Compare {SMALL} with")


def test_a_job_without_sums_is_not_compared(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    page = visitor.open(f"#/compare/{ended(api, SMALL)}/{ended(api, BROKEN)}")
    expect(page.get_by_role("alert").last).to_contain_text("has not succeeded, so it has no sums")


def test_headers_made_of_markup_are_compared_as_text(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    job_id = ended(api, HOSTILE_NAME, step=1, non_numeric="skip")
    page = visitor.open(f"#/compare/{job_id}/{job_id}")
    expect(page.locator(".t tbody")).to_contain_text(HOSTILE_HEADER)
    assert page.locator("main img, main script").count() == 0


def test_many_columns_are_compared_with_few_elements(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    other = MADE_UP[::-1]
    names = [f"metric_{number:06}" for number in range(20_000)]
    answer(page, f"/jobs/{MADE_UP}", made_up(dict.fromkeys(names, "1" + "0" * 40)))
    answer(page, f"/jobs/{other}", made_up(dict.fromkeys(names, "1" + "0" * 40 + ".1"), id=other))
    page.evaluate("([one, two]) => { location.hash = `#/compare/${one}/${two}` }", [MADE_UP, other])
    expect(page.get_by_role("heading", level=1)).to_have_text("20000 of 20000 columns differ")
    expect(page.locator(".t tbody tr").first).to_contain_text("+0.1")
    assert page.locator(".t tbody tr").count() < 100
