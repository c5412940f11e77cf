"""Clients of AWS: one for all threads, and none that waits longer than the API may."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from chalicelib.adapters.clients import AwsClients, Lazy, make_s3
from chalicelib.adapters.s3_source import ReadLimits, S3Place, S3Source
from chalicelib.settings import Settings
from deploy.stage import read_stage
from tests.moto_aws import MotoAws

T = TypeVar("T")


class Maker(Generic[T]):
    """Makes a value, and waits a moment for others who would make one as well."""

    def __init__(self, make: Callable[[], T]) -> None:
        self.make = make
        self.made: list[T] = []
        self.second = threading.Event()

    def __call__(self) -> T:
        one = self.make()
        self.made.append(one)
        if len(self.made) > 1:
            self.second.set()
        self.second.wait(0.3)
        return one


def test_threads_that_come_first_at_once_get_the_same_value() -> None:
    maker = Maker(object)
    lazy = Lazy(maker)
    ready = threading.Barrier(8)

    def first_use(_: int) -> object:
        ready.wait()
        return lazy()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(first_use, range(8)))
    assert len(maker.made) == 1
    assert set(found) == set(maker.made)


def test_three_ranges_at_once_make_one_client(
    aws: MotoAws, clients: AwsClients, unique: Callable[[str], str]
) -> None:
    bucket = unique("csv")
    aws.client("s3").create_bucket(Bucket=bucket)
    aws.client("s3").put_object(Bucket=bucket, Key="x.csv", Body=b"0123456789")
    version = S3Source(S3Place(bucket), clients.s3).version("x.csv")
    maker = Maker(make_s3)
    source = S3Source(S3Place(bucket), Lazy(maker), ReadLimits(range_bytes=2, in_flight=3))
    assert b"".join(source.read("x.csv", version)) == b"0123456789"
    assert len(maker.made) == 1


def test_a_service_that_never_answers_is_given_up_before_the_api_is(clients: AwsClients) -> None:
    limit = read_stage("prod").function("api_handler")["lambda_timeout"]
    for client in (clients.dynamodb(), clients.s3(), clients.sqs()):
        config: Any = client.meta.config
        tries = config.retries["total_max_attempts"]
        # The standard mode waits up to 2^n seconds after the try n (from 0):
        # https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
        pauses = sum(2**n for n in range(tries - 1))
        assert tries * (config.connect_timeout + config.read_timeout) + pauses < limit


def test_workers_try_more_often_than_the_api(aws: MotoAws) -> None:
    stage = read_stage("prod")
    tries = {
        name: Settings.from_env(
            {**stage.environment, **stage.function(name).get("environment_variables", {})}
        ).call_tries
        for name in stage.functions
    }
    assert tries == {
        "api_handler": 3,
        "work_job": 8,
        "work_part": 8,
        "give_up": 8,
        "inbox": 8,
        "sweep": 8,
    }
    clients = AwsClients(8)
    for client in (clients.dynamodb(), clients.s3(), clients.sqs()):
        config: Any = client.meta.config
        assert config.retries["total_max_attempts"] == 8
