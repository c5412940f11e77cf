"""What holds for every view: on a desktop and a phone, light and dark, and for everybody."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chalicelib.web import page_files
from tests.functional.stack import Stack
from tests.page.browser import (
    DESKTOP,
    PHONE,
    Visitor,
    require_accessible,
    require_no_sideways_scrolling,
)
from tests.page.files import BROKEN, PAYMENTS, SMALL
from tests.page.test_overview import api_of, submit

#: Routes, and what is there once the view is complete.
VIEWS = {
    "#/": ".jobs tbody tr:nth-child(2)",
    "#/new": ".drop",
    f"#/new?csv={PAYMENTS}": ".pv",
    f"#/new?csv={BROKEN}": ".code .at",
    "#/login": ".sign",
    "#/terminal": ".cmd",
    "#/nowhere": "h1",
}
#: What a phone shows in another way than a desktop.
ON_PHONES = ("#/", f"#/new?csv={PAYMENTS}", f"#/new?csv={BROKEN}")
LOOKS: list[tuple[tuple[int, int], Any, tuple[str, ...]]] = [
    (DESKTOP, "light", tuple(VIEWS)),
    (DESKTOP, "dark", tuple(VIEWS)),
    (PHONE, "light", ON_PHONES),
    (PHONE, "dark", ON_PHONES),
]


def visit(page: Page, route: str) -> None:
    page.evaluate("route => { location.hash = route }", route)
    expect(page.locator(VIEWS[route]).first).to_be_visible()


@pytest.mark.parametrize(
    ("size", "theme", "routes"), LOOKS, ids=["desktop", "desktop-dark", "phone", "phone-dark"]
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    stack: Stack, visitor: Visitor, size: tuple[int, int], theme: Any, routes: tuple[str, ...]
) -> None:
    api = api_of(stack, visitor)
    page = visitor.open("#/", size, theme)
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    require_accessible(page)
    api.ended(submit(api, SMALL)), api.ended(submit(api, BROKEN))
    with stack.stopped_workers():
        submit(api, SMALL)
        for route in routes:
            visit(page, route)
            require_accessible(page)
            require_no_sideways_scrolling(page)


def test_the_style_sheet_is_sent_as_it_is_written(visitor: Visitor) -> None:
    page = visitor.open("#/login")
    rules = """texts => texts.map((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        // Values of custom properties are kept as they are written.
        return [...sheet.cssRules].map((rule) => rule.cssText.replaceAll(", ", ","));
    })"""
    texts = [page_files.files()["style.css"], (page_files.FOLDER / "style.css").read_text()]
    sent, written = page.evaluate(rules, texts)
    assert len(written) > 300
    assert sent == written


def test_320_pixels_are_enough(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    api.ended(submit(api, SMALL)), api.ended(submit(api, BROKEN))
    page = visitor.open("#/", (320, 640))
    for route in VIEWS:
        visit(page, route)
        require_no_sideways_scrolling(page)


def test_the_theme_is_chosen_and_kept(visitor: Visitor) -> None:
    page = visitor.open("#/new", theme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    button = page.get_by_role("button", name="Theme")
    button.dblclick()
    expect(button).to_have_attribute("aria-label", "Theme: dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_numbers_are_grouped_but_copied_plain(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    shown = page.evaluate(
        """async () => {
            const url = document.querySelector("link[href*=numbers]").href;
            const { exact, count, bytes, seconds } = await import(url);
            const texts = ["-9843202991.41", "0", "12", "1234", "0.000"].map((text) => exact(text));
            const groups = texts.map((text) => text.querySelectorAll(".g").length);
            const units = [0, 1, 999, 999500, 1e6, 12.4e9, 61.4e12].map((size) => bytes(size));
            const times = [0.009, 0.4, 59.94, 59.96, 97, 3600].map((time) => seconds(time));
            const plain = [...texts, count(-1234)].map((text) => text.textContent);
            return [plain, groups, units, times];
        }"""
    )
    assert shown == [
        ["-9843202991.41", "0", "12", "1234", "0.000", "-1234"],
        [3, 0, 0, 1, 0],
        ["0 bytes", "1 byte", "999 bytes", "1.0 MB", "1.0 MB", "12.4 GB", "61.4 TB"],
        ["9 ms", "0.4 s", "59.9 s", "1:00 min", "1:37 min", "1:00 h"],
    ]


def test_nothing_moves_once_the_overview_is_shown(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    api.ended(submit(api, SMALL)), api.ended(submit(api, BROKEN))
    page = visitor.open("#/new")
    expect(page.locator(".alone")).to_be_visible()  # the client may not list the source
    page.context.add_init_script(
        """window.moved = 0;
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.moved += entry.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    page.goto(f"{stack.api.base}/#/")
    page.reload()
    expect(page.locator(VIEWS["#/"])).to_be_visible()
    expect(page.locator(".seg")).to_contain_text("Failed 1")
    assert page.evaluate("window.moved") < 0.01
