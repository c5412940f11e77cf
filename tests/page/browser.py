"""The page in Chromium, as people use it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

#: The names of Chromium's command on Debian, and of others that do as well.
COMMANDS = ("chromium", "chromium-browser", "google-chrome")
DESKTOP, PHONE = (1280, 900), (390, 844)
ZONE = "Europe/Berlin"
TIMEOUT_MS = 15_000
#: Chromium reports each reply that is an error, also those that the page expects.
EXPECTED = "Failed to load resource"
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}

expect.set_options(timeout=TIMEOUT_MS)


def command() -> str | None:
    """Return the path of Chromium; None if there is none."""
    return next(filter(None, map(shutil.which, COMMANDS)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the Chromium that is installed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=command(),
            # Without a sandbox, it runs as root too; it opens nothing but the page.
            args=["--no-sandbox"],
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """Opens pages of one service, each in a profile of its own, and notes what goes wrong."""

    browser: Browser
    base: str
    token: str = ""
    errors: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def open(
        self,
        route: str = "#/",
        size: tuple[int, int] = DESKTOP,
        theme: Any = "light",
    ) -> Page:
        """Open a route of the page, signed in if the visitor has a token."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            timezone_id=ZONE,
            has_touch=size == PHONE,
            reduced_motion="reduce",
        )
        context.set_default_timeout(TIMEOUT_MS)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        if self.token:
            context.add_init_script(f"sessionStorage.setItem('csvsum-token', '{self.token}')")
        page = context.new_page()
        self.pages.append(page)
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: self.errors.append(f"dialog: {dialog.message}"))
        page.goto(f"{self.base}/{route}")
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and EXPECTED not in text:
            self.errors.append(text)

    def leave(self) -> None:
        """Close all pages. Nothing may have gone wrong on any of them."""
        for page in self.pages:
            page.context.close()
        assert not self.errors, self.errors


def require_accessible(page: Page) -> None:
    """Fail for anything that axe-core finds on a page as it is."""
    found = Axe().run(page, options=WCAG).response["violations"]
    said = [
        f"{each['id']}: {each['help']}: {node['html'][:200]}: {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]
    assert not said, "\n".join(said)


def require_no_sideways_scrolling(page: Page) -> None:
    """Fail if the page is wider than its window."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
