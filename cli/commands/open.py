"""``csvsum open``: the page in a browser."""

import os
import sys
import webbrowser
from typing import TYPE_CHECKING

import click

from cli.connection import command, with_service
from cli.terminal import say, show

if TYPE_CHECKING:
    from cli.service import Service

#: On a machine without a screen, Python would start a browser in the terminal, or none.
NEED_ONE_OF = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
EXAMPLES = """\
  csvsum open                        the overview
  csvsum open 9f2c41aa               the page of a job
  csvsum open 9f2c41aa --print       only print its URL
"""


@command("open", examples=EXAMPLES)
@click.argument("job", required=False, metavar="[JOB]")
@click.option("--print", "only_print", is_flag=True, help="Print the URL, and open nothing.")
@with_service
def open_page(service: "Service", job: str | None, only_print: bool) -> None:
    """Open the page in a browser.

    Where there is no browser, print the URL."""
    from cli.job_ids import resolve

    access = service.access
    url = access.page_of(resolve(service, job)) if job else f"{access.url}/"
    if not only_print and has_browser() and webbrowser.open(url):
        say(f"Opened {url}")
        return
    show(url)


def has_browser() -> bool:
    """Return whether a page can be shown."""
    return sys.platform == "darwin" or any(os.environ.get(name) for name in NEED_ONE_OF)


def register(app: click.Group) -> None:
    """Add the command to the app."""
    app.add_command(open_page)
