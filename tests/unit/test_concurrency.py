"""How many workers may run at a time, by the account's limit."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from deploy.aws import Aws
from deploy.changes import changed
from deploy.concurrency import MAXIMUM, MINIMUM, NEW_ACCOUNT, chosen, for_limit
from deploy.stage import read_stage

NAMES = ("MAX_CONCURRENCY_JOBS", "MAX_CONCURRENCY_PARTS", "MAX_CONCURRENCY_GIVE_UP")


class LimitedAws(Aws):
    """An account of which only the limit is known; none: it may not be asked for."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit

    def client(self, service: str) -> Any:
        return SimpleNamespace(get_account_settings=self._settings)

    def _settings(self) -> dict[str, Any]:
        if self.limit is None:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetAccountSettings")
        return {"AccountLimit": {"ConcurrentExecutions": self.limit}}


@pytest.mark.parametrize(
    ("limit", "expected"), [(10, ["2", "4", "2"]), (1000, ["200", "698", "2"])]
)
def test_a_new_account_and_a_usual_one_get_what_suits_them(limit: int, expected: list[str]) -> None:
    assert [for_limit(limit)[name] for name in NAMES] == expected


@given(st.integers(10, 100_000), st.booleans())
def test_the_workers_leave_room_for_the_api(limit: int, inbox: bool) -> None:
    counts = [int(count) for count in for_limit(limit, inbox).values()]
    assert len(counts) == (4 if inbox else 3)
    assert sum(counts) <= limit - 2
    assert all(MINIMUM <= count <= MAXIMUM for count in counts)


@pytest.mark.parametrize("name", ["dev", "localstack", "prod"])
def test_the_configuration_suits_a_new_account(name: str) -> None:
    committed = read_stage(name).environment
    assert {each: committed[each] for each in NAMES} == for_limit(NEW_ACCOUNT)


def test_a_deployment_gets_the_numbers_of_its_account() -> None:
    stage = chosen(read_stage("prod"), LimitedAws(1000), print)
    assert [stage.environment[name] for name in NAMES] == ["200", "698", "2"]
    assert stage.settings.parts_in_flight == 1000


def test_the_inbox_gets_its_share_where_it_is_on() -> None:
    on = changed(read_stage("prod"), {"INBOX": "on"})
    names = (*NAMES, "MAX_CONCURRENCY_INBOX")
    for limit, expected in ((10, ["2", "2", "2", "2"]), (1000, ["200", "696", "2", "2"])):
        found = chosen(on, LimitedAws(limit), print).environment
        assert [found[name] for name in names] == expected
    without = chosen(read_stage("prod"), LimitedAws(1000), print).environment
    assert "MAX_CONCURRENCY_INBOX" not in without


def test_in_a_new_account_the_configuration_stays() -> None:
    assert chosen(read_stage("prod"), LimitedAws(10), print) == read_stage("prod")


@pytest.mark.parametrize("number", ["4", "50"])
def test_a_number_that_was_set_stays(number: str) -> None:
    stage = changed(read_stage("prod"), {"MAX_CONCURRENCY_PARTS": number})
    assert chosen(stage, LimitedAws(1000), print).environment["MAX_CONCURRENCY_PARTS"] == number


def test_a_number_of_ones_own_in_the_configuration_stays() -> None:
    stage = read_stage("prod")
    stage = stage.with_own(environment_variables={**stage.environment, NAMES[1]: "50"})
    found = chosen(stage, LimitedAws(1000), print).environment
    assert [found[name] for name in NAMES] == ["200", "50", "2"]


def test_an_account_that_may_not_be_asked_is_taken_for_a_new_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert chosen(read_stage("prod"), LimitedAws(None), print) == read_stage("prod")
    assert "is assumed" in capsys.readouterr().out
