"""A new job: the preview of a file, and its options."""

import json
from typing import Any
from urllib.parse import parse_qs, quote

from playwright.sync_api import Page, Route, expect

from tests.functional.stack import Stack
from tests.page.browser import Visitor
from tests.page.files import BROKEN, PAYMENTS, SMALL, WIDE
from tests.page.jobs import api_of, ended


def preview(visitor: Visitor, csv: str, **options: Any) -> Page:
    """Open the preview of a file."""
    query = f"&options={quote(json.dumps(options))}" if options else ""
    page = visitor.open(f"#/new?csv={quote(csv, safe='')}{query}")
    expect(page.get_by_role("heading", level=1)).to_have_text(csv)
    expect(page.locator(".go .btn")).to_be_visible()
    return page


def options_in_url(page: Page) -> Any:
    query = parse_qs(page.url.partition("?")[2])
    return json.loads(query["options"][0]) if "options" in query else {}


def summed(page: Page) -> list[str]:
    """Return the names of the columns that are marked as summed."""
    names: list[str] = page.locator(".pv thead .on b").all_inner_texts()
    return names


def start(page: Page) -> Any:
    return page.locator(".go .btn")


def test_a_preview_shows_how_the_file_is_read(visitor: Visitor) -> None:
    page = preview(visitor, PAYMENTS)
    expect(start(page)).to_have_text("Sum 3 columns")
    facts = page.locator(".facts")
    for said in ("Delimiter, found", "semicolon", "UTF-8", "first row", "31", "CRLF"):
        expect(facts).to_contain_text(said)
    assert summed(page) == ["amount", "fees", "refund"]
    expect(page.locator(".pv thead .out")).to_contain_text("text, left out")
    expect(page.locator(".pv")).to_contain_text("missing")
    expect(page.get_by_label("Warnings")).to_contain_text("three digits")
    assert page.title() == f"{PAYMENTS} · csvsum"


def test_an_estimate_is_judged_by_a_job_of_this_size(stack: Stack, visitor: Visitor) -> None:
    page = preview(visitor, PAYMENTS)
    expect(page.locator(".go p")).to_contain_text("How long it takes is not known: no job")
    expect(page.locator(".go p")).to_contain_text("It costs nothing here.")
    ended(api_of(stack, visitor), PAYMENTS, fresh=True)
    expect(page.locator(".go p")).to_contain_text(f"Less than a second, judging by {PAYMENTS}.")


def test_where_aws_is_paid_for_the_price_is_estimated(visitor: Visitor) -> None:
    page = visitor.open("#/login")

    def pay(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, body=reply.text().replace('paid="off"', 'paid="on"'))

    page.route(lambda url: url.endswith("/"), pay)
    page.reload()
    page.evaluate("route => { location.hash = route }", f"#/new?csv={quote(PAYMENTS, safe='')}")
    expect(page.locator(".go p")).to_contain_text("About 2 s. About $0.000014 on AWS, by a model.")


def test_headers_choose_the_columns(visitor: Visitor) -> None:
    page = preview(visitor, PAYMENTS)
    page.get_by_role("button", name="20 · summed fees").click()
    expect(start(page)).to_have_text("Sum 2 columns")
    assert options_in_url(page) == {"columns": ["amount", "refund"]}
    expect(page.get_by_label("Or names and numbers")).to_have_value("amount,refund")
    page.get_by_role("button", name="Show 8 more columns").first.click()
    page.get_by_role("button", name="2 c2").click()
    expect(start(page)).to_have_text("Sum 3 columns")
    assert summed(page) == ["c2", "amount", "refund"]


def test_the_last_column_cannot_be_left_out(visitor: Visitor) -> None:
    page = preview(visitor, SMALL)
    page.get_by_role("button", name="0 · summed amount").click()
    expect(page.get_by_role("status")).to_have_text("At least one column must be summed.")
    expect(start(page)).to_have_text("Sum 1 column")


def test_an_option_is_tried_at_once_and_kept_in_the_url(visitor: Visitor) -> None:
    page = preview(visitor, PAYMENTS)
    page.get_by_label("Every").fill("15")
    page.get_by_label("Every").press("Tab")
    expect(page.locator(".pv thead .on b")).to_have_text(["c15", "refund"])
    assert options_in_url(page) == {"step": 15}
    page.reload()
    expect(page.locator(".pv thead .on b")).to_have_text(["c15", "refund"])
    page.get_by_label("Every").fill("10")
    page.get_by_label("Every").press("Enter")
    expect(start(page)).to_have_text("Sum 3 columns")
    assert options_in_url(page) == {}


def test_what_is_asked_for_is_told_apart_from_what_is_found(visitor: Visitor) -> None:
    page = preview(visitor, SMALL, header=False)
    expect(page.locator(".facts")).to_contain_text("Header, asked for")
    expect(page.locator(".facts")).to_contain_text("Delimiter, found")
    expect(page.get_by_label("Header")).to_have_value("false")


def test_a_warning_is_answered_by_a_button(visitor: Visitor) -> None:
    page = preview(visitor, PAYMENTS)
    page.get_by_role("button", name="Read 1.250 as 1250").click()
    expect(page.get_by_label("Warnings")).to_have_count(0)
    assert options_in_url(page) == {"decimal": ",", "thousands": "."}


def test_equal_warnings_are_one(visitor: Visitor) -> None:
    page = preview(visitor, WIDE, step=1)
    expect(page.locator(".note-warn")).to_have_count(1)
    expect(page.locator(".note-warn")).to_contain_text("a and 2 more columns")


def test_a_fault_is_shown_with_its_line_and_what_to_do(visitor: Visitor) -> None:
    page = preview(visitor, BROKEN)
    expect(page.get_by_role("heading", name="A job would fail")).to_be_visible()
    expect(page.locator(".code .at")).to_contain_text("2,b,c")
    expect(page.locator(".code mark")).to_have_count(1)
    expect(start(page)).to_be_disabled()


def test_a_suggestion_mends_the_preview(visitor: Visitor) -> None:
    page = preview(visitor, "rates.csv")
    page.get_by_role("button", name="Use decimal ,").click()
    expect(start(page)).to_have_text("Sum 1 column")
    assert options_in_url(page)["decimal"] == ","


def test_a_wrong_option_is_a_sentence(visitor: Visitor) -> None:
    page = preview(visitor, SMALL)
    page.locator("summary", has_text="Numbers").click()
    page.get_by_label("Thousands").select_option(".")
    expect(page.get_by_role("alert").last).to_contain_text("decimal")
    expect(start(page)).to_be_disabled()
    page.get_by_label("Thousands").select_option("")
    expect(start(page)).to_have_text("Sum 1 column")


def test_a_file_that_is_not_there_is_a_sentence(visitor: Visitor) -> None:
    page = visitor.open("#/new?csv=missing.csv")
    expect(page.locator(".note-bad")).to_contain_text("There is no file 'missing.csv'")


def test_a_job_is_started_by_keyboard_alone(visitor: Visitor) -> None:
    page = preview(visitor, SMALL)
    expect(start(page)).to_have_text("Sum 1 column")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if start(page).evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/#/jobs/*")


def test_a_header_keeps_the_focus_when_it_is_pressed(visitor: Visitor) -> None:
    page = preview(visitor, PAYMENTS)
    page.locator("[data-column='20']").focus()
    page.keyboard.press("Space")
    expect(start(page)).to_have_text("Sum 2 columns")
    expect(page.locator("[data-column='20']")).to_be_focused()


def test_the_same_is_shown_as_a_command_and_copied(visitor: Visitor) -> None:
    page = preview(visitor, SMALL, step=2)
    command = page.locator(".cmd code")
    expect(command).to_contain_text(f'{{"csv":"{SMALL}","step":2}}')
    expect(command).to_contain_text('-H "Authorization: Bearer $TOKEN"')
    page.get_by_role("button", name="Copy the command").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == command.inner_text()
