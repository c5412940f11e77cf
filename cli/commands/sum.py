"""``csvsum sum``: sum files on this machine, without a service."""

import click


@click.command("sum")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def sum_files(files: tuple[str, ...]) -> None:
    """Sum columns of files on this machine, without a service."""


def register(app: click.Group) -> None:
    app.add_command(sum_files)
