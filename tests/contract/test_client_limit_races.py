"""A client's limit holds in every order of calls, whatever is lost and whoever dies."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.clients import make_dynamodb
from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.pauses import Pauses
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.errors import CsvsumError, TooManyJobs
from chalicelib.jobs.job import Job
from infra.parameters import RESOURCES
from tests.contract.test_jobs import LEDGER, RESULT, a_job
from tests.findings import DIALECT, PROBLEM
from tests.interleaving import Actor, Killed, pause_actor
from tests.strict_aws import TIMED_OUT, DynamoDbErrors, StrictAws

CLIENT = "finance"
FINAL = ("succeeded", "failed")
FATES = ("done", "done", "done", "killed", "conflict", "lost request", "lost reply")


@pytest.fixture(scope="module")
def aws() -> Iterator[StrictAws]:
    with StrictAws() as aws:
        yield aws


@pytest.fixture(scope="module")
def dynamodb(aws: StrictAws) -> Any:
    """The product's client, whose every try waits until the test lets it go on."""
    client = aws.adopt(make_dynamodb)
    client.meta.events.register_first("before-send", lambda **_: pause_actor())
    return client


@dataclass
class Scene:
    """A table, and several processes that work on it at the same time."""

    aws: StrictAws
    table: JobsTable
    limit: int
    #: All jobs that a process wanted to store.
    jobs: list[Job] = field(default_factory=list)
    actors: list[Actor] = field(default_factory=list)
    #: How many jobs were in progress after each step.
    counts: list[int] = field(default_factory=lambda: [0])

    def do(self, what: str, number: int, fate: str) -> None:
        if what == "step":
            self.step(number, fate)
        elif what == "submit" or not self.jobs:
            self.submit()
        else:
            self.end(number, what)

    def start(self, work: Callable[[], object]) -> Actor:
        actor = Actor(work)
        self.actors.append(actor)
        actor.start()
        return actor

    def submit(self) -> None:
        job = replace(a_job(self.aws.clock.now()), client=CLIENT)
        self.jobs.append(job)
        since = len(self.counts) - 1

        def put() -> None:
            try:
                self.table.put_within(job, self.limit)
            except TooManyJobs:
                assert self.limit in self.counts[since:], "there was room all the time"
                raise

        self.start(put)

    def end(self, number: int, how: str) -> None:
        job_id, now = self.jobs[number % len(self.jobs)].id, self.aws.clock.now()
        ends: dict[str, Callable[[], object]] = {
            "succeed": lambda: self.table.succeed(job_id, RESULT, LEDGER, DIALECT, now),
            "fail": lambda: self.table.fail(job_id, PROBLEM, None, now),
            "remove": lambda: self.table.remove_unsent(job_id),
            "start": lambda: self.table.start(job_id, now),
        }
        self.start(ends[how])

    def step(self, number: int, fate: str) -> None:
        """Let one of the processes make its next call, and check what is in the table."""
        running = [actor for actor in self.actors if not actor.is_done]
        if running:
            actor = running[number % len(running)]
            self._doom(fate)
            actor.step(Killed() if fate == "killed" else None)
            self.aws.faults.clear()
        self.check()

    def _doom(self, fate: str) -> None:
        for operation in ("TransactWriteItems", "UpdateItem", "DeleteItem", "Query", "GetItem"):
            call = f"dynamodb.{operation}"
            if fate == "conflict" and operation == "TransactWriteItems":
                self.aws.fail(call, DynamoDbErrors.CONFLICT)
            elif fate in ("lost request", "lost reply"):
                self.aws.fail(call, TIMED_OUT, after=fate == "lost reply")

    def check(self) -> None:
        """The counts are exact after every single call, and never above the limit."""
        items = self.aws.tester("dynamodb").scan(TableName=self.table.table)["Items"]
        jobs = [item for item in items if item["sk"]["S"] == "job"]
        running = sum(item["status"]["S"] not in FINAL for item in jobs)
        counted = sum(int(item["jobs"]["N"]) for item in items if item["sk"]["S"] != "job")
        assert counted == running <= self.limit
        self.counts.append(running)

    def finish(self) -> None:
        """Let all processes end; their errors must be ones that the service knows."""
        while any(not actor.is_done for actor in self.actors):
            self.step(0, "done")
        for actor in self.actors:
            assert isinstance(actor.error, CsvsumError | Killed | None), actor.error

    def fill(self) -> None:
        """As many jobs are accepted as the limit has room for, whatever happened before."""
        for _ in range(self.limit - self.counts[-1]):
            self.table.put_within(replace(a_job(self.aws.clock.now()), client=CLIENT), self.limit)
        self.check()
        with pytest.raises(TooManyJobs):
            self.table.put_within(a_job_of(self.aws), self.limit)


def a_job_of(aws: StrictAws) -> Job:
    return replace(a_job(aws.clock.now()), client=CLIENT)


def new_table(aws: StrictAws, dynamodb: Any) -> JobsTable:
    properties = json.loads(RESOURCES.read_text())["Resources"]["Table"]["Properties"]
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    name = f"jobs-{uuid4().hex}"
    aws.tester("dynamodb").create_table(
        TableName=name, **{each: properties[each] for each in wanted}
    )
    bucket = ResultsBucket("none", lambda: aws.client("s3"))
    pauses = Pauses(sleep=aws.clock.advance, share=lambda: 0.0)
    now = aws.clock.now
    return JobsTable(name, bucket, 30, lambda: dynamodb, now=now, pauses=pauses)


STEPS = st.tuples(
    st.sampled_from(["submit", "succeed", "fail", "remove", "start", *["step"] * 10]),
    st.integers(0, 7),
    st.sampled_from(FATES),
)


@given(limit=st.sampled_from([1, 2, 3, 10, 12]), steps=st.lists(STEPS, max_size=40))
def test_the_count_is_exact_after_every_call_and_never_above_the_limit(
    aws: StrictAws, dynamodb: Any, limit: int, steps: list[tuple[str, int, str]]
) -> None:
    scene = Scene(aws, new_table(aws, dynamodb), limit)
    try:
        for step in steps:
            scene.do(*step)
        scene.finish()
        scene.fill()
    finally:
        for actor in scene.actors:
            actor.kill()
        aws.faults.clear()
        aws.tester("dynamodb").delete_table(TableName=scene.table.table)
