"""``csvsum login`` and ``csvsum logout``: keep the URL of a service and a token, or forget them."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from cli.configuration import (
    LOCAL_URL,
    TOKEN,
    URL,
    Access,
    checked_token,
    config_path,
    forget,
    load,
    normal_url,
    save,
)
from cli.connection import command
from cli.failures import Exit, Failure
from cli.problems import Refusal
from cli.terminal import PROGRAM, is_terminal, say

LOGIN_EXAMPLES = """\
  csvsum login https://abc.execute-api.eu-central-1.amazonaws.com/api
  csvsum login https://csv.example.com < token.txt
  csvsum login http://127.0.0.1:8000

csvsum asks for the token and does not show it; without a terminal, the token is
the first line of stdin. Scripts need no login: CSVSUM_URL and CSVSUM_TOKEN
override what is saved.
"""
LOGOUT_EXAMPLES = """\
  csvsum logout
"""


@command("login", examples=LOGIN_EXAMPLES)
@click.argument("url", required=False, metavar="[URL]")
def login(url: str | None) -> None:
    """Save the URL of a service, and its token."""
    access = Access(normal_url(url or _saved_url()))
    me = who(access)
    if me is None:
        if access.is_exposed:
            say("Warning: the token will be sent without encryption; use https if there is one.")
        access = replace(access, token=_token(access))
        me = who(access)
        if me is None:
            raise Failure(f"{access.url} refuses the token", Exit.REFUSED, advice=_ASK)
    path = save(access)
    what = f"Logged in as {me['client']}." if access.token else "The service needs no token."
    say(f"{what} Saved in {_short(path)} (readable by you alone).")


_ASK = ("Check it, or ask the operator for a new one.",)


def who(access: Access) -> dict[str, str] | None:
    """Return the client of a token; None if the service wants another token, or one at all."""
    from cli.service import connect

    service = connect(access)
    try:
        service.health()
        return dict(service.me())
    except Refusal as refusal:
        if refusal.status == 401:
            return None
        raise
    finally:
        service.close()


def _saved_url() -> str:
    saved = load(config_path())
    default = os.environ.get(URL) or (saved.url if saved else LOCAL_URL)
    if not is_terminal(sys.stdin):
        return default
    return str(click.prompt("URL of the service", default=default, err=True))


def _token(access: Access) -> str:
    """Return a token of the environment, of stdin, or of a prompt that does not show it."""
    if given := checked_token(os.environ.get(TOKEN, "")):
        return given
    if is_terminal(sys.stdin):
        return checked_token(click.prompt("Token", hide_input=True, err=True))
    if given := checked_token(sys.stdin.readline()):
        return given
    advice = (f"Give it on stdin, or in {TOKEN}.",)
    raise Failure(f"{access.url} asks for a token", Exit.REFUSED, advice=advice)


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


@command("logout", examples=LOGOUT_EXAMPLES)
def logout() -> None:
    """Forget the saved URL and token. The token stays valid until it expires or is revoked."""
    path = _short(config_path())
    say(f"Deleted {path}." if forget() else f"There is no {path}: {PROGRAM} login makes it.")


def register(app: click.Group) -> None:
    """Add the commands to the app."""
    app.add_command(login)
    app.add_command(logout)
