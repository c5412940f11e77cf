"""The tokens of a stage, by the operator's rights in AWS."""

import sys
from collections.abc import Callable
from datetime import timedelta

from chalicelib.adapters.tokens_table import TokensTable
from chalicelib.jobs.client import Client, Role
from chalicelib.settings import Auth
from deploy.aws import Aws
from deploy.stage import Stage, UsageError
from infra import tokens

#: The client of the token that a new deployment on an emulator gets.
FIRST = Client("admin", Role.ADMIN)


def table_of(stage: Stage, aws: Aws) -> TokensTable:
    """Return the table of a stage. Raises UsageError if there is none."""
    name = stage.settings.tokens_table
    if not aws.has_table(name):
        raise UsageError(f"There is no table {name}: run make resources STAGE={stage.name} first.")
    dynamodb = aws.client("dynamodb")
    return TokensTable(name, lambda: dynamodb)


def note(stage: Stage) -> str:
    """Return what to know where the stage takes no tokens."""
    auth = stage.settings.auth
    if auth is Auth.TOKEN:
        return ""
    return f"This stage has AUTH={auth}, so it asks for no tokens yet.\n"


def at_the_terminal() -> bool:
    """Ask whether to create the first token now. False if there is nobody to ask."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return input(f"Create the first token now, for {FIRST.name}? [y/N] ").strip().lower() == "y"


def offer_first(stage: Stage, aws: Aws, agrees: Callable[[], bool] = at_the_terminal) -> str:
    """Return how to get in, if the stage asks for tokens and there are none yet.

    On an emulator the first token is created. On AWS the operator is asked, if there is a terminal:
    the output of a pipeline is no place for a secret.
    """
    if stage.settings.auth is not Auth.TOKEN or (table := table_of(stage, aws)).all():
        return ""
    if aws.emulator or agrees():
        token, _ = tokens.create(table, FIRST, timedelta(days=tokens.DAYS))
        return (
            f"The first token, for {FIRST.name}; it is shown only once:\n  export TOKEN={token}\n"
        )
    return (
        "Nobody can use the service yet. To create the first token:\n"
        f"  make token STAGE={stage.name} CLIENT={FIRST.name} ROLE={FIRST.role}\n"
    )
