"""Signing in with a token, and what happens without one."""

import re

from playwright.sync_api import Browser, expect

from tests.functional.stack import Stack
from tests.page.browser import Visitor
from tests.page.files import SMALL


def test_a_person_signs_in_and_is_led_to_what_was_asked_for(
    browser: Browser, stack: Stack, token: str
) -> None:
    person = Visitor(browser, stack.api.base)
    page = person.open(f"#/new?csv={SMALL}")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Token").fill(token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(SMALL)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(SMALL)
    expect(page.locator("#client")).to_contain_text("client-")
    assert page.evaluate("localStorage.getItem('csvsum-token')") is None
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("#client")).to_be_empty()
    assert page.evaluate("sessionStorage.length") == 0
    person.leave()


def test_a_token_that_is_kept_outlives_the_tab(browser: Browser, stack: Stack, token: str) -> None:
    person = Visitor(browser, stack.api.base)
    page = person.open()
    page.get_by_label("Token").fill(f"  {token}\n")
    page.get_by_label("Keep me signed in on this device").check()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    another = page.context.new_page()
    another.goto(f"{stack.api.base}/")
    expect(another.get_by_text("No jobs yet")).to_be_visible()
    person.leave()


def test_a_wrong_token_is_refused_and_forgotten(browser: Browser, stack: Stack) -> None:
    person = Visitor(browser, stack.api.base)
    page = person.open()
    for wrong in ("csvsum_wrong", "käse"):
        page.get_by_label("Token").fill(wrong)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("#refused")).to_contain_text("This token is not valid")
        expect(page.get_by_label("Token")).to_be_focused()
        assert page.evaluate("sessionStorage.length") == 0
    person.leave()


def test_a_token_that_is_not_valid_any_more_leads_to_the_login(
    browser: Browser, stack: Stack
) -> None:
    person = Visitor(browser, stack.api.base, token="csvsum_" + "0" * 43)
    page = person.open("#/new")
    expect(page.locator("#refused")).to_contain_text("This token is not valid")
    assert re.search(r"#/login\?", page.url)
    person.leave()
