"""Creates, lists and revokes tokens: for a deployed stage, and for a running `make run`."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.adapters.tokens_table import TokensTable
from chalicelib.jobs.authentication import KEEP
from chalicelib.jobs.client import OPEN, Client, Role
from chalicelib.jobs.tokens import StoredToken, digest_of, new_token
from chalicelib.settings import BadSetting, read_int

DAYS = 90
MAX_DAYS = 3650
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
HEADINGS = ("id", "client", "role", "created", "expires")


def create(tokens: TokensTable, client: Client, life: timedelta) -> tuple[str, StoredToken]:
    """Store a new token. Return it, which nobody can do later, and what is stored of it."""
    token, now = new_token(), datetime.now(UTC)
    stored = StoredToken(digest_of(token), client, now, now + life)
    tokens.add(stored)
    return token, stored


def create_text(tokens: TokensTable, name: str, role: str, days: str) -> str:
    """Create a token. Return what to print; its last line is the token."""
    client = Client(named(name), _role(role))
    life = timedelta(days=read_int({"DAYS": days}, "DAYS", DAYS, MAX_DAYS))
    token, stored = create(tokens, client, life)
    return (
        f"Token {stored.id} of {client.name} ({client.role}), until {stored.expires_at:%Y-%m-%d}. "
        f"It is shown this once: csvsum stores only its SHA-256.\n{token}"
    )


def list_text(tokens: TokensTable) -> str:
    """Return a table of all tokens, by client and age."""
    found = sorted(tokens.all(), key=lambda token: (token.client.name, token.created_at))
    if not found:
        return "There are no tokens; `make token CLIENT=<name>` creates one."
    return _table([HEADINGS, *(_row(token, datetime.now(UTC)) for token in found)])


def revoke_text(tokens: TokensTable, name: str, token_id: str) -> str:
    """Revoke the token of this id, or all tokens of a client. Return what to print."""
    client = named(name)
    mine = [token for token in tokens.all() if token.client.name == client]
    revoked = [token for token in mine if token_id in ("", token.id)]
    if not revoked:
        which = f"no token {token_id}" if token_id else "no token"
        raise BadSetting(f"{client} has {which}; `make tokens` lists those that there are.")
    for token in revoked:
        tokens.remove(token)
    ids = ", ".join(token.id for token in revoked)
    return f"Revoked {ids} of {client}: refused everywhere within {KEEP.seconds} seconds."


def named(name: str) -> str:
    """Return the name of a client. Raises BadSetting for one that is not allowed."""
    if NAME.fullmatch(name) and name != OPEN.name:
        return name
    raise BadSetting(
        f"CLIENT must be a name of up to 64 letters, digits and ._@- and not {OPEN.name!r}; "
        f"it is {name!r}."
    )


def _role(text: str) -> Role:
    if text in ("", *Role):
        return Role(text or Role.CLIENT)
    raise BadSetting(f"ROLE must be {Role.CLIENT}, {Role.LISTER} or {Role.ADMIN}, not {text!r}.")


def _row(token: StoredToken, now: datetime) -> tuple[str, ...]:
    until = f"{token.expires_at:%Y-%m-%d}" + (" (expired)" if token.expires_at <= now else "")
    return token.id, token.client.name, token.client.role, f"{token.created_at:%Y-%m-%d}", until


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
