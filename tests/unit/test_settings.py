"""Settings of the service and of the local run: what is accepted, and a sentence on what is not."""

from pathlib import Path

import pytest

from chalicelib.errors import TryAgain
from chalicelib.settings import BadSetting, Settings
from chalicelib.wiring import source_of, use_cases_of
from local.config import LocalConfig, UsageError, child_environment

LARGEST = {
    "PART_BYTES": 10**14,
    "PARTS_IN_FLIGHT": 10**5,
    "MAX_GZIP_BYTES": 10**14,
    "CALL_TRIES": 20,
    "VISIBILITY_SECONDS": 43_200,
    "MAX_RECEIVE_COUNT": 1000,
    "KEEP_DAYS": 36_500,
    "STALE_SECONDS": 10**6,
    "GIVE_UP_HOURS": 10**5,
    "SWEEP_MINUTES": 10**4,
}


@pytest.mark.parametrize("name", LARGEST)
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "soon", "\u0663", "1" + "0" * 5000])
def test_a_number_out_of_range_is_one_sentence_that_names_its_setting(
    name: str, value: str
) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_env({name: value})


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_number_of_each_setting_can_be_used(name: str) -> None:
    settings = Settings.from_env({name: str(LARGEST[name])})
    assert use_cases_of(settings).sweep.give_up_after.total_seconds() > 0
    with pytest.raises(BadSetting, match=str(LARGEST[name])):
        Settings.from_env({name: str(LARGEST[name] + 1)})


@pytest.mark.parametrize("name", ["PORT", "WORKERS", "VISIBILITY_SECONDS"])
@pytest.mark.parametrize("value", ["0", "99999", "many", "1" * 5000])
def test_a_number_of_the_local_run_out_of_range_is_one_sentence(
    name: str, value: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSetting, match=name):
        LocalConfig.from_env({"DATA": str(tmp_path), name: value})


@pytest.mark.parametrize("folder", ["with space", "dätä", "100%25", "a#b", "a?b"])
def test_the_local_run_reads_a_folder_of_any_name(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "x.csv").write_bytes(b"a\n1\n")
    config = LocalConfig.from_env({"DATA": str(tmp_path / folder)})
    environment = child_environment({}, config, "")
    assert source_of(Settings.from_env(environment).csv_source).version("x.csv").size == 4


@pytest.mark.parametrize("name", ["DATA", "CSV_SOURCE"])
def test_a_folder_that_is_not_there_is_one_sentence(name: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(UsageError, match=f"{name}: .*missing"):
        LocalConfig.from_env({name: f"file://{missing}" if name == "CSV_SOURCE" else str(missing)})


def test_another_source_needs_no_folder(tmp_path: Path) -> None:
    assert (
        LocalConfig.from_env({"CSV_SOURCE": "s3://csv", "DATA": str(tmp_path / "missing")}).source
        == "s3://csv"
    )


def test_a_source_that_is_not_mounted_says_nothing_of_its_files(tmp_path: Path) -> None:
    with pytest.raises(TryAgain):
        source_of(f"file://{tmp_path}/missing").version("x.csv")


CONCURRENCY = ("MAX_CONCURRENCY_JOBS", "MAX_CONCURRENCY_PARTS", "MAX_CONCURRENCY_GIVE_UP")


def concurrency(settings: Settings) -> tuple[int | None, ...]:
    return (
        settings.max_concurrency_jobs,
        settings.max_concurrency_parts,
        settings.max_concurrency_give_up,
    )


def test_workers_are_bounded_where_that_is_set() -> None:
    assert concurrency(Settings.from_env({})) == (None, None, None)
    environ = dict(zip(CONCURRENCY, ("2", "4", "1000"), strict=True))
    assert concurrency(Settings.from_env(environ)) == (2, 4, 1000)
    assert Settings.from_env(dict.fromkeys(CONCURRENCY, "0")) == Settings()


@pytest.mark.parametrize("name", CONCURRENCY)
@pytest.mark.parametrize("value", ["1", "1001", "all"])
def test_a_bound_that_lambda_would_refuse_is_one_sentence(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"{name} must be a whole number from 2 to 1000"):
        Settings.from_env({name: value})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, 1000),
        ({"MAX_CONCURRENCY_PARTS": "4"}, 8),
        ({"MAX_CONCURRENCY_PARTS": "900"}, 1000),
        ({"MAX_CONCURRENCY_PARTS": "4", "PARTS_IN_FLIGHT": "50"}, 50),
    ],
)
def test_few_workers_have_a_small_window_of_parts(environ: dict[str, str], expected: int) -> None:
    assert Settings.from_env(environ).parts_in_flight == expected
