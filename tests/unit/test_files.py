"""Lists of the source: who gets them, and what in them is reachable."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from chalice.test import HTTPResponse
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.folder_files import FolderFiles
from chalicelib.adapters.folder_source import FolderSource
from chalicelib.errors import BadRequest, FileMissing, FolderTooLarge
from chalicelib.jobs.authentication import ByCaller, Credentials
from chalicelib.jobs.client import OPEN, Client, Role
from chalicelib.jobs.file_names import parse_name
from chalicelib.jobs.files import Catalog, FilePage, FoundFile, ListFiles, WantedFiles, is_name
from chalicelib.settings import Auth
from tests.adapters_in_memory import WRITTEN
from tests.harness import World
from tests.site import ROWS, Site, problem_of, serving

FINANCE = Client("finance")
LISTER = Client("lister", Role.LISTER)
OPERATOR = Client("operator", Role.ADMIN)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World(auth=Auth.TOKEN)) as site:
        site.world.source.files["q3/rates.csv"] = ROWS
        yield site


def listed(site: Site, client: Client, query: str = "") -> HTTPResponse:
    return Site(site.world, f"Bearer {site.world.issue(client)}").get(f"/files{query}")


@pytest.mark.parametrize("client", [LISTER, OPERATOR])
def test_a_client_with_the_right_sees_what_is_in_the_source(site: Site, client: Client) -> None:
    written = "2026-11-24T11:00:00.000Z"
    assert listed(site, client).json_body == {
        "files": [{"csv": "x.csv", "bytes": len(ROWS), "modified_at": written}],
        "folders": ["q3/"],
        "next": None,
    }
    found = listed(site, client, "?search=RATES").json_body
    assert [each["csv"] for each in found["files"]] == ["q3/rates.csv"]


def test_a_client_without_the_right_sees_nothing(site: Site) -> None:
    problem = problem_of(listed(site, FINANCE), 403)
    assert problem["code"] == "may_not_list"
    assert "lister" in problem["detail"]


def test_listing_is_off_unless_it_is_set() -> None:
    with serving(World(list_files=False)) as site:
        assert problem_of(site.get("/files"), 403)["code"] == "listing_is_off"
        assert site.send("HEAD", "/files").status_code == 403


def test_in_an_open_service_everybody_may_list() -> None:
    with serving(World()) as site:
        assert site.get("/files").status_code == 200


def test_with_signatures_the_right_is_that_to_call_the_path() -> None:
    alice = "arn:aws:iam::123456789012:user/alice"
    client = ByCaller()(Credentials("", alice))
    assert client.may_list
    assert not client.may_see("bob")


def test_a_lister_sees_no_job_of_others(site: Site) -> None:
    assert not LISTER.may_see("finance")
    assert LISTER.may_see("lister")


@pytest.mark.parametrize(
    "query",
    ["?prefix=../", "?prefix=/", "?prefix=q3//", "?prefix=q3/../", "?prefix=%00", "?prefix=a%5Cb"]
    + ["?prefix=q3/./", f"?prefix={'x' * 1024}", f"?search={'x' * 201}", "?folder=q3", "?limit=1"],
)
def test_what_names_do_not_begin_with_is_refused(site: Site, query: str) -> None:
    assert problem_of(listed(site, LISTER, query), 400)["code"] == "bad_request"


def test_uploads_are_not_listed(site: Site) -> None:
    site.world.source.files["uploads/abc/1/x.csv"] = ROWS
    assert listed(site, LISTER).json_body["folders"] == ["q3/"]
    for query in ("?prefix=uploads/", "?prefix=uploads/abc/1/", "?search=abc"):
        found = listed(site, LISTER, query).json_body
        assert (found["files"], found["folders"]) == ([], [])


class Anything:
    """A catalog with a name that a test gives it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def page(self, wanted: WantedFiles) -> FilePage:
        return FilePage((FoundFile(self.name, 1, WRITTEN),), (f"{self.name}/",), None)


@given(st.text(alphabet="ab/.\\\x00\x7f\u2028\ud800é", max_size=30))
def test_only_names_that_can_be_submitted_are_listed(name: str) -> None:
    catalog: Catalog = Anything(name)
    page = ListFiles(catalog, enabled=True)(OPEN, WantedFiles())
    try:
        parse_name(name)
    except BadRequest:
        assert page == FilePage()
    else:
        assert [each.name for each in page.files] == [name]
        assert page.folders == (f"{name}/",)
        assert is_name(name)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with all that may be in one, and a secret beside it."""
    (tmp_path / "secret.csv").write_text("secret")
    inside = tmp_path / "inside"
    (inside / "sub" / "deep").mkdir(parents=True)
    (inside / "sub" / "deep" / "x.csv").write_text("a")
    (inside / "data.csv").write_text("a")
    (inside / ".hidden").write_text("a")
    (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "inner.csv").symlink_to("data.csv")
    (inside / "linked").symlink_to(tmp_path)
    (inside / "sub" / "up").symlink_to("..")
    (inside / "loop").symlink_to("loop")
    (inside / "dangling").symlink_to("nowhere")
    (inside / "back\\slash.csv").write_text("a")
    (inside / "line\nfeed.csv").write_text("a")
    Path(os.fsdecode(os.fsencode(inside) + b"/not-utf8-\xff.csv")).write_text("a")
    os.mkfifo(inside / "pipe.csv")
    return inside


def everything(root: Path, prefix: str = "", search: str = "") -> list[str]:
    """Return all that a client sees in a folder."""
    list_files = ListFiles(FolderFiles(str(root), page_entries=2), enabled=True)
    found, cursor = [], ""
    while True:
        page = list_files(OPEN, WantedFiles(prefix, search, cursor))
        found += [*page.folders, *(each.name for each in page.files)]
        if page.cursor is None:
            return sorted(found)
        cursor = page.cursor


def test_a_folder_lists_what_it_would_read_and_nothing_else(root: Path) -> None:
    assert everything(root) == [".hidden", "data.csv", "sub/"]
    assert everything(root, search="csv") == ["data.csv", "sub/deep/x.csv"]
    assert everything(root, "linked/") == everything(root, "loop/") == []
    assert everything(root, "sub/up/") == []
    for name in everything(root, search="."):
        assert FolderSource(str(root)).version(name).size == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_not_listed(root: Path) -> None:
    (root / "data.csv").chmod(0)
    assert "data.csv" not in everything(root)


def test_what_the_source_refuses_is_not_listed_whoever_runs_this(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def refusing(path: str, flags: int, *, dir_fd: int | None = None) -> int:
        if path == "data.csv":
            raise PermissionError(13, "not yours")
        return opened(path, flags, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refusing)
    with pytest.raises(FileMissing):
        FolderSource(str(root)).version("data.csv")
    assert "data.csv" not in everything(root)


@pytest.mark.parametrize("path", ["../", "../secret", "sub/../../", "/", "/etc/", "linked/"])
def test_no_cursor_leads_out_of_the_folder(root: Path, path: str) -> None:
    from base64 import urlsafe_b64encode

    cursor = urlsafe_b64encode(path.encode()).decode().rstrip("=")
    for search in ("", "csv"):
        page = FolderFiles(str(root)).page(WantedFiles("", search, cursor))
        assert not any("secret" in each.name for each in page.files)


def test_a_folder_with_too_many_entries_is_refused(root: Path) -> None:
    for index in range(20):
        (root / f"{index}.csv").touch()
    with pytest.raises(FolderTooLarge, match="more than 10 entries"):
        FolderFiles(str(root), max_entries=10).page(WantedFiles())


def test_a_request_looks_at_a_bounded_number_of_entries(tmp_path: Path) -> None:
    for number in range(40):
        folder = tmp_path / f"{number:02}"
        folder.mkdir()
        for index in range(10):
            (folder / f"{index}.txt").touch()
    files, cursor, requests = FolderFiles(str(tmp_path), look_at=60), "", 0
    while True:
        page = files.page(WantedFiles(search="csv", cursor=cursor))
        requests += 1
        if page.cursor is None:
            break
        assert page.cursor != cursor
        cursor = page.cursor
    assert requests > 3


@pytest.mark.parametrize("search", ["", "csv"])
def test_a_folder_with_more_entries_than_a_request_looks_at_fills_its_pages(
    tmp_path: Path, search: str
) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.csv").touch()
    files = FolderFiles(str(tmp_path), page_entries=10, look_at=20)
    assert len(files.page(WantedFiles(search=search)).files) == 10


def test_names_are_percent_encoded_in_queries(site: Site) -> None:
    site.world.source.files["a&b/c d+e.csv"] = ROWS
    found = listed(site, LISTER, f"?prefix={quote('a&b/', safe='')}").json_body
    assert [each["csv"] for each in found["files"]] == ["a&b/c d+e.csv"]
