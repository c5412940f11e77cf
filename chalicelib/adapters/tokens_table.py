"""The table of tokens on DynamoDB. The service only reads it; operators' commands write to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.aws_errors import translate_aws_errors
from chalicelib.adapters.job_item import Item, moment, number, string
from chalicelib.jobs.client import Client, Role
from chalicelib.jobs.tokens import StoredToken

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "The table of tokens"


@dataclass(frozen=True, slots=True)
class TokensTable:
    """A ``client_ports.Tokens``."""

    table: str
    dynamodb: "Callable[[], DynamoDBClient]"

    @translate_aws_errors(TABLE)
    def find(self, digest: str) -> StoredToken | None:
        # Consistent, so that a token is valid at once, and no longer than it is cached after that.
        answer = self.dynamodb().get_item(
            TableName=self.table, Key=_key(digest), ConsistentRead=True
        )
        return _token_of(answer["Item"]) if "Item" in answer else None

    @translate_aws_errors(TABLE)
    def add(self, token: StoredToken) -> None:
        """Store a new token."""
        self.dynamodb().put_item(
            TableName=self.table,
            Item=_item_of(token),
            ConditionExpression="attribute_not_exists(digest)",
        )

    @translate_aws_errors(TABLE)
    def all(self) -> list[StoredToken]:
        """Return all tokens that are stored, those that have expired included."""
        pages = self.dynamodb().get_paginator("scan").paginate(TableName=self.table)
        return [_token_of(item) for page in pages for item in page["Items"]]

    @translate_aws_errors(TABLE)
    def remove(self, token: StoredToken) -> None:
        """Delete a token; do nothing if it is not stored."""
        self.dynamodb().delete_item(TableName=self.table, Key=_key(token.digest))


def _key(digest: str) -> Item:
    return {"digest": string(digest)}


def _item_of(token: StoredToken) -> Item:
    return {
        **_key(token.digest),
        "client": string(token.client.name),
        "role": string(token.client.role),
        "created_at": moment(token.created_at),
        "expires_at": number(int(token.expires_at.timestamp())),
    }


def _token_of(item: Item) -> StoredToken:
    return StoredToken(
        digest=item["digest"]["S"],
        client=Client(item["client"]["S"], Role(item["role"]["S"])),
        created_at=datetime.fromisoformat(item["created_at"]["S"]),
        expires_at=datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC),
    )
