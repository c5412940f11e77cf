"""Gives commands their service, and the options that all of them have."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from cli.command import Command, Option
from cli.configuration import chosen

SECTION = "Service and output"
F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option(
    "--json", "as_json", is_flag=True, cls=Option, section=SECTION, help="Write JSON."
)
csv_option = click.option(
    "--csv", "as_csv", is_flag=True, cls=Option, section=SECTION, help="Write CSV."
)
url_option = click.option(
    "--url",
    metavar="URL",
    cls=Option,
    section=SECTION,
    help="The service: in place of CSVSUM_URL, and of what csvsum login saved.",
)


def with_service(function: F) -> Callable[..., Any]:
    """Decorator: call a command with the service in use as its first argument."""

    @url_option
    @wraps(function)
    def command(*args: Any, url: str | None, **kwargs: Any) -> Any:
        access = chosen(url)
        from cli.service import connect  # and with it httpx, which takes a while

        service = connect(access)
        try:
            return function(service, *args, **kwargs)
        finally:
            service.close()

    return command


def command(name: str, *, examples: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Decorator: make a command whose help ends with examples."""
    return click.command(name, cls=Command, epilog=f"Examples:\n{examples}")
