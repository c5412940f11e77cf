"""The table of tokens, as the service reads it and as operators' commands write it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.adapters.clients import AwsClients
from chalicelib.adapters.tokens_table import TokensTable
from chalicelib.errors import Misconfigured, ServiceDown
from chalicelib.jobs.client import Client, Role
from chalicelib.jobs.tokens import StoredToken, digest_of, new_token

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def tokens(clients: AwsClients, resources: dict[str, str]) -> TokensTable:
    return TokensTable(resources["TokensTable"], clients.dynamodb)


def stored(client: str = "finance", role: Role = Role.CLIENT) -> StoredToken:
    digest = digest_of(new_token())
    return StoredToken(digest, Client(client, role), NOW, NOW + timedelta(days=90))


@pytest.mark.parametrize("role", Role)
def test_a_token_comes_back_as_it_was_added(tokens: TokensTable, role: Role) -> None:
    token = stored(role=role)
    tokens.add(token)
    assert tokens.find(token.digest) == token


def test_a_token_that_was_never_added_is_not_found(tokens: TokensTable) -> None:
    assert tokens.find(stored().digest) is None


def test_all_tokens_are_listed(tokens: TokensTable) -> None:
    added = [stored(client) for client in ("finance", "finance", "sales")]
    for token in added:
        tokens.add(token)
    assert {token.digest for token in tokens.all()} == {token.digest for token in added}


def test_a_removed_token_is_not_found_and_may_be_removed_twice(tokens: TokensTable) -> None:
    token, other = stored(), stored()
    for each in (token, other):
        tokens.add(each)
    for _ in range(2):
        tokens.remove(token)
    assert tokens.find(token.digest) is None
    assert tokens.all() == [other]


def test_a_token_is_added_once(tokens: TokensTable) -> None:
    token = stored()
    tokens.add(token)
    with pytest.raises(ServiceDown):
        tokens.add(token)


def test_the_table_has_nothing_from_which_a_token_can_be_made(tokens: TokensTable) -> None:
    text, now = new_token(), datetime.now(UTC)
    tokens.add(StoredToken(digest_of(text), Client("finance"), now, now))
    (item,) = tokens.dynamodb().scan(TableName=tokens.table)["Items"]
    assert set(item) == {"digest", "client", "role", "created_at", "expires_at"}
    assert text[7:37] not in str(item)


def test_the_table_deletes_tokens_that_have_expired(tokens: TokensTable) -> None:
    described = tokens.dynamodb().describe_time_to_live(TableName=tokens.table)
    assert described["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "expires_at",
    }


def test_a_missing_table_is_the_operators_to_mend(clients: AwsClients, aws: Any) -> None:
    with pytest.raises(Misconfigured, match="The table of tokens refuses"):
        TokensTable("missing", clients.dynamodb).find("0" * 64)
