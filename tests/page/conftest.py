from collections.abc import Callable, Generator, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from chalicelib.adapters.tokens_table import TokensTable
from chalicelib.jobs.client import Client
from infra.tokens import create
from tests.functional.stack import Stack
from tests.page.browser import Visitor, chromium, command
from tests.page.files import put_files
from tests.page.watchdog import time_limit


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    with time_limit(f"the setup of {item.name}"):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    with time_limit(item.name):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    with time_limit(f"the end of {item.name}"):
        return (yield)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if command() is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running service with tokens, so that each test is a client with jobs of its own."""
    running = Stack(tmp_path_factory.mktemp("page"), AUTH="token", PART_BYTES="100000")
    put_files(running)
    yield running
    running.stop()
    assert "Traceback" not in running.log.read_text()


@pytest.fixture(scope="session")
def tokens(stack: Stack) -> TokensTable:
    dynamodb = stack.aws("dynamodb")
    return TokensTable("csvsum-tokens", lambda: dynamodb)


@pytest.fixture
def token(tokens: TokensTable, unique: Callable[[str], str]) -> str:
    """A token of a client that has no jobs."""
    return create(tokens, Client(unique("client")), timedelta(hours=1))[0]


@pytest.fixture
def visitor(browser: Browser, stack: Stack, token: str) -> Iterator[Visitor]:
    """A person who is signed in as a client without jobs."""
    person = Visitor(browser, stack.api.base, token)
    yield person
    person.leave()
