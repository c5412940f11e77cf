"""The page of a job that failed: the line, what helps, and proof that it does."""

import re

from playwright.sync_api import expect

from tests.functional.stack import Stack
from tests.page.browser import DESKTOP, PHONE, Visitor, require_accessible
from tests.page.browser import require_no_sideways_scrolling as require_narrow
from tests.page.files import HOSTILE_CELL, HOSTILE_HEADER, HOSTILE_NAME
from tests.page.jobs import api_of, ended

SEMICOLONS = "semicolons.csv"
ROWS = b"date;note;amount\n2026-07-01;rent;8.5\n2026-07-02;Refund, partial;-2.25\n"


def test_an_error_shows_its_line_and_ends_in_a_button_that_mends_it(
    stack: Stack, visitor: Visitor
) -> None:
    stack.put(SEMICOLONS, ROWS)
    job_id = ended(api_of(stack, visitor), SEMICOLONS, delimiter=",", step=2)
    page = visitor.open(f"#/jobs/{job_id}")
    expect(page.locator("#h-err")).to_have_text("Line 3: the row has 2 fields instead of 1")
    expect(page.locator(".code .at")).to_have_text("2026-07-02;Refund, partial;-2.25")
    expect(page.locator(".code mark")).to_have_text(", partial;-2.25")
    expect(
        page.get_by_role("heading", name="With delimiter ; it is read like this")
    ).to_be_visible()
    expect(page.locator(".pv .on").nth(1)).to_have_text("8.5")
    for size in ((320, 700), PHONE, DESKTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        require_accessible(page)
        require_narrow(page)
    page.get_by_role("button", name="Run again with delimiter ;").press("Enter")
    expect(page.locator(".tot").last).to_have_text("6.25")
    assert job_id not in page.url


def test_a_fault_in_a_large_file_is_marked_in_its_part(stack: Stack, visitor: Visitor) -> None:
    rows = [b"%d,1\n" % number for number in range(50_000)]
    rows[40_000] = b"40000,1,2\n"
    stack.put("large-broken.csv", b"a,b\n" + b"".join(rows))
    api = api_of(stack, visitor)
    job_id = ended(api, "large-broken.csv")
    part = api.get(f"/jobs/{job_id}/parts").json["states"].index("f")
    page = visitor.open(f"#/jobs/{job_id}")
    expect(page.locator(".tl .bad")).to_contain_text(f"Failed in part {part + 1}")
    expect(page.locator("#legend")).to_contain_text("with the error 1")
    expect(page.locator(".code .at")).to_have_attribute("data-n", "40002")
    require_accessible(page)


def test_each_suggestion_is_a_button_of_its_own(stack: Stack, visitor: Visitor) -> None:
    job_id = ended(api_of(stack, visitor), "rates.csv", non_numeric="fail")
    error = api_of(stack, visitor).job(job_id)["error"]
    useful = [each for each in error["suggestions"] if each["options"]]
    page = visitor.open(f"#/jobs/{job_id}")
    buttons = page.get_by_role("button", name=re.compile("^Run again with "))
    expect(buttons).to_have_count(len(useful))
    for name, value in useful[0]["options"].items():
        expect(buttons.first).to_contain_text(f"{name.replace('_', ' ')} {value}")
    page.get_by_role("link", name="Preview it first").first.click()
    expect(page.locator(".opt")).to_be_visible()
    assert "#/new?csv=rates.csv" in page.url


def test_what_a_suggestion_leaves_out_is_not_in_its_words(stack: Stack, visitor: Visitor) -> None:
    stack.put("half.csv", b"n,v,w\n1,2,a\n2,some text,b\n3,more text,c\n4,other text,d\n")
    job_id = ended(api_of(stack, visitor), "half.csv", step=1)
    (options, *_) = (
        each["options"] for each in api_of(stack, visitor).job(job_id)["error"]["suggestions"]
    )
    assert (options["step"], options["columns"]) == (None, ["n"])
    page = visitor.open(f"#/jobs/{job_id}")
    expect(page.get_by_role("button", name="Run again with columns n", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="With columns n it is read like this")).to_be_visible()


def test_a_misspelled_name_of_a_column_is_mended_by_the_one_that_was_meant(
    stack: Stack, visitor: Visitor
) -> None:
    stack.put("prices.csv", b"price,tax\n2.5,1\n")
    job_id = ended(api_of(stack, visitor), "prices.csv", columns=["prise", "tux"])
    page = visitor.open(f"#/jobs/{job_id}")
    heading = page.get_by_role("heading", name="it is read like this")
    expect(heading).to_have_text("With columns price,tax it is read like this")
    page.get_by_role("button", name="Run again with columns price,tax").click()
    expect(page.locator("td.tot").first).to_have_text("2.5")


def test_a_file_made_of_markup_fails_as_text(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    job_id = ended(api, HOSTILE_NAME, step=1, non_numeric="fail")
    page = visitor.open(f"#/jobs/{job_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE_NAME)
    expect(page.locator(".code .at")).to_contain_text(HOSTILE_CELL)
    expect(page.locator("#h-err")).to_contain_text(HOSTILE_HEADER)
    assert page.locator("main img, main script").count() == 0
