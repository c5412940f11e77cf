"""One contract, held by the cache of results in memory and by the table."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chalicelib.adapters.cache_table import CacheTable
from chalicelib.adapters.clients import AwsClients
from chalicelib.jobs.outcome_ports import Cache
from tests.adapters_in_memory import MemoryCache

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


@pytest.fixture(params=["memory", "table"])
def cache(request: pytest.FixtureRequest) -> Cache:
    if request.param == "memory":
        return MemoryCache()
    clients: AwsClients = request.getfixturevalue("clients")
    names: dict[str, str] = request.getfixturevalue("resources")
    return CacheTable(names["JobsTable"], clients.dynamodb)


def test_a_key_has_no_job_before_one_is_stored(cache: Cache) -> None:
    assert cache.find("a", NOW) is None


def test_the_job_of_a_key_is_found_until_it_expires(cache: Cache) -> None:
    job_id = uuid4().hex
    cache.store("a", job_id, LATER)
    assert cache.find("a", NOW) == cache.find("a", LATER - timedelta(seconds=1)) == job_id
    assert cache.find("a", LATER) is None
    assert cache.find("b", NOW) is None


def test_the_last_job_that_was_stored_counts(cache: Cache) -> None:
    first, second = uuid4().hex, uuid4().hex
    cache.store("a", first, LATER)
    cache.store("a", second, LATER + timedelta(days=1))
    assert cache.find("a", LATER) == second
