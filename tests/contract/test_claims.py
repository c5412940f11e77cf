"""One contract, held by the store of idempotency keys in memory and by the table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chalicelib.adapters.claims_table import ClaimsTable
from chalicelib.adapters.clients import AwsClients
from chalicelib.jobs.client_ports import Claim, Claims
from tests.adapters_in_memory import MemoryClaims

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=24)


@pytest.fixture(params=["memory", "table"])
def claims(request: pytest.FixtureRequest) -> Claims:
    if request.param == "memory":
        return MemoryClaims()
    clients: AwsClients = request.getfixturevalue("clients")
    names: dict[str, str] = request.getfixturevalue("resources")
    return ClaimsTable(names["JobsTable"], clients.dynamodb)


def a_claim() -> Claim:
    return Claim(uuid4().hex, "request", uuid4().hex, LATER)


def test_the_first_claim_stays(claims: Claims) -> None:
    first = a_claim()
    assert claims.claim(first, NOW) == first
    other = replace(first, request="other", job=uuid4().hex)
    assert claims.claim(other, NOW) == first
    assert claims.claim(other, LATER - timedelta(seconds=1)) == first


def test_an_expired_claim_gives_way(claims: Claims) -> None:
    first = a_claim()
    claims.claim(first, NOW)
    other = replace(first, job=uuid4().hex, expires_at=LATER + timedelta(hours=24))
    assert claims.claim(other, LATER) == other
    assert claims.claim(first, LATER) == other


def test_keys_do_not_meet(claims: Claims) -> None:
    one, other = a_claim(), a_claim()
    assert (claims.claim(one, NOW), claims.claim(other, NOW)) == (one, other)
