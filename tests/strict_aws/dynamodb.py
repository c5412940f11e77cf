"""DynamoDB's rules over moto's store: units, the size of an item, items past their time to live."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.strict_aws.errors import Refused, validation_error
from tests.strict_aws.principals import Principal
from tests.strict_aws.sizes import (
    MAX_ITEM_BYTES,
    Charge,
    Index,
    Item,
    item_bytes,
    read_units,
    write_units,
)
from tests.strict_aws.transactions import Transactions
from tests.strict_aws.wire import Answer, Request

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws

TARGET = "DynamoDB_20120810"
WRITES = ("PutItem", "UpdateItem", "DeleteItem")
READS = ("GetItem", "Query", "Scan")
UNCOUNTED = ("BatchWriteItem", "BatchGetItem", "TransactGetItems")
Members = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    keys: tuple[str, ...]
    indexes: tuple[Index, ...]

    def key_of(self, item: Item) -> Item:
        return {name: item[name] for name in self.keys}


class Meter:
    """The charges of a stretch of a test."""

    def __init__(self) -> None:
        self.charges: list[Charge] = []

    @property
    def reads(self) -> float:
        return sum(charge.reads for charge in self.charges)

    @property
    def writes(self) -> int:
        """Write units of the table alone."""
        return sum(charge.writes for charge in self.charges)

    @property
    def all_writes(self) -> int:
        """Write units of the table and of its indexes."""
        return sum(charge.all_writes for charge in self.charges)

    @property
    def calls(self) -> int:
        return len(self.charges)


class DynamoDb:
    """``ttl_delay``: how long after its expiry an item is removed.

    Until then it is there to every read. AWS says "within a few days":
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """

    def __init__(self, aws: "StrictAws") -> None:
        self.aws = aws
        self.ttl_delay = timedelta(days=2)
        self._meters: list[Meter] = []
        self._tables: dict[tuple[str, str], Table] = {}
        self._ttl: dict[tuple[str, str], str] = {}
        self._transactions = Transactions(self)

    @contextmanager
    def metered(self) -> Iterator[Meter]:
        """Count what the calls of functions and deployers cost meanwhile."""
        meter = Meter()
        self._meters.append(meter)
        try:
            yield meter
        finally:
            self._meters.remove(meter)

    def serve(self, request: Request, principal: Principal) -> Answer:
        if request.operation in UNCOUNTED and principal.kind != "tester":
            raise NotImplementedError(f"the stand-in does not count {request.operation} yet")
        if "TableName" in request.json and request.operation in WRITES + READS:
            self._remove_expired(request, principal)
        if request.operation == "TransactWriteItems":
            return self._transactions.write(request, principal)
        if request.operation in WRITES:
            return self._write(request, principal)
        answer = self.aws.store(request, principal)
        if request.operation in READS and answer.status == 200:
            self._charge_read(request, principal, answer)
        if request.operation == "UpdateTimeToLive" and answer.status == 200:
            specification = request.json["TimeToLiveSpecification"]
            place = (principal.account, request.json["TableName"])
            self._ttl[place] = specification["AttributeName"]
        return answer

    def _write(self, request: Request, principal: Principal) -> Answer:
        table = self.table(request, principal)
        if table is None:
            return self.aws.store(request, principal)
        asked = request.json
        if item_bytes(asked.get("Item", {})) > MAX_ITEM_BYTES:
            raise Refused(validation_error("Item size has exceeded the maximum allowed size"))
        key = asked["Key"] if "Key" in asked else table.key_of(asked["Item"])
        old = self.item(request, principal, key)
        answer = self.aws.store(request, principal)
        new = self.item(request, principal, key)
        if item_bytes(new or {}) > MAX_ITEM_BYTES:
            self._put_back(request, principal, old, key)
            raise Refused(
                validation_error("Item size to update has exceeded the maximum allowed size")
            )
        # A write whose condition fails is charged as well.
        # read-write-operations.html#write-operation-consumption
        if answer.status == 200 or b"ConditionalCheckFailed" in answer.body:
            indexes = {each.name: each.write_units(old, new) for each in table.indexes}
            charge = Charge(request.operation, key, 0.0, write_units(old, new), indexes)
            self.charge(principal, charge)
            return _with_capacity(request, answer, float(charge.all_writes))
        return answer

    def _charge_read(self, request: Request, principal: Principal, answer: Answer) -> None:
        asked, got = request.json, json.loads(answer.body)
        found = got.get("Items", [got["Item"]] if "Item" in got else [])
        if request.operation != "GetItem":
            found = self._scanned(request, principal, found)
        units = read_units(sum(map(item_bytes, found)), bool(asked.get("ConsistentRead")))
        self.charge(principal, Charge(request.operation, asked.get("Key", {}), units))

    def _scanned(self, request: Request, principal: Principal, found: list[Item]) -> list[Item]:
        """Return what a query read: a count, a filter and a projection cost what they leave out.

        Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.html
        """
        narrowing = ("Select", "FilterExpression", "ProjectionExpression")
        if not any(name in request.json for name in narrowing):
            return found
        kept = {name: value for name, value in request.json.items() if name not in narrowing}
        answer = self._ask(request, principal, request.operation, kept)
        items: list[Item] = answer["Items"]
        return items

    def charge(self, principal: Principal, charge: Charge) -> None:
        if principal.kind != "tester":
            for meter in self._meters:
                meter.charges.append(charge)

    def table(self, request: Request, principal: Principal) -> Table | None:
        place = (principal.account, request.json["TableName"])
        if place not in self._tables:
            described = self._ask(
                request, principal, "DescribeTable", {"TableName": request.json["TableName"]}
            )
            if "Table" not in described:
                return None
            self._tables[place] = _table_of(described["Table"])
        return self._tables[place]

    def item(self, request: Request, principal: Principal, key: Item) -> Item | None:
        asked = {"TableName": request.json["TableName"], "Key": key, "ConsistentRead": True}
        item: Item | None = self._ask(request, principal, "GetItem", asked).get("Item")
        return item

    def _put_back(
        self, request: Request, principal: Principal, old: Item | None, key: Item
    ) -> None:
        table = request.json["TableName"]
        if old is None:
            self._ask(request, principal, "DeleteItem", {"TableName": table, "Key": key})
        else:
            self._ask(request, principal, "PutItem", {"TableName": table, "Item": old})

    def _remove_expired(self, request: Request, principal: Principal) -> None:
        name = request.json["TableName"]
        attribute = self._ttl.get((principal.account, name))
        if attribute is None:
            return
        before = int(self.aws.clock.time() - self.ttl_delay.total_seconds())
        due = {
            "TableName": name,
            "FilterExpression": "#expires <= :before",
            "ExpressionAttributeNames": {"#expires": attribute},
            "ExpressionAttributeValues": {":before": {"N": str(before)}},
        }
        table = self.table(request, principal)
        for item in self._ask(request, principal, "Scan", due).get("Items", []):
            if table is not None:
                self._put_back(request, principal, None, table.key_of(item))

    def _ask(
        self, request: Request, principal: Principal, operation: str, asked: Members
    ) -> dict[str, Any]:
        """Ask the store something else in place of the request."""
        headers = {**request.headers, "X-Amz-Target": f"{TARGET}.{operation}"}
        other = replace(
            request, operation=operation, headers=headers, body=json.dumps(asked).encode()
        )
        members: dict[str, Any] = json.loads(self.aws.store(other, principal).body)
        return members


def _table_of(described: Members) -> Table:
    keys = _key_names(described)
    return Table(
        keys, tuple(_index_of(each, keys) for each in described.get("GlobalSecondaryIndexes", []))
    )


def _key_names(described: Members) -> tuple[str, ...]:
    return tuple(each["AttributeName"] for each in described["KeySchema"])


def _index_of(described: Members, table_keys: tuple[str, ...]) -> Index:
    keys, projection = _key_names(described), described["Projection"]
    if projection["ProjectionType"] == "ALL":
        return Index(described["IndexName"], keys, None)
    names = frozenset({*keys, *table_keys, *projection.get("NonKeyAttributes", [])})
    return Index(described["IndexName"], keys, names)


def _with_capacity(request: Request, answer: Answer, units: float) -> Answer:
    wanted = request.json.get("ReturnConsumedCapacity", "NONE")
    if wanted == "NONE" or answer.status != 200:
        return answer
    capacity = {"TableName": request.json["TableName"], "CapacityUnits": units}
    members = json.loads(answer.body) | {"ConsumedCapacity": capacity}
    return replace(answer, headers={}, body=json.dumps(members).encode())
