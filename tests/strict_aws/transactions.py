"""DynamoDB's transactions: what they cost, and that a client's own retry does nothing twice.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.strict_aws.errors import Refused, validation_error
from tests.strict_aws.principals import Principal
from tests.strict_aws.sizes import MAX_ITEM_BYTES, Charge, Item, item_bytes, write_units
from tests.strict_aws.wire import Answer, Request

if TYPE_CHECKING:
    from tests.strict_aws.dynamodb import DynamoDb

TOKEN_SECONDS = 600
# A write in a transaction is done twice: once to prepare it, and once to commit it.
TIMES = 2
OPERATIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}


class Transactions:
    """The transactions of one ``DynamoDb``."""

    def __init__(self, dynamodb: "DynamoDb") -> None:
        self._dynamodb = dynamodb
        self._done: dict[str, float] = {}

    def write(self, request: Request, principal: Principal) -> Answer:
        """Do all writes or none. One that succeeded is not done again for the same token."""
        now, token = self._dynamodb.aws.clock.time(), request.json["ClientRequestToken"]
        if now - self._done.get(token, -TOKEN_SECONDS) < TOKEN_SECONDS:
            return Answer(200, {"Content-Type": "application/x-amz-json-1.0"}, b"{}")
        writes = list(_writes_of(request))
        before = [self._item(each, principal) for each in writes]
        answer = self._dynamodb.aws.store(request, principal)
        for each, old in zip(writes, before, strict=True):
            self._charge(each, principal, old)
        if answer.status == 200:
            self._done[token] = now
        return answer

    def _item(self, write: Request, principal: Principal) -> Item | None:
        if item_bytes(write.json.get("Item", {})) > MAX_ITEM_BYTES:
            raise Refused(validation_error("Item size has exceeded the maximum allowed size"))
        return self._dynamodb.item(write, principal, self._key(write, principal))

    def _key(self, write: Request, principal: Principal) -> Item:
        table, asked = self._dynamodb.table(write, principal), write.json
        assert table is not None
        key: Item = asked["Key"] if "Key" in asked else table.key_of(asked["Item"])
        return key

    def _charge(self, write: Request, principal: Principal, old: Item | None) -> None:
        """Charge one of the writes, also of a transaction that was cancelled."""
        key = self._key(write, principal)
        new, table = (
            self._dynamodb.item(write, principal, key),
            self._dynamodb.table(write, principal),
        )
        assert table is not None
        indexes = {each.name: each.write_units(old, new) for each in table.indexes}
        units = TIMES * write_units(old, new)
        self._dynamodb.charge(principal, Charge(write.operation, key, 0.0, units, indexes))


def _writes_of(request: Request) -> Iterator[Request]:
    """Return the writes of a transaction as if each was a request of its own."""
    writes: list[dict[str, Any]] = request.json["TransactItems"]
    for each in writes:
        ((kind, asked),) = each.items()
        yield replace(request, operation=OPERATIONS[kind], body=json.dumps(asked).encode())
