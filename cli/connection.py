"""Gives commands their service, and the options that all of them have."""

from collections.abc import Callable
from enum import Enum
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

source_option = click.option(
    "--source",
    "is_in_source",
    is_flag=True,
    cls=Option,
    section=SECTION,
    help="FILE is in the source of the service.",
)
fresh_option = click.option(
    "--fresh",
    is_flag=True,
    cls=Option,
    section=SECTION,
    help="Sum the file even if an earlier job has its sums.",
)


class Form(Enum):
    """How sums are written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def form_options(function: F) -> F:
    """Decorator: let a command write its sums in a ``form``."""
    for form, text in ((Form.CSV, "Write CSV."), (Form.JSON, "Write JSON.")):
        function = click.option(
            f"--{form.value}",
            "form",
            flag_value=form,
            type=click.UNPROCESSED,
            default=Form.TEXT,
            cls=Option,
            section=SECTION,
            help=text,
        )(function)
    return function


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
