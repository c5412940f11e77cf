"""The model of AWS: what holds for any figures, and its figures against those of the service."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import aws_figures as aws
from benchmarks.aws_model import (
    PROVISIONED,
    STANDARD,
    Limit,
    Network,
    Pollers,
    Setup,
    group_bytes,
    job_bytes,
    simulate,
)
from benchmarks.simulate import KERNELS, efs_dollars, report
from chalicelib.adapters.job_item import Item, expiry, new_item
from chalicelib.adapters.part_item import columns_text, group_key, part_item
from chalicelib.engine.options import Options
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum, parse_number
from chalicelib.jobs.counting import TOUCH_EVERY
from chalicelib.jobs.job import FileVersion, queued
from chalicelib.jobs.parts import MAX_PARTS, PARTS_PER_GROUP, Outcome, Run, part_size

NOW = datetime(2026, 11, 24, tzinfo=UTC)
setups = st.builds(
    Setup,
    size=st.integers(10**8, 3 * 10**10),
    pollers=st.sampled_from([STANDARD, PROVISIONED]),
    rate=st.sampled_from([rate for rate, _ in KERNELS.values()]),
    cold=st.sampled_from([0.0, aws.NATIVE_COLD, aws.PANDAS_COLD]),
    min_part_bytes=st.integers(2**26, 2**29),
    memory=st.sampled_from([512.0, 1769.0, 3008.0]),
    in_flight=st.integers(1, 8),
    account=st.integers(10, 2000),
    window=st.sampled_from([2, 20, 1000]),
    seed=st.integers(0, 5),
)


@settings(max_examples=30, deadline=None)
@given(setups)
def test_no_job_is_faster_than_its_bytes_can_be_moved(setup: Setup) -> None:
    done = simulate(setup)
    assert done.seconds >= setup.size / (done.workers * setup.worker_rate)
    assert done.seconds >= ceil(setup.size / setup.range_bytes) / aws.GETS_A_SECOND
    assert done.seconds >= len(setup.spans) / aws.WRITES_A_SECOND
    longest = max(setup.spans)
    assert done.seconds >= Network().transfer(0, longest, setup.worker_rate)


@settings(max_examples=20, deadline=None)
@given(setups)
def test_workers_stay_within_every_limit(setup: Setup) -> None:
    done = simulate(setup)
    assert 1 <= done.workers <= min(setup.account, setup.pollers.maximum, len(setup.spans))
    assert done.workers <= setup.window
    assert done.workers <= setup.pollers.first + done.seconds * setup.pollers.a_minute / 60 + 1


@settings(max_examples=20, deadline=None)
@given(setups)
def test_the_same_setup_gives_the_same_outcome(setup: Setup) -> None:
    assert simulate(setup) == simulate(setup)


@settings(max_examples=20, deadline=None)
@given(setups)
def test_more_pollers_are_slower_by_no_more_than_a_start(setup: Setup) -> None:
    """A new worker has to start first; an old one might have been free sooner."""
    few, many = (simulate(replace(setup, pollers=pollers)) for pollers in (STANDARD, PROVISIONED))
    # The start, what a network without its burst takes longer, and the writes that come at once.
    slack = setup.cold + 1 + len(setup.spans) * 9 / aws.WRITES_A_SECOND
    assert many.seconds <= few.seconds + slack


@settings(max_examples=20, deadline=None)
@given(setups)
def test_more_bytes_cost_more_of_everything(setup: Setup) -> None:
    once, twice = simulate(setup), simulate(replace(setup, size=2 * setup.size))
    assert all(twice.dollars[name] >= once.dollars[name] > 0 for name in once.dollars)


@settings(max_examples=20, deadline=None)
@given(setups)
def test_dollars_are_those_of_what_was_asked_for(setup: Setup) -> None:
    dollars = simulate(setup).dollars
    parts = len(setup.spans)
    assert set(dollars) == {"Lambda", "SQS", "S3", "DynamoDB"}
    requests = sum(ceil(span / setup.range_bytes) for span in setup.spans)
    assert requests * aws.GET < dollars["S3"] <= (requests + 2 * parts + 2) * aws.GET * 1.0001
    # Received, held and deleted one by one; sent one by one, once the window is full.
    singly = max(0, parts - setup.window)
    assert dollars["SQS"] >= (3.1 * parts + 0.9 * singly) * aws.SQS_CALL
    read = setup.size / setup.worker_rate * setup.memory / 1024 * aws.GB_SECOND
    assert dollars["Lambda"] > read * 0.999


def test_the_model_has_the_memory_of_the_workers_that_are_deployed() -> None:
    project = Path(__file__).parents[2]
    configured = json.loads((project / ".chalice" / "config.json").read_text())
    workers = configured["lambda_functions"]["work_part"]
    assert workers["lambda_memory_size"] == Setup(1).memory


def test_memory_that_is_not_needed_is_paid_for_and_changes_nothing() -> None:
    small, large = (simulate(Setup(10**10, memory=memory)) for memory in (1769.0, 3538.0))
    assert small.seconds == large.seconds
    requests = (len(Setup(10**10).spans) + 1) * aws.INVOCATION
    assert large.dollars["Lambda"] - requests == pytest.approx(
        2 * (small.dollars["Lambda"] - requests)
    )


def test_a_limit_lets_no_more_through_than_it_says() -> None:
    limit = Limit(100)
    assert [limit.take(0, 50), limit.take(0, 100), limit.take(5, 100)] == [0.5, 1.5, 6.0]
    assert limit.busiest == 150
    assert Limit(1).busiest == 0


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=6), st.floats(1e6, 1e9))
def test_reading_in_steps_takes_as_long_as_reading_at_once(steps: list[int], rate: float) -> None:
    whole, stepwise, now = Network(), Network(), 0.0
    for step in steps:
        now += stepwise.transfer(now, step, rate)
    assert now == pytest.approx(whole.transfer(0, sum(steps), rate), rel=1e-6)


def test_a_network_has_its_burst_once_and_again_after_a_rest() -> None:
    network = Network()
    burst = aws.BURST_BYTES / (1 - aws.REFILL_RATE / aws.BURST_RATE)
    assert network.transfer(0, int(burst), aws.BURST_RATE) == pytest.approx(
        burst / aws.BURST_RATE, rel=1e-6
    )
    assert network.transfer(network.since, 10**8, aws.BURST_RATE) == pytest.approx(
        10**8 / aws.REFILL_RATE, rel=1e-6
    )
    assert network.transfer(network.since + 3600, 10**8, aws.BURST_RATE) == pytest.approx(
        10**8 / aws.BURST_RATE, rel=1e-6
    )


def test_workers_come_as_the_mapping_and_lambda_let_them() -> None:
    setup = Setup(10**12)
    assert [setup.ready(worker) for worker in (0, 4, 5, 304)] == [0, 0, pytest.approx(0.2), 60]
    at_once = replace(setup, pollers=Pollers("all at once", 5000, 1, 5000))
    assert [at_once.ready(worker) for worker in (0, 999, 1000, 2000)] == [0, 0, 10, 20]


@given(st.integers(1, 10**13))
def test_files_are_cut_as_the_service_cuts_them(size: int) -> None:
    setup = Setup(size)
    assert setup.part_bytes == part_size(size, setup.min_part_bytes)
    assert sum(setup.spans) == size
    assert len(setup.spans) <= MAX_PARTS


def item_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """As DynamoDB counts: names and values; a set is its elements."""
    return sum(
        len(name) + sum(len("".join(value)) for value in typed.values())
        for name, typed in item.items()
    )


def test_items_have_the_sizes_that_the_model_takes() -> None:
    job = queued(
        UUID(int=Random(1).getrandbits(128)).hex,
        "prices.csv",
        Options(),
        FileVersion(10**12, '"0123456789abcdef-95"'),
        NOW,
    )
    plan = (
        '{"size": 1000000000000, "part_bytes": 500000000, '
        '"data_start": 190, "data_line": 1, "fields": 50}'
    )
    running: Item = new_item(job, 30) | {
        "plan": {"S": plan},
        "started_at": {"S": "2026-11-24T00:00:00.000Z"},
    }
    assert item_bytes(running) == pytest.approx(aws.JOB_BYTES, rel=0.1)
    groups = MAX_PARTS // PARTS_PER_GROUP
    done: Item = running | {"done_groups": {"SS": [str(group) for group in range(groups)]}}
    assert item_bytes(done) == pytest.approx(job_bytes(groups), rel=0.1)
    last = [str(number) for number in range(MAX_PARTS - PARTS_PER_GROUP, MAX_PARTS)]
    group: Item = group_key(job.id, groups, Run.FIRST) | expiry(NOW, 30) | {"done": {"SS": last}}
    assert item_bytes(group) == pytest.approx(group_bytes(PARTS_PER_GROUP), rel=0.1)
    assert item_bytes(group) < 1024
    outcome = Outcome(
        1999,
        State.ROW,
        550_000,
        550_000,
        500_000_000,
        {State.ROW: State.ROW, State.QUOTED: State.TEXT},
    )
    columns = [ColumnSum(parse_number("283749123.1234567890123456"), 550_000)] * 5
    part: Item = (
        part_item(job.id, outcome) | expiry(NOW, 30) | {"columns": {"S": columns_text(columns)}}
    )
    assert item_bytes(part) == pytest.approx(aws.PART_BYTES, rel=0.1)


def test_the_model_writes_the_index_as_often_as_the_table() -> None:
    assert TOUCH_EVERY.total_seconds() == aws.TOUCH_SECONDS


def test_the_report_says_that_it_is_a_model_and_every_figure_where_it_is_from() -> None:
    text = report(sizes=[10**9])
    assert "not checked against AWS" in text
    assert text.count("| 1 GB |") == 2 * len(KERNELS)
    assert all(source.strip() for _, _, source in aws.SOURCES)
    assert efs_dollars(10**12) == pytest.approx(27.94, abs=0.01)
