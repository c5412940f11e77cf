"""The tokens of a running `make run`: python -m local.tokens COMMAND, as `make token` calls it."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from chalicelib.adapters.tokens_table import TokensTable
from chalicelib.errors import CsvsumError
from chalicelib.settings import Settings
from infra.tokens import create_text, list_text, revoke_text
from local.config import UsageError, state_folder
from local.resources import client
from local.spelling import require_known
from local.state import endpoint_of_run


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Do one of the commands. Return the exit status."""
    given = _parser().parse_args(arguments)
    try:
        require_known(given.given.split(), environ, ALSO)
        print(_text(given, _tokens(state_folder(environ), Settings.from_env(environ))))
    except (UsageError, CsvsumError) as error:
        print(f"csvsum: {error}", file=sys.stderr)
        return 2
    return 0


#: What make may be given beside settings.
ALSO = ("CLIENT", "ROLE", "DAYS", "TOKEN")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.tokens", description=__doc__)
    parser.add_argument("command", choices=["token", "tokens", "revoke"])
    for name in ALSO:
        parser.add_argument(f"--{name.lower()}", default="")
    parser.add_argument("--given", default="", help="the names of what make was given")
    return parser


def _tokens(state: Path, settings: Settings) -> TokensTable:
    endpoint = endpoint_of_run(state)
    return TokensTable(settings.tokens_table, lambda: client("dynamodb", endpoint))


def _text(given: argparse.Namespace, tokens: TokensTable) -> str:
    if given.command == "tokens":
        return list_text(tokens)
    if given.command == "revoke":
        return revoke_text(tokens, given.client, given.token)
    return create_text(tokens, given.client, given.role, given.days)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
