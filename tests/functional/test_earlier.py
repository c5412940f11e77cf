"""The running service: files that were summed before, and the events of jobs that have ended."""

import json
from collections.abc import Callable
from typing import Any

from chalicelib.adapters.cache_table import SORT_KEY
from chalicelib.adapters.job_item import key_of, shard_of
from tests.eventually import eventually
from tests.functional.stack import Stack

ROWS = b"a,b\n1,2\n"
RULE = {"source": ["csvsum"], "detail-type": ["Job ended"], "detail": {"service": ["csvsum"]}}


def submit(stack: Stack, name: str, **more: object) -> dict[str, Any]:
    reply = stack.api.post("/jobs", json.dumps({"csv": name, **more}).encode())
    assert reply.status == 202
    job: dict[str, Any] = reply.json
    return job


def ended(stack: Stack, job_id: str) -> dict[str, Any]:
    """Return a job that has ended, once it answers others."""
    job = stack.api.ended(job_id)
    eventually(lambda: job_id in entries(stack))
    return job


def entries(stack: Stack) -> set[str]:
    """Return the jobs whose results answer others."""
    items = stack.aws("dynamodb").scan(TableName="csvsum")["Items"]
    return {item["job"]["S"] for item in items if item["sk"]["S"] == SORT_KEY}


def test_a_file_is_summed_once_until_it_changes_and_also_after_a_restart(
    start: Callable[..., Stack],
) -> None:
    before = start()
    name = before.put("x.csv", ROWS)
    first = ended(before, submit(before, name)["id"])
    with before.stopped_workers():
        second = submit(before, name)
        assert (second["status"], second["cached_from"]) == ("succeeded", first["id"])
        assert second["exact"] == first["exact"] == {"a": "1"}
        assert before.api.ongoing() == 0
        assert submit(before, name, step=1)["status"] == "queued"
        assert submit(before, name, fresh=True)["status"] == "queued"
    eventually(lambda: before.api.ongoing() == 0)
    before.put("x.csv", b"a,b\n7,2\n")
    changed = submit(before, name)
    assert ended(before, changed["id"])["exact"] == {"a": "7"}
    before.interrupt()
    after = start()
    assert submit(after, name)["cached_from"] == changed["id"]
    listed = after.api.get("/jobs").json["jobs"]
    assert [job.get("cached_from") for job in listed].count(changed["id"]) == 1


def test_a_result_too_large_for_the_table_is_answered_at_once_as_well(
    start: Callable[..., Stack],
) -> None:
    stack, columns = start(), 20_000
    header = ",".join(f"a long name of a column {index}" for index in range(columns))
    stack.put("wide.csv", f"{header}\n{','.join(['1'] * columns)}\n".encode())
    first = ended(stack, stack.api.submit("wide.csv"))
    second = submit(stack, "wide.csv")
    assert (second["cached_from"], "result" in second) == (first["id"], False)
    stack.aws("s3").delete_object(Bucket="csvsum-results", Key=f"{first['id']}/result.json")
    assert stack.api.job(second["id"])["result"] == first["result"]
    assert stack.api.get(f"/jobs/{first['id']}").status == 404


def test_each_job_is_summed_where_the_cache_is_off(start: Callable[..., Stack]) -> None:
    stack = start(CACHE="off")
    stack.put("x.csv", ROWS)
    for _ in range(2):
        job = stack.api.ended(stack.api.submit("x.csv"))
        assert "cached_from" not in job


def queue_of_events(stack: Stack) -> Callable[[], list[dict[str, Any]]]:
    """Have a rule put the events into a queue; return what takes them out of it."""
    sqs, events = stack.aws("sqs"), stack.aws("events")
    url = sqs.create_queue(QueueName="ended")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events.put_rule(Name="ended", EventPattern=json.dumps(RULE))
    events.put_targets(Rule="ended", Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])

    def taken() -> list[dict[str, Any]]:
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    return taken


def test_ended_jobs_reach_a_queue_by_a_rule_and_a_mark_that_is_left_by_the_sweeper(
    start: Callable[..., Stack],
) -> None:
    stack = start(EVENT_BUS="default", SWEEP_MINUTES="1")
    taken = queue_of_events(stack)
    stack.put("x.csv", ROWS)
    stack.put("bad.csv", b"a\nx\n")
    first = stack.api.ended(stack.api.submit("x.csv"))["id"]
    failed = stack.api.ended(stack.api.submit("bad.csv"))["id"]
    arrived = arrivals(taken, [], 2)  # by then, the first job answers others
    cached = submit(stack, "x.csv")["id"]
    with stack.stopped_workers():
        cancelled = submit(stack, "x.csv", fresh=True)["id"]
        stack.api.send("DELETE", f"/jobs/{cancelled}")
    arrived = arrivals(taken, arrived, 4)
    ends = {event["detail"]["id"]: event["detail"]["status"] for event in arrived}
    assert ends == {
        first: "succeeded",
        failed: "failed",
        cached: "succeeded",
        cancelled: "cancelled",
    }
    leave_mark(stack, first)
    arrived = arrivals(taken, arrived, 5, 90)
    assert arrived[-1]["detail"] == next(
        event["detail"] for event in arrived if event["detail"]["id"] == first
    )
    eventually(lambda: "in_progress" not in item_of(stack, first))


def arrivals(
    taken: Callable[[], list[dict[str, Any]]],
    before: list[dict[str, Any]],
    count: int,
    seconds: float = 30,
) -> list[dict[str, Any]]:
    """Return the events that arrived before and until there are so many."""
    arrived = [*before]

    def are_there() -> bool:
        arrived.extend(taken())
        return len(arrived) >= count

    eventually(are_there, seconds)
    assert len(arrived) == count
    return arrived


def item_of(stack: Stack, job_id: str) -> dict[str, Any]:
    item: dict[str, Any] = stack.aws("dynamodb").get_item(TableName="csvsum", Key=key_of(job_id))
    return dict(item["Item"])


def leave_mark(stack: Stack, job_id: str) -> None:
    """Leave a job as a worker does that dies before it sends the event, some minutes ago."""
    stack.aws("dynamodb").update_item(
        TableName="csvsum",
        Key=key_of(job_id),
        UpdateExpression="SET in_progress = :mark, updated_at = :then",
        ExpressionAttributeValues={
            ":mark": {"S": f"ended#{shard_of(job_id)}"},
            ":then": {"S": "2026-01-01T00:00:00.000Z"},
        },
    )
