"""``csvsum files`` and ``csvsum upload``: the files that the service can read."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chalicelib.engine.wording import visible
from cli.connection import command, json_option, with_service
from cli.terminal import is_terminal, say, show, show_json, show_table, size

if TYPE_CHECKING:
    from cli.service import Page, Service

HEADS = ("FILE", "SIZE", "MODIFIED")
FILES_EXAMPLES = """\
  csvsum files                       what the source has at its top
  csvsum files q3/                   what is in a folder
  csvsum files --search rates        the files with this text in their names
"""
UPLOAD_EXAMPLES = """\
  csvsum upload sales.csv            print the name by which it can be submitted
  csvsum submit $(csvsum upload sales.csv) --step 5
"""


@command("files", examples=FILES_EXAMPLES)
@click.argument("prefix", default="", metavar="[PREFIX]")
@click.option("--search", default="", metavar="TEXT", help="Only files with this in their names.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Stop after N or more names.",
)
@click.option("--cursor", metavar="NEXT", help="Continue a list from the cursor at its end.")
@json_option
@with_service
def files(service: "Service", limit: int, cursor: str | None, as_json: bool, **wanted: str) -> None:
    """List the files of the service's source."""
    page = service.files(**wanted, limit=limit, cursor=cursor)
    if as_json:
        show_json({"files": page.items, "folders": page.folders, "next": page.next})
        return
    rows = list(_rows(page))
    if rows:
        show_table(rows, HEADS, right=(1,))
    else:
        say("There is no such file.")
    if page.next:
        say(f"There are more: add --limit {limit * 10}, or --cursor {page.next}")


def _rows(page: "Page") -> Iterator[tuple[str, str, str]]:
    for folder in page.folders:
        yield visible(folder), "", ""
    for file in page.items:
        yield visible(file["csv"]), _size(file), file["modified_at"]


def _size(file: Mapping[str, Any]) -> str:
    return size(file["bytes"]) if is_terminal(sys.stdout) else str(file["bytes"])


@command("upload", examples=UPLOAD_EXAMPLES)
@click.argument(
    "paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@json_option
@with_service
def upload_files(service: "Service", paths: tuple[Path, ...], as_json: bool) -> None:
    """Upload files, and print the names to submit."""
    from cli.sending import upload

    for path in paths:
        name = upload(service, path)
        if as_json:
            show_json({"file": str(path), "csv": name})
        else:
            show(name)


def register(app: click.Group) -> None:
    """Add the commands to the app."""
    app.add_command(files)
    app.add_command(upload_files)
