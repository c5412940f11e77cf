"""Picking a file of the source."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.functional.stack import Stack
from tests.page.browser import (
    PHONE,
    Visitor,
    require_accessible,
    require_no_sideways_scrolling,
)
from tests.page.files import PAYMENTS, SMALL

LONG = f"sales/{'a-very-long-name-' * 8}.csv"


@pytest.fixture(scope="module")
def open_stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A service as `make run` starts it: nobody signs in, and the source is listed."""
    running = Stack(tmp_path_factory.mktemp("open"))
    running.put(SMALL, b"amount,note\n1.5,a\n2.25,b\n")
    running.put(PAYMENTS, b"a;b\n1;2\n")
    running.put(LONG, b"a\n1\n")
    for number in range(210):
        running.put(f"many/{number:03}.csv", b"a\n1\n")
    yield running
    running.stop()


@pytest.fixture
def guest(browser: Browser, open_stack: Stack) -> Iterator[Visitor]:
    person = Visitor(browser, open_stack.api.base)
    yield person
    person.leave()


def files(page: Page) -> list[str]:
    """Return the names of the folders and files that are listed."""
    expect(page.locator(".files li").first).to_be_visible()
    names: list[str] = page.locator(".files span:first-of-type").all_inner_texts()
    return names


def test_without_tokens_nobody_signs_in(guest: Visitor) -> None:
    page = guest.open()
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    assert files(page) == ["many/", "sales/", SMALL]
    require_accessible(page)


@pytest.mark.parametrize("route", ["#/", "#/new"])
def test_a_long_name_fits_on_a_phone(guest: Visitor, route: str) -> None:
    page = guest.open(route, PHONE)
    page.get_by_role("button", name="sales/").click()
    expect(page.get_by_role("link", name="a-very-long-name")).to_be_visible()
    require_no_sideways_scrolling(page)


def test_a_folder_is_opened_and_left(guest: Visitor) -> None:
    page = guest.open("#/new")
    page.get_by_role("button", name="sales/").click()
    link = page.get_by_role("link", name="payments-2026-q3.csv")
    expect(link).to_contain_text("8 bytes")
    expect(link).to_contain_text("today")
    page.get_by_role("button", name="source").click()
    expect(page.get_by_role("button", name="sales/")).to_be_visible()


def test_a_file_is_found_by_a_part_of_its_name(guest: Visitor) -> None:
    page = guest.open("#/new")
    find = page.get_by_label("Find a file in the source")
    find.fill("q3")
    link = page.get_by_role("link", name=PAYMENTS)
    expect(link).to_be_visible()
    find.fill("nothing of this name")
    expect(page.get_by_text("No file here has")).to_be_visible()
    find.fill("q3")
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAYMENTS)


def test_a_long_folder_is_shown_page_by_page(guest: Visitor) -> None:
    page = guest.open("#/new")
    page.get_by_role("button", name="many/").click()
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".files a")).to_have_count(210)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_a_file_is_picked_by_keyboard_alone(guest: Visitor) -> None:
    page = guest.open("#/new")
    expect(page.get_by_role("link", name=SMALL)).to_be_visible()
    page.get_by_label("Find a file in the source").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(SMALL)


def test_without_the_right_to_list_the_drop_zone_has_the_full_width(
    stack: Stack, visitor: Visitor
) -> None:
    page = visitor.open("#/new")
    expect(page.locator(".new.alone .drop")).to_be_visible()
    expect(page.locator(".src")).to_have_count(0)


FROM_NETWORK = """performance.getEntriesByType("resource")
    .filter(each => each.name.includes("/page/") && each.transferSize > 0).length"""


def test_the_files_of_the_page_are_loaded_once(guest: Visitor) -> None:
    page = guest.open()
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    assert page.evaluate(FROM_NETWORK) > 5
    page.reload()
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    assert page.evaluate(FROM_NETWORK) == 0
