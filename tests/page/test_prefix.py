"""The page below a prefix, as the stage of API Gateway is one; and with signed requests."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

import app
from chalicelib.settings import Auth, Settings
from local.config import free_port
from local.gateway import Application, Gateway, gateway_reply
from local.http_connection import Reply, Request
from local.http_server import HttpServer
from tests.harness import World
from tests.page.browser import Visitor
from tests.site import serving

STAGE = "/api"


# Where LocalStack serves an API. The application knows only the stage.
LOCALSTACK = "/_aws/execute-api/abc123"


def at(path: str) -> Application:
    """Return the application as API Gateway calls it: with the path, which begins with a stage."""

    def application(event: Mapping[str, Any], context: Any) -> Mapping[str, Any]:
        staged = {**event["requestContext"], "path": path}
        answer: Mapping[str, Any] = app.app({**event, "requestContext": staged}, context)
        return answer

    return application


@contextmanager
def served(prefix: str = "") -> Iterator[str]:
    """Serve the application below a prefix and the stage. Return the stage's URL."""

    def answer(request: Request) -> Reply:
        if not request.target.startswith(prefix + STAGE):
            return gateway_reply("MISSING_AUTHENTICATION_TOKEN")
        staged = request.target.removeprefix(prefix)
        gateway = Gateway(at(staged.partition("?")[0]), app.app.routes)
        return gateway.answer(replace(request, target=staged.removeprefix(STAGE) or "/"))

    address = ("127.0.0.1", free_port())
    with HttpServer(address, answer, gateway_reply("REQUEST_TOO_LARGE")) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{address[1]}{prefix}{STAGE}"
        server.shutdown()
        thread.join()


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    with serving(world):
        yield world


@pytest.mark.parametrize("prefix", ["", LOCALSTACK])
@pytest.mark.parametrize("end", ["", "/", "/#/"])
def test_the_page_works_below_the_stage_of_api_gateway(
    browser: Browser, world: World, end: str, prefix: str
) -> None:
    job = world.submit(b"id,b\n1,x\n2,y\n")
    world.run()
    with served(prefix) as url:
        visitor = Visitor(browser, url)
        page = visitor.open()
        page.goto(f"{url}{end}")
        expect(page.locator(".jobs tbody tr")).to_have_count(1)
        assert page.locator(".jobs tbody a").get_attribute("href") == f"#/jobs/{job.id}"
        page.get_by_role("link", name="New", exact=True).click()
        page.evaluate("location.hash = '#/new?csv=x.csv'")
        expect(page.locator(".go .btn")).to_have_text("Sum 1 column")
        expect(page.locator(".cmd code")).to_contain_text(f"{url}/jobs")
        visitor.leave()


def test_with_signed_requests_the_page_says_what_to_do(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "SETTINGS", Settings(auth=Auth.IAM))
    with served() as url:
        visitor = Visitor(browser, url)
        page = visitor.open("#/new")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "This service takes signed requests"
        )
        expect(page.locator(".cmd code")).to_contain_text(f"{url}/jobs")
        visitor.leave()
