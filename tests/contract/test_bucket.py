"""What a bucket does to its readers: bodies that break off, errors that pass, ranges that are wrong."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from urllib3.exceptions import ProtocolError

from chalicelib.adapters.clients import client
from chalicelib.adapters.s3_source import RANGE_BYTES, S3Source
from chalicelib.errors import FileChanged, FileMissing, TryAgain
from tests.moto_aws import MotoAws

DATA = os.urandom(1024 * 1024) * 20 + b"end"


@pytest.fixture
def bucket(aws: MotoAws, unique: Callable[[str], str]) -> S3Source:
    name = unique("csv")
    aws.client("s3").create_bucket(Bucket=name)
    aws.client("s3").put_object(Bucket=name, Key="x.csv", Body=DATA)
    return S3Source(name, "")


@contextmanager
def hooked(event: str, hook: Callable[..., Any]) -> Iterator[None]:
    events = client("s3").meta.events
    events.register(event, hook)
    try:
        yield
    finally:
        events.unregister(event, hook)


class BreakingBody:
    """Gives some of a body and then loses the connection."""

    def __init__(self, body: Any, after: int) -> None:
        self.body = body
        self.after = after

    def iter_chunks(self, _size: int) -> Iterator[bytes]:
        yield self.body.read(self.after)
        raise ProtocolError("Connection broken")


class Breaking:
    """Breaks so many bodies, and keeps the ranges that were asked for."""

    def __init__(self, times: int, after: int) -> None:
        self.left = times
        self.after = after
        self.ranges: list[str] = []

    def __call__(self, parsed: dict[str, Any], **_: Any) -> None:
        self.ranges.append(parsed["ContentRange"])
        if self.left:
            self.left -= 1
            parsed["Body"] = BreakingBody(parsed["Body"], self.after)


def test_a_body_that_breaks_off_goes_on_from_where_it_stopped(bucket: S3Source) -> None:
    version = bucket.version("x.csv")
    breaking = Breaking(times=3, after=1_000_000)
    with hooked("after-call.s3.GetObject", breaking):
        assert b"".join(bucket.read("x.csv", version)) == DATA
    assert any(text.startswith(f"bytes 1000000-{RANGE_BYTES - 1}/") for text in breaking.ranges)


def test_a_body_that_always_breaks_is_given_back_to_the_queue(bucket: S3Source) -> None:
    version = bucket.version("x.csv")
    with hooked("after-call.s3.GetObject", Breaking(times=1000, after=0)), pytest.raises(TryAgain):
        list(bucket.read("x.csv", version))


def test_a_range_that_was_not_asked_for_is_refused(bucket: S3Source) -> None:
    version = bucket.version("x.csv")

    def shift(parsed: dict[str, Any], **_: Any) -> None:
        parsed["ContentRange"] = "bytes 1-5/20"

    with hooked("after-call.s3.GetObject", shift), pytest.raises(FileChanged):
        list(bucket.read("x.csv", version))


def test_every_read_names_the_version_it_wants(bucket: S3Source) -> None:
    version = bucket.version("x.csv")
    asked: list[dict[str, Any]] = []
    with hooked(
        "before-parameter-build.s3.GetObject", lambda params, **_: asked.append(dict(params))
    ):
        assert b"".join(bucket.read("x.csv", version, 5, 12_000_000)) == DATA[5:]
    assert len(asked) > 3
    assert {each["IfMatch"] for each in asked} == {version.etag}


def test_what_lies_behind_the_expected_end_is_not_fetched_unasked(bucket: S3Source) -> None:
    version = bucket.version("x.csv")
    breaking = Breaking(times=0, after=0)
    with hooked("after-call.s3.GetObject", breaking):
        blocks = bucket.read("x.csv", version, 0, 3_000_000)
        assert next(blocks) == DATA[:3_000_000]
        assert breaking.ranges == [f"bytes 0-2999999/{len(DATA)}"]
        assert next(blocks) == DATA[3_000_000 : 3_000_000 + 262_144]
    assert len(breaking.ranges) == 2


def test_two_ranges_are_on_their_way_while_the_first_is_read(bucket: S3Source) -> None:
    version = bucket.version("x.csv")
    breaking = Breaking(times=0, after=0)
    with hooked("after-call.s3.GetObject", breaking):
        blocks = bucket.read("x.csv", version)
        next(blocks)
        list(blocks)
    assert len(breaking.ranges) == 3


def test_a_bucket_that_is_not_there_has_no_files(
    aws: MotoAws, unique: Callable[[str], str]
) -> None:
    with pytest.raises(FileMissing):
        S3Source(unique("missing"), "").version("x.csv")
