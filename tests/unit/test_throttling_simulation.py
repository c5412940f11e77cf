"""The model of throttling: what must hold with the settings of now, and what failed before."""

from dataclasses import replace

import pytest

from benchmarks.throttling import BACKING_OFF, BEFORE, NOW, PART_SECONDS, report, simulate
from benchmarks.throttling_model import Load
from chalicelib.adapters.held_messages import HOLD_SECONDS
from tests.strict_aws.mappings import Pace

STUBBORN, BACKS_OFF = BACKING_OFF["no"], BACKING_OFF["halves"]
TEN_TB = Load(part_seconds=PART_SECONDS["10 TB"])
ONE_TB = Load(part_seconds=PART_SECONDS["1 TB"])


@pytest.mark.parametrize("limit", NOW)
@pytest.mark.parametrize("pace", [STUBBORN, BACKS_OFF], ids=["stubborn", "backs off"])
@pytest.mark.parametrize("seconds", PART_SECONDS.values(), ids=PART_SECONDS)
@pytest.mark.parametrize("seed", range(2))
def test_a_job_of_2000_parts_ends_and_small_jobs_go_through_beside_it(
    limit: int, pace: Pace, seconds: float, seed: int
) -> None:
    done = simulate(limit, NOW[limit], Load(part_seconds=seconds, seed=seed), pace)
    assert done.succeeded
    assert (done.dead_letters, done.throttles, done.refused) == (0, 0, 0)
    assert done.small_jobs > 0
    assert done.small_wait <= 2


@pytest.mark.parametrize("limit", NOW)
@pytest.mark.parametrize("seconds", PART_SECONDS.values(), ids=PART_SECONDS)
def test_a_small_job_that_is_cut_waits_for_one_window_of_the_large_one(
    limit: int, seconds: float
) -> None:
    now = NOW[limit]
    done = simulate(limit, now, Load(part_seconds=seconds, deaths=0), STUBBORN)
    assert now.window is not None
    assert now.parts is not None
    turns = (now.window + 8) / now.parts + 1
    assert done.cut_wait <= turns * 1.2 * seconds + 20


def test_before_throttled_parts_of_a_long_job_became_dead_letters_and_failed_it() -> None:
    done = simulate(10, BEFORE, replace(TEN_TB, deaths=0), STUBBORN)
    assert not done.succeeded
    assert done.dead_letters > 0


def test_before_a_long_job_took_the_api_with_it_however_lambda_backs_off() -> None:
    for pace in BACKING_OFF.values():
        assert simulate(10, BEFORE, TEN_TB, pace).refused > 0.5


def test_before_a_worker_that_died_cost_half_an_hour() -> None:
    for limit in NOW:
        done = simulate(limit, BEFORE, ONE_TB, STUBBORN)
        assert done.after_death > 1700


@pytest.mark.parametrize("limit", NOW)
def test_a_worker_that_dies_costs_its_hold_and_a_turn_in_the_queue(limit: int) -> None:
    done = simulate(limit, NOW[limit], ONE_TB, STUBBORN)
    assert HOLD_SECONDS - PART_SECONDS["1 TB"] < done.after_death <= 180


@pytest.mark.parametrize("seed", range(4))
def test_a_rare_death_in_a_file_of_10_tb_costs_under_three_minutes_although_lambda_backs_off(
    seed: int,
) -> None:
    """One try in a thousand dies. With one in a hundred the mapping runs a third of its workers,
    and a part waits for the rest of the window: see docs/aws.md."""
    load = replace(TEN_TB, deaths=0.001, seed=seed)
    assert simulate(1000, NOW[1000], load, BACKS_OFF).after_death <= 180


def test_more_receives_alone_do_not_keep_the_api_free() -> None:
    """Each setting is needed: a larger receive count alone saves only the large job."""
    patient = replace(BEFORE, max_receives=10, visibility=5400)
    done = simulate(10, patient, replace(TEN_TB, deaths=0), STUBBORN)
    assert done.dead_letters == 0
    assert done.refused > 0.5


def test_the_same_load_gives_the_same_outcome() -> None:
    one, other = (simulate(10, NOW[10], ONE_TB, BACKS_OFF) for _ in range(2))
    assert one == other


def test_the_report_has_a_row_for_each_case_and_says_that_it_is_a_model() -> None:
    text = report({"130 GB": 1.0})
    assert "not checked against AWS" in text
    assert text.count("\n| 10 |") == text.count("\n| 1,000 |") == 4
