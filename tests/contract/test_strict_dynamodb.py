"""The stand-in's DynamoDB: what a write costs, how large an item may be, when it is removed."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from tests.strict_aws import StrictAws
from tests.strict_aws.sizes import MAX_ITEM_BYTES, item_bytes, read_units, write_units

RESOURCES = Path(__file__).parent.parent.parent / "infra" / "resources.json"
JOB = {"pk": {"S": "job1"}, "sk": {"S": "job"}}
INDEXED = {"in_progress": {"S": "3"}, "updated_at": {"S": "2026-11-25T12:00:00.000Z"}}
KIB = 1024


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    """The table as the service has it, without what moto does not take."""
    properties = json.loads(RESOURCES.read_text())["Resources"]["Table"]["Properties"]
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    with StrictAws() as aws:
        dynamodb = aws.tester("dynamodb")
        dynamodb.create_table(TableName="csvsum", **{name: properties[name] for name in wanted})
        dynamodb.update_time_to_live(
            TableName="csvsum", TimeToLiveSpecification=properties["TimeToLiveSpecification"]
        )
        yield aws


def put(strict: StrictAws, **attributes: Any) -> None:
    strict.tester("dynamodb").put_item(TableName="csvsum", Item=JOB | attributes)


def update(strict: StrictAws, expression: str, **more: Any) -> Any:
    return strict.client("dynamodb").update_item(
        TableName="csvsum", Key=JOB, UpdateExpression=expression, **more
    )


def text(size: int) -> dict[str, str]:
    return {"S": "x" * size}


def test_an_update_costs_what_the_larger_of_old_and_new_item_costs(strict: StrictAws) -> None:
    put(strict, wide=text(7 * KIB))
    with strict.dynamodb.metered() as grown:
        update(strict, "SET b = :b", ExpressionAttributeValues={":b": text(1)})
    with strict.dynamodb.metered() as shrunk:
        update(strict, "REMOVE wide")
    with strict.dynamodb.metered() as small:
        update(strict, "SET b = :b", ExpressionAttributeValues={":b": text(2)})
    assert (grown.writes, shrunk.writes, small.writes) == (8, 8, 1)


def test_a_member_added_to_a_set_costs_the_item_not_the_member(strict: StrictAws) -> None:
    put(strict, done={"SS": [str(number) for number in range(1000, 2000)]})
    with strict.dynamodb.metered() as units:
        update(strict, "ADD done :one", ExpressionAttributeValues={":one": {"SS": ["5"]}})
    assert units.writes == 4


def test_an_item_that_is_not_indexed_costs_the_index_nothing(strict: StrictAws) -> None:
    with strict.dynamodb.metered() as units:
        update(strict, "SET b = :b", ExpressionAttributeValues={":b": text(1)})
    assert (units.writes, units.all_writes) == (1, 1)


def test_a_changed_index_key_costs_one_deletion_and_one_write(strict: StrictAws) -> None:
    put(strict, **INDEXED)
    with strict.dynamodb.metered() as moved:
        update(strict, "SET updated_at = :t", ExpressionAttributeValues={":t": text(1)})
    with strict.dynamodb.metered() as untouched:
        update(strict, "SET b = :b", ExpressionAttributeValues={":b": text(1)})
    with strict.dynamodb.metered() as left:
        update(strict, "REMOVE in_progress")
    assert [units.all_writes for units in (moved, untouched, left)] == [3, 1, 2]


def test_a_write_whose_condition_fails_is_charged(strict: StrictAws) -> None:
    put(strict, wide=text(3 * KIB))
    with strict.dynamodb.metered() as units, pytest.raises(ClientError, match="Conditional"):
        update(strict, "REMOVE wide", ConditionExpression="attribute_not_exists(pk)")
    assert units.writes == 4


def test_a_refused_write_costs_nothing(strict: StrictAws) -> None:
    with strict.dynamodb.metered() as units, pytest.raises(ClientError, match="Validation"):
        update(strict, "SET pk = :b", ExpressionAttributeValues={":b": text(1)})
    assert units.calls == 0


def test_the_capacity_that_is_asked_for_is_that_of_table_and_index(strict: StrictAws) -> None:
    put(strict, **INDEXED)
    answer = update(
        strict,
        "SET updated_at = :t",
        ExpressionAttributeValues={":t": text(1)},
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 3


def test_a_consistent_read_costs_twice_an_eventual_one(strict: StrictAws) -> None:
    put(strict, wide=text(9 * KIB))
    dynamodb = strict.client("dynamodb")
    with strict.dynamodb.metered() as consistent:
        dynamodb.get_item(TableName="csvsum", Key=JOB, ConsistentRead=True)
    with strict.dynamodb.metered() as eventual:
        dynamodb.get_item(TableName="csvsum", Key=JOB)
    assert (consistent.reads, eventual.reads) == (3, 1.5)


def test_a_count_costs_what_it_counts(strict: StrictAws) -> None:
    put(strict, wide=text(8 * KIB))
    with strict.dynamodb.metered() as units:
        answer = strict.client("dynamodb").query(
            TableName="csvsum",
            Select="COUNT",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": JOB["pk"]},
        )
    assert (answer["Count"], units.reads) == (1, 1.5)


def test_the_testers_own_calls_are_not_counted(strict: StrictAws) -> None:
    with strict.dynamodb.metered() as units:
        put(strict)
    assert units.calls == 0


def test_what_is_not_counted_yet_is_refused(strict: StrictAws) -> None:
    with pytest.raises(NotImplementedError):
        strict.client("dynamodb").batch_write_item(
            RequestItems={"csvsum": [{"PutRequest": {"Item": JOB}}]}
        )


def test_an_item_of_400_kb_is_the_largest_that_is_put(strict: StrictAws) -> None:
    dynamodb = strict.client("dynamodb")
    room = MAX_ITEM_BYTES - item_bytes(JOB) - len("wide")
    dynamodb.put_item(TableName="csvsum", Item=JOB | {"wide": text(room)})
    with pytest.raises(ClientError, match="Item size has exceeded the maximum allowed size"):
        dynamodb.put_item(TableName="csvsum", Item=JOB | {"wide": text(room + 1)})


def test_an_update_beyond_400_kb_is_refused_and_changes_nothing(strict: StrictAws) -> None:
    put(strict, wide=text(390 * KIB))
    with pytest.raises(ClientError, match="Item size to update has exceeded"):
        update(strict, "SET b = :b", ExpressionAttributeValues={":b": text(2 * KIB)})
    item = strict.tester("dynamodb").get_item(TableName="csvsum", Key=JOB)["Item"]
    assert item == JOB | {"wide": text(390 * KIB)}


def expires_in(strict: StrictAws, days: int) -> dict[str, dict[str, str]]:
    at = int(strict.clock.time() + timedelta(days=days).total_seconds())
    return {"expires_at": {"N": str(at)}}


def has_job(strict: StrictAws) -> bool:
    return "Item" in strict.client("dynamodb").get_item(TableName="csvsum", Key=JOB)


def test_an_expired_item_is_there_until_it_is_removed_days_later(strict: StrictAws) -> None:
    put(strict, **expires_in(strict, days=30))
    strict.clock.advance(days=31)
    assert has_job(strict)
    strict.clock.advance(days=1)
    assert not has_job(strict)


def test_how_late_an_expired_item_is_removed_is_the_tests_to_say(strict: StrictAws) -> None:
    strict.dynamodb.ttl_delay = timedelta()
    put(strict, **expires_in(strict, days=30))
    strict.clock.advance(days=30)
    assert not has_job(strict)


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"name": {"S": "ü"}}, 6),
        ({"n": {"N": "12345"}}, 5),
        ({"n": {"N": "-100"}}, 4),
        ({"set": {"SS": ["1", "22"]}}, 6),
        ({"set": {"NS": ["1", "22"]}}, 7),
        ({"ok": {"BOOL": True}, "no": {"NULL": True}}, 6),
        ({"l": {"L": [{"S": "ab"}]}, "m": {"M": {"k": {"S": "v"}}}}, 14),
        ({"b": {"B": "AAAA"}}, 4),
    ],
)
def test_sizes_are_those_of_names_and_values(item: Any, size: int) -> None:
    assert item_bytes(item) == size


@given(st.integers(0, 400 * KIB), st.integers(0, 400 * KIB))
def test_a_write_costs_no_less_than_the_old_item_and_no_less_than_the_new(
    old: int, new: int
) -> None:
    units = write_units({"a": text(old)}, {"a": text(new)})
    assert units * KIB >= max(old, new) > (units - 1) * KIB - 2


@given(st.integers(0, 2**20))
def test_a_read_costs_whole_steps_of_4_kb(size: int) -> None:
    assert read_units(size, consistent=False) * 2 == read_units(size, consistent=True)
    assert read_units(size, consistent=True) * 4096 >= size
