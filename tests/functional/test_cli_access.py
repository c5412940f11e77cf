"""What the commands need besides jobs: a login, the page, and a set-up that is right."""

import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.configuration import config_path
from cli.failures import Exit
from tests.cli.running import COMMAND, Run, environment, until_closed
from tests.functional.stack import Stack
from tests.functional.test_clients import as_client, closed

__all__ = ["closed"]  # a fixture


def test_the_page_is_opened_in_the_browser_or_its_url_is_printed(
    csvsum: Run, stack: Stack, sales: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = csvsum("submit", sales).out.strip()
    url = f"{stack.api.base}/#/jobs/{job_id}"
    assert csvsum("open", job_id).out == f"{url}\n"
    assert csvsum("open").out == f"{stack.api.base}/\n"
    browser = home / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {home / "opened"}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    opened = csvsum("open", job_id)
    assert (opened.out, opened.err) == ("", f"Opened {url}\n")
    assert (home / "opened").read_text() == f"{url}\n"


def test_an_open_service_needs_no_login(csvsum: Run, stack: Stack) -> None:
    ended = csvsum("login", stack.api.base)
    assert (ended.code, ended.out) == (Exit.DONE, "")
    assert "The service needs no token." in ended.err
    assert config_path().read_text() == f'url = "{stack.api.base}"\n'


def test_the_doctor_finds_nothing_wrong(csvsum: Run, stack: Stack) -> None:
    ended = csvsum("doctor", "--json")
    found = json.loads(ended.out)
    assert list(found) == ["service", "token", "source", "kernel"]
    assert found["service"]["subject"] == stack.api.base
    assert re.fullmatch(r"answers in \d+ ms, version \d+\.\d+\.\d+", found["service"]["detail"])
    assert found["token"]["subject"] == "open, role admin"
    assert re.fullmatch(r"\d+ files?( or more)?, \d+ folders?", found["source"]["detail"])
    assert (ended.code, ended.err) == (Exit.DONE, "")


class Client:
    """A client of a service that asks for tokens."""

    def __init__(self, service: Stack, name: str) -> None:
        self.url = service.api.base
        self.token = as_client(service, name).token


@pytest.fixture
def finance(closed: Stack) -> Client:
    return Client(closed, "finance")


@pytest.fixture
def anyone(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line, without a service."""
    return Run(capsys)


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_login_keeps_the_token_for_the_user_alone(
    anyone: Run, finance: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, f"{finance.token}\n")
    ended = anyone("login", finance.url)
    assert ended.code == Exit.DONE
    assert "Logged in as finance." in ended.err
    assert config_path().stat().st_mode & 0o777 == 0o600
    checked = anyone("doctor")
    assert (checked.code, "Token\tfinance, role client\texpires in 90 days" in checked.out) == (
        0,
        True,
    )
    ran = anyone("run", "x.csv")
    assert (ran.code, ran.out) == (Exit.DONE, "a\t1\n")
    assert anyone("logout").code == Exit.DONE
    refused = anyone("list", "--url", finance.url)
    assert (refused.code, "csvsum login saves a token" in refused.err) == (Exit.REFUSED, True)
    for each in (ended, checked, ran, refused):
        assert finance.token[7:] not in each.out + each.err


def test_a_token_that_is_typed_is_not_shown(finance: Client, home: Path) -> None:
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "login", finance.url],
        env=environment(TERM="xterm"),
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,  # without the terminal of whoever runs the tests
    )
    os.close(its)
    shown = b""
    while not shown.endswith(b"Token: "):
        shown += os.read(ours, 1024)
    os.write(ours, finance.token.encode() + b"\n")
    shown += until_closed(ours)
    os.close(ours)
    assert process.wait(30) == Exit.DONE, shown
    assert b"Logged in as finance." in shown
    assert finance.token[7:].encode() not in shown


def test_a_wrong_token_is_not_saved(
    anyone: Run, finance: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, words in (("csvsum_wrong\n", "refuses the token"), ("", "asks for a token")):
        type_in(monkeypatch, text)
        ended = anyone("login", finance.url)
        assert (ended.code, words in ended.err) == (Exit.REFUSED, True)
        assert not config_path().exists()


def test_the_doctor_says_what_is_wrong(
    anyone: Run, finance: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = anyone("doctor", "--url", finance.url)
    assert refused.code == Exit.REFUSED
    assert "Token: csvsum login saves a token" in refused.err
    silent = anyone("doctor", "--url", "http://127.0.0.1:1")
    assert (silent.code, "nothing answers at" in silent.out) == (Exit.UNREACHABLE, True)


def test_the_token_of_the_environment_needs_no_login(
    anyone: Run, finance: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSVSUM_URL", finance.url)
    monkeypatch.setenv("CSVSUM_TOKEN", finance.token)
    assert anyone("run", "x.csv", "--json").code == Exit.DONE
    assert not config_path().exists()
