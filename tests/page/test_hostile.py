"""Names and cells that are markup and scripts: they are shown, and do nothing."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.functional.stack import Stack
from tests.page.browser import Visitor
from tests.page.files import HOSTILE_CELL, HOSTILE_HEADER, HOSTILE_NAME
from tests.page.test_overview import api_of, submit


def test_a_hostile_file_is_previewed_as_text(visitor: Visitor) -> None:
    page = visitor.open(f'#/new?csv={quote(HOSTILE_NAME, safe="")}&options={{"step":1}}')
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE_NAME)
    expect(page.locator(".pv thead")).to_contain_text(HOSTILE_HEADER)
    expect(page.locator(".pv tbody")).to_contain_text(HOSTILE_CELL)
    assert page.locator("main img, main script, main svg:not(.i)").count() == 0


def test_a_hostile_name_is_listed_as_text(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    api.ended(submit(api, HOSTILE_NAME, columns=[1]))
    page = visitor.open()
    expect(page.get_by_role("link", name=HOSTILE_NAME).last).to_be_visible()
    assert page.locator("main img, main script").count() == 0


@pytest.mark.parametrize(
    "route",
    [
        "#/<img src=x onerror=alert(1)>",
        "#/new?csv=<script>alert(1)</script>",
        '#/new?csv=small.csv&options={"delimiter":"<img src=x onerror=alert(1)>"}',
        "#/new?csv=small.csv&options=[1",
        "#/new?csv=../../etc/passwd",
        "#/login?to=javascript:alert(1)",
        "#/login?to=https://evil.example/",
        "#/jobs/..%2f..%2fopenapi.json",
    ],
)
def test_a_hostile_url_does_nothing(visitor: Visitor, route: str) -> None:
    page = visitor.open(route)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator("main img, main script").count() == 0


def test_a_login_leads_nowhere_else(stack: Stack, visitor: Visitor, token: str) -> None:
    page = visitor.open("#/login?to=//evil.example/")
    page.get_by_label("Token").fill(token)
    page.keyboard.press("Enter")
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    assert page.url == f"{stack.api.base}/#/"


def test_a_script_that_was_smuggled_in_is_not_run(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    refused = page.evaluate(
        """() => {
            const script = document.createElement("script");
            let text = "";
            try { script.textContent = "window.ran = true"; document.head.append(script); }
            catch (error) { text = error.name; }
            try { document.body.innerHTML = "<img src=x onerror='window.ran = true'>"; }
            catch (error) { text += error.name; }
            return [text, window.ran === undefined];
        }"""
    )
    assert refused == ["TypeErrorTypeError", True]
    visitor.errors.clear()  # Chromium reports what it refused
