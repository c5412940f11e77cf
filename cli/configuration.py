"""Which service the commands use, and the file that keeps its URL and token.

The URL is that of ``--url``, of CSVSUM_URL, of the file, or of ``make run``, in this order. A token
goes to no other service than its own: that of CSVSUM_TOKEN to the one in use, that of the file only
to the URL beside it.
"""

import json
import os
import stat
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import urlsplit

import click

from cli.failures import Exit, Failure
from cli.terminal import PROGRAM, say

#: Where the URL comes from if nobody has chosen one, and what it is then.
NOBODY = "make run"
LOCAL_URL = "http://127.0.0.1:8000"
URL, TOKEN = "CSVSUM_URL", "CSVSUM_TOKEN"
FILE = "config.toml"
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Access:
    """A service, and what its requests are authenticated with; an empty token: nothing."""

    url: str
    #: A secret: it is in no message and no text of an object.
    token: str = field(default="", repr=False)
    #: Where the URL comes from, as a person would say it.
    origin: str = NOBODY

    @property
    def is_default(self) -> bool:
        """Return whether nobody chose the service."""
        return self.origin == NOBODY

    @property
    def is_exposed(self) -> bool:
        """Return whether requests go over a network without encryption."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and not is_loopback(parts.hostname or "")

    @property
    def exposes_token(self) -> bool:
        """Return whether the token goes over a network without encryption."""
        return bool(self.token) and self.is_exposed

    def page_of(self, job_id: str) -> str:
        """Return the URL of a job's page."""
        return f"{self.url}/#/jobs/{job_id}"


def config_path() -> Path:
    """Return the path of the file, in the user's folder of configurations."""
    return Path(click.get_app_dir(PROGRAM)) / FILE


def chosen(url: str | None = None, environ: Mapping[str, str] = os.environ) -> Access:
    """Return the service to use. Raise Failure for a URL or a file that makes no sense."""
    saved = load(config_path())
    if url:
        access = Access(normal_url(url), origin="--url")
    elif in_environment := environ.get(URL):
        access = Access(normal_url(in_environment), origin=URL)
    else:
        access = saved or Access(LOCAL_URL)
    token = checked_token(environ.get(TOKEN, "")) or _token_for(access.url, saved)
    return Access(access.url, token, access.origin)


def checked_token(text: str) -> str:
    """Return a token without blanks around it. Raise Failure for what no request could have."""
    token = text.strip()
    if token.isascii() and token.isprintable() and " " not in token:
        return token
    advice = ("A token is one word of letters, digits and _.",)
    raise Failure("this is not a token", Exit.USAGE, advice=advice)


def _token_for(url: str, saved: Access | None) -> str:
    return saved.token if saved and saved.url == url else ""


def load(path: Path) -> Access | None:
    """Return what the file keeps; None if there is no file."""
    try:
        _warn_if_open(path)
        members = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        advice = (f"{PROGRAM} login writes a new one.",)
        raise Failure(f"{path} cannot be read: {error}", Exit.USAGE, advice=advice) from None
    url, token = (str(members.get(name, "")) for name in ("url", "token"))
    return Access(normal_url(url), checked_token(token), str(path))


def _warn_if_open(path: Path) -> None:
    if path.stat().st_mode & OTHERS:
        say(f"{path} can be read by others; `chmod 600 {path}` corrects that.")


def save(access: Access) -> Path:
    """Keep a URL and its token, for the user alone. Return the path of the file."""
    path = config_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = "".join(
        f"{name} = {json.dumps(value)}\n"  # a string of JSON is one of TOML
        for name, value in (("url", access.url), ("token", access.token))
        if value
    )
    handle, name = mkstemp(dir=path.parent, prefix=f".{FILE}.")  # with mode 600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return path


def forget() -> bool:
    """Delete the file. Return whether there was one."""
    try:
        config_path().unlink()
    except FileNotFoundError:
        return False
    return True


def normal_url(text: str) -> str:
    """Return the URL of a service as it is kept: with a scheme, without what follows its path.

    Raise Failure if it is none. ``https`` is assumed, but for this machine.
    """
    given = text.strip()
    if "://" not in given:
        given = f"{_assumed_scheme(given)}://{given}"
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.scheme not in ("http", "https") or not given.isascii():
        raise _no_url(text)
    if "@" in parts.netloc:
        why = "the URL must not have a name or a password"
        raise Failure(
            why, Exit.USAGE, advice=(f"Put the token into {TOKEN}, or type it at the prompt.",)
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _assumed_scheme(text: str) -> str:
    host = urlsplit(f"//{text}").netloc.rpartition("@")[2]
    return "http" if is_loopback(host.rpartition(":")[0] or host) else "https"


def _no_url(text: str) -> Failure:
    example = "https://abc.execute-api.eu-central-1.amazonaws.com/api"
    return Failure(
        f"{text!r} is not the URL of a service", Exit.USAGE, advice=(f"It looks like {example}",)
    )


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
