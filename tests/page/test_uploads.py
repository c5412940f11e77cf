"""Files that are dropped on the page or chosen, on their way into the uploads bucket."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.browser import Visitor

CSV = b"amount,note\n1.5,a\n2.25,b\n"
SLOW, CHOOSE = 200_000, "Choose a CSV file, or drop one here"


def choose(page: Page, *files: tuple[str, bytes]) -> None:
    """Choose files as with the dialogue of the system."""
    payloads: Any = [{"name": name, "mimeType": "", "buffer": data} for name, data in files]
    page.get_by_label(CHOOSE).set_input_files(payloads)


def slow_down(page: Page) -> None:
    """Let the browser send only some bytes a second."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW},
    )


@pytest.mark.parametrize("route", ["#/", "#/new"])
def test_a_chosen_file_is_uploaded_previewed_and_summed(visitor: Visitor, route: str) -> None:
    page = visitor.open(route)
    choose(page, ("budget 2027.csv", CSV))
    expect(page.get_by_role("heading", level=1)).to_have_text("uploads/budget 2027.csv")
    expect(page.locator(".go .btn")).to_have_text("Sum 1 column")
    page.locator(".go .btn").click()
    page.wait_for_url("**/#/jobs/*")
    page.evaluate("location.hash = '#/'")
    row = page.locator(".jobs tbody tr")
    expect(row).to_contain_text("succeeded")
    expect(row.get_by_role("link")).to_have_text("uploads/budget 2027.csv")


def test_a_file_is_dropped(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    dropped = page.evaluate_handle(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "dropped.csv"));
            return data;
        }""",
        CSV.decode(),
    )
    zone = page.locator(".drop")
    zone.dispatch_event("dragenter", {"dataTransfer": dropped})
    expect(zone).to_have_class("drop over")
    page.get_by_label(CHOOSE).evaluate(
        """(input, data) => {
            input.files = data.files; // what a browser does with a drop that a person makes
            input.dispatchEvent(new Event("change"));
        }""",
        dropped,
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("uploads/dropped.csv")


def test_an_upload_has_a_bar_and_can_be_cancelled(visitor: Visitor) -> None:
    page = visitor.open()
    slow_down(page)
    choose(page, ("long.csv", CSV * 200_000))
    row = page.locator(".runs li")
    expect(row).to_contain_text("long.csv")
    expect(row).to_contain_text("uploading")
    expect(row).to_contain_text("of 5.0 MB")
    expect(row).to_contain_text("left")
    page.get_by_role("button", name="Cancel long.csv").click()
    expect(row).to_have_count(0)
    expect(page.get_by_text("No jobs yet")).to_be_visible()


def test_an_upload_goes_on_while_another_view_is_shown(visitor: Visitor) -> None:
    page = visitor.open()
    slow_down(page)
    choose(page, ("long.csv", CSV * 20_000))
    expect(page.locator(".runs li")).to_contain_text("uploading")
    page.evaluate("location.hash = '#/terminal'")
    expect(page.get_by_role("heading", level=1)).to_have_text("Command line")
    page.evaluate("location.hash = '#/'")
    page.get_by_role("link", name="See how it is read").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("uploads/long.csv")
    page.evaluate("location.hash = '#/'")
    expect(page.get_by_text("No jobs yet")).to_be_visible()


def test_several_files_are_uploaded_together(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    choose(page, ("one.csv", CSV), ("two.csv", CSV))
    expect(page.get_by_role("link", name="See how it is read")).to_have_count(2)


def test_a_name_that_is_refused_is_a_sentence(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    choose(page, ("${filename}.csv", CSV))
    expect(page.locator(".runs li")).to_contain_text("name must not have")
    page.get_by_role("button", name="Forget ${filename}.csv").click()
    expect(page.locator(".runs li")).to_have_count(0)
