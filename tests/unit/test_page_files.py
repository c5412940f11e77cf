"""The page: its files, their headers, and what they may do."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from chalicelib.settings import Auth, Settings
from chalicelib.web import page_files, requests
from tests.harness import World
from tests.site import Site, problem_of, serving

MAX_BYTES = 150_000
SCRIPTS = [name for name in page_files.files() if name.endswith(".js")]
# What makes markup or a program of a text.
DANGERS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
    r"|createContextualFragment|DOMParser|setAttribute\(.style"
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World(auth=Auth.TOKEN)) as site:
        yield site


def url(name: str) -> str:
    return f"/page/{page_files.version()}/{name}"


def index(path: str = "/", auth: Auth = Auth.OPEN) -> str:
    """Return index.html as a request of this path gets it."""
    request = SimpleNamespace(context={"path": path}, headers={})
    requests.remember(request, lambda _: None)
    text: str = page_files.index(Settings(auth=auth), ["https://storage.test"]).body
    return text


class Tags(HTMLParser):
    """The start tags of a page with their attributes, and the scripts and styles in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside = ""
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in ("script", "style"):
            self.inline.append(data)


def test_the_page_needs_no_token_and_names_no_client(site: Site) -> None:
    reply = site.get("/")
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"csvsum" in reply.body


def test_the_page_may_load_only_its_own_files_and_reach_only_the_service(site: Site) -> None:
    policy = site.get("/").headers["Content-Security-Policy"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["base-uri"] == "'self'"
    assert rules["connect-src"] == "'self' https://storage.test"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy


def test_the_page_is_sent_once(site: Site) -> None:
    tag = site.get("/").headers["ETag"]
    reply = site.send("GET", "/", {"If-None-Match": tag})
    assert (reply.status_code, reply.body) == (304, b"")
    assert reply.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("name", sorted(set(page_files.files()) - {page_files.INDEX}))
def test_a_file_of_the_page_is_kept_for_good(site: Site, name: str) -> None:
    reply = site.get(url(name))
    assert reply.status_code == 200
    assert reply.body.decode() == page_files.files()[name]
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/page/0/app.js",
        "/page/{}/index.html",
        "/page/{}/__init__.py",
        "/page/{}/..%2fpage_files.py",
        "/page/{}/views/..%2fapp.js",
        "/page/{}/views/app.js",
        "/page/{}/%2fetc%2fpasswd",
    ],
)
def test_nothing_else_is_served(site: Site, path: str) -> None:
    reply = site.get(path.format(page_files.version()))
    assert problem_of(reply, 404)["code"] == "no_such_page"


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("/", "./"),
        ("/api", "./api/"),
        ("/api/", "./"),
        ("/team/csvsum", "./csvsum/"),
        ("//evil.example", "./evil.example/"),
        ("/javascript:alert(1)", "./javascript%3Aalert%281%29/"),
        ('/"><script>', "./%22%3E%3Cscript%3E/"),
        ("", "./"),
    ],
)
def test_urls_of_the_page_are_relative_to_its_own_path(path: str, base: str) -> None:
    (found,) = [given["href"] for tag, given in Tags(index(path)).found if tag == "base"]
    assert found == base


@pytest.mark.parametrize("auth", Auth)
def test_the_page_knows_how_clients_are_authenticated(auth: Auth) -> None:
    (attributes,) = [given for tag, given in Tags(index(auth=auth)).found if tag == "html"]
    assert attributes["data-auth"] == auth


@pytest.mark.parametrize(
    ("variables", "paid"), [({}, "on"), ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "off")]
)
def test_the_page_knows_whether_somebody_pays(variables: dict[str, str], paid: str) -> None:
    request = SimpleNamespace(context={"path": "/"}, headers={})
    requests.remember(request, lambda _: None)
    tags = Tags(page_files.index(Settings.from_env(variables), []).body)
    (attributes,) = [given for tag, given in tags.found if tag == "html"]
    assert attributes["data-paid"] == paid


def test_the_page_has_no_script_and_no_style_in_it() -> None:
    tags = Tags(index())
    assert tags.inline == []
    for tag, attributes in tags.found:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag


def test_the_page_names_only_files_that_there_are() -> None:
    text = index()
    names = re.findall(rf'"page/{page_files.version()}/([^"]+)"', text)
    assert names
    assert set(names) <= set(page_files.files())
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', text)


def test_the_files_are_small_together() -> None:
    """Also for a client that takes no gzip, and as `make run` sends them."""
    assert sum(len(text.encode()) for text in page_files.files().values()) <= MAX_BYTES


def test_comments_and_indentation_are_not_sent() -> None:
    text = """// A module.

/**
 * Return two.
 */
export function two() {
  // Not three.
  return "//" + a /* kept */; // kept
}
"""
    assert page_files.as_sent(text) == (
        'export function two() {\nreturn "//" + a /* kept */; // kept\n}\n'
    )


def test_lines_are_joined_where_a_statement_goes_on() -> None:
    text = "f(\n[\n1,\n2 // two,\n],\n);\ng = {\na // last\n};\nh();\n"
    assert page_files.joined(text) == "f([1,2 // two,\n],);\ng = {a // last\n};\nh();\n"


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_text_of_a_script_goes_over_several_lines(name: str) -> None:
    for line in (page_files.FOLDER / name).read_text().splitlines():
        assert line.count("`") % 2 == 0, line


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_makes_markup_of_a_text(name: str) -> None:
    assert DANGERS.findall(page_files.files()[name]) == []


@pytest.mark.parametrize("name", [*SCRIPTS, "style.css"])
def test_no_file_loads_anything_from_elsewhere(name: str) -> None:
    text = page_files.files()[name].replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://|url\(|@import", text) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_imports_only_files_that_there_are(name: str) -> None:
    folder = name.rpartition("/")[0]
    for given in re.findall(r'from "(\.{1,2}/[^"]+)"', page_files.files()[name]):
        path = given.removeprefix("../") if given.startswith("../") else given.removeprefix("./")
        inside = path if given.startswith("../") or not folder else f"{folder}/{path}"
        assert inside in page_files.files(), given


def test_a_change_of_any_file_changes_the_urls(monkeypatch: pytest.MonkeyPatch) -> None:
    before = page_files.version()
    changed = {**page_files.files(), "app.js": "changed"}
    monkeypatch.setattr(page_files, "files", lambda: changed)
    assert page_files.version.__wrapped__() != before
