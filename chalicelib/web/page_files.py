"""Serves the page: index.html, and the files that it loads. They hold no data of any client.

The URL of a file has the version of all files in it. So a browser keeps the files for good, and
never mixes those of two versions. Only index.html is asked for each time.
"""

import re
from collections.abc import Collection, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from types import MappingProxyType
from urllib.parse import quote

from chalice.app import Response

from chalicelib.settings import Settings
from chalicelib.web import about, requests, responses
from chalicelib.web.caching import conditional

FOLDER = Path(__file__).parent / "page"
INDEX = "index.html"
#: The routes of the page, which need no token.
ROUTES = ("/", "/page/{version}/{file}", "/page/{version}/views/{file}")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
COMMENT = re.compile(r"^\s*(?://[^\n]*|/\*.*?\*/)[ \t]*\n", re.MULTILINE | re.DOTALL)
# In a style sheet, spaces next to these marks mean nothing, nor does the last semicolon of a rule.
# The colon is that of a declaration: in a selector, no space follows it.
AROUND_MARKS = re.compile(r"\s*([{};,>])\s*|(?<=[\w-])(:) ")
# What a statement goes on after, and before.
OPENING, CLOSING = tuple("([{,"), tuple(")]}")
INDENTATION = re.compile(r"^\s+", re.MULTILINE)
IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
SECURITY = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
#: Nothing is loaded from elsewhere, nothing inline is run, and no text becomes markup.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src {}; base-uri 'self'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


@cache
def files() -> Mapping[str, str]:
    """Return the texts of all files as they are sent, by their paths: there are no others."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in TYPES)
    return MappingProxyType({path.relative_to(FOLDER).as_posix(): _as_sent(path) for path in paths})


def _as_sent(path: Path) -> str:
    text = as_sent(path.read_text("utf-8"))
    if path.suffix == ".css":
        return AROUND_MARKS.sub(r"\1\2", text).replace(";}", "}")
    return joined(text) if path.suffix == ".js" else text


def as_sent(text: str) -> str:
    """Return a file without the comments that have lines of their own, and without indentation.

    They are a fifth of it. No text of a script may go over several lines: it would change.
    """
    return INDENTATION.sub("", COMMENT.sub("", text))


def joined(script: str) -> str:
    """Return a script with fewer lines: those that brackets or commas hold together are one.

    A comment at the end of a line would swallow the next one.
    """
    lines = [""]
    for line in script.splitlines():
        is_open = lines[-1].endswith(OPENING) or line.startswith(CLOSING)
        if is_open and "//" not in lines[-1]:
            lines[-1] += line
        else:
            lines.append(line)
    return "\n".join([*lines[1:], ""])


@cache
def version() -> str:
    """Return a text that differs if any file differs."""
    digest = sha256()
    for name, text in files().items():
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()[:12]


def index(settings: Settings, storage: Collection[str]) -> Response:
    """Return index.html. ``storage``: the origins to which the API's links lead."""
    text = Template(files()[INDEX]).substitute(
        base=escape(base_of(requests.path())),
        version=version(),
        release=about.VERSION,
        auth=settings.auth.value,
        keep_days=settings.keep_days,
        max_upload_bytes=settings.max_upload_bytes,
        files="on" if settings.list_files else "off",
        paid="off" if settings.emulated else "on",
    )
    policy = POLICY.format(" ".join(["'self'", *sorted(storage)]))
    return _conditional(text, {"Content-Type": TYPES[".html"], "Content-Security-Policy": policy})


def file(wanted_version: str, name: str) -> Response:
    """Return a file of the present version; 404 for any other."""
    if wanted_version != version() or name not in files() or name == INDEX:
        return responses.no_such_page()
    response = _conditional(files()[name], {"Content-Type": TYPES[Path(name).suffix]})
    response.headers.update(IMMUTABLE)
    return response


def _conditional(text: str, headers: Mapping[str, str]) -> Response:
    response = Response(text, status_code=HTTPStatus.OK.value, headers={**SECURITY, **headers})
    return conditional(response, requests.header("if-none-match"))


def base_of(path: str) -> str:
    """Return the base of relative URLs for the path of a request of the page: its folder.

    A client may leave out the slash at the end. The base is relative too, because the browser may
    know a longer path: of LocalStack, or of a proxy, which puts a prefix before it.
    """
    last = path.rpartition("/")[2]
    return f"./{quote(last)}/" if last else "./"
