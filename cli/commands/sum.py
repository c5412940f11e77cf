"""``csvsum sum``: sum files on this machine, without a service."""

from typing import Any

import click

from cli.command import Command, Option
from cli.failures import Exit, Failure
from cli.reading_options import given, reading_options

EXAMPLES = """\
Examples:
  csvsum sum sales.csv                         every 10th column, from the first on
  csvsum sum sales.csv --columns price,tax     two columns by their names
  csvsum sum sales.csv --step 1                all columns of numbers
  csvsum sum *.csv --csv > totals.csv          a row for each file and column
  csvsum sum sales.csv --json | jq .exact      all digits, for programs
  zcat dump.gz | csvsum sum - --delimiter tab  what another program writes
  csvsum sum umsatz.csv --decimal , --thousands .

Sums are exact: no digit is rounded. Files compressed with gzip, bzip2, xz or
zstd, and zip archives of one file, are read as they are. A file that cannot be
summed is reported with its line and what to do; the exit code is then 3.
"""
OUTPUT = "Output"


@click.command("sum", cls=Command, epilog=EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@reading_options
@click.option("--json", "as_json", is_flag=True, cls=Option, section=OUTPUT, help="Write JSON.")
@click.option("--csv", "as_csv", is_flag=True, cls=Option, section=OUTPUT, help="Write CSV.")
@click.option(
    "-q", "--quiet", is_flag=True, cls=Option, section=OUTPUT, help="Write only sums and errors."
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    cls=Option,
    section=OUTPUT,
    metavar="N",
    help="Use N threads.  [default: as many as there are cores]",
)
def sum_files(
    files: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
    quiet: bool,
    threads: int | None,
    **values: Any,
) -> int:
    """Sum columns of files on this machine, exactly and on all cores.

    FILE is a path, a pattern in quotes, or - for the standard input.
    """
    from cli.summing import expanded, sum_all, writer

    if as_json and as_csv:
        raise Failure("--json and --csv exclude each other; give one of them", Exit.USAGE)
    names = expanded(files)
    form = "json" if as_json else "csv" if as_csv else "text"
    output = writer(form, several=len(names) > 1, quiet=quiet)
    return sum_all(names, given(values), threads, output)


def register(app: click.Group) -> None:
    """Add the command to the app."""
    app.add_command(sum_files)
