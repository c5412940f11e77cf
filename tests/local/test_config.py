"""The settings of `make run`: what is taken, and one sentence for what is not."""

from pathlib import Path

import pytest

from chalicelib.jobs.parts import SMALL_PART_BYTES, SMALL_PARTS_AT_ONCE
from chalicelib.settings import Auth, BadSetting, Settings
from chalicelib.wiring import source_of
from local.config import LocalConfig, UsageError, child_environment


@pytest.mark.parametrize("name", ["PORT", "WORKERS", "VISIBILITY_SECONDS"])
@pytest.mark.parametrize("value", ["0", "99999", "many", "1" * 5000])
def test_a_number_out_of_range_is_one_sentence(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=name):
        LocalConfig.from_env({"DATA": str(tmp_path), name: value})


@pytest.mark.parametrize("folder", ["with space", "dätä", "100%25", "a#b", "a?b"])
def test_a_folder_of_any_name_is_read(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "x.csv").write_bytes(b"a\n1\n")
    config = LocalConfig.from_env({"DATA": str(tmp_path / folder)})
    environment = child_environment({}, config, "")
    assert source_of(Settings.from_env(environment).csv_source).version("x.csv").size == 4


@pytest.mark.parametrize("name", ["DATA", "CSV_SOURCE"])
def test_a_missing_folder_is_one_sentence(name: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(UsageError, match=f"{name}: .*missing"):
        LocalConfig.from_env({name: f"file://{missing}" if name == "CSV_SOURCE" else str(missing)})


def test_a_bucket_needs_no_folder(tmp_path: Path) -> None:
    environ = {"CSV_SOURCE": "s3://csv", "DATA": str(tmp_path / "missing")}
    assert LocalConfig.from_env(environ).source == "s3://csv"


def test_the_state_is_kept_in_the_project_or_where_the_user_wants(tmp_path: Path) -> None:
    data = {"DATA": str(tmp_path)}
    assert LocalConfig.from_env(data).state == Path(".csvsum").resolve()
    assert LocalConfig.from_env(data | {"STATE": str(tmp_path / "x")}).state == tmp_path / "x"


@pytest.mark.parametrize(
    ("environ", "parts"),
    [
        ({}, 4),
        ({"WORKERS": "8"}, 16),
        ({"WORKERS": "8", "PARTS_PER_JOB": "3"}, 3),
        ({"PART_BYTES": "1000"}, 0),
        ({"CSV_SOURCE": "s3://bucket"}, 0),
    ],
)
def test_files_of_a_folder_get_two_parts_per_worker_unless_their_size_is_given(
    environ: dict[str, str], parts: int, tmp_path: Path
) -> None:
    config = LocalConfig.from_env({"DATA": str(tmp_path)} | environ)
    assert Settings.from_env(child_environment(environ, config, "")).parts_per_job == parts


@pytest.mark.parametrize(
    ("environ", "parts"),
    [
        ({}, 3),
        ({"WORKERS": "8"}, 9),
        ({"PART_BYTES": "1000"}, 2 * SMALL_PARTS_AT_ONCE),
        ({"PART_BYTES": "1000", "WORKERS": "1"}, 2 * SMALL_PARTS_AT_ONCE),
        ({"PART_BYTES": "1000", "WORKERS": "4"}, 4 * SMALL_PARTS_AT_ONCE),
        ({"PART_BYTES": "1000", "PARTS_PER_JOB": "8"}, 3),
        ({"PART_BYTES": str(SMALL_PART_BYTES + 1)}, 3),
        ({"PART_BYTES": "1000", "PARTS_IN_FLIGHT": "2"}, 2),
    ],
)
def test_so_many_parts_are_in_flight_that_no_worker_is_idle(
    environ: dict[str, str], parts: int, tmp_path: Path
) -> None:
    config = LocalConfig.from_env({"DATA": str(tmp_path)} | environ)
    assert Settings.from_env(child_environment(environ, config, "")).parts_in_flight == parts


def test_the_callers_aws_is_never_used(tmp_path: Path) -> None:
    config = LocalConfig.from_env({"DATA": str(tmp_path)})
    callers = {"AWS_PROFILE": "production", "AWS_ACCESS_KEY_ID": "AKIA", "HOME": "/home/x"}
    environment = child_environment(callers, config, "http://127.0.0.1:1")
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert environment["AWS_ACCESS_KEY_ID"] == "local"
    assert environment["HOME"] == "/home/x"
    assert "AWS_PROFILE" not in environment


def test_clients_are_not_authenticated_on_this_machine_unless_the_user_wants(
    tmp_path: Path,
) -> None:
    data = {"DATA": str(tmp_path)}
    for given, auth in (({}, Auth.OPEN), ({"AUTH": "token"}, Auth.TOKEN)):
        config = LocalConfig.from_env(data | given)
        assert (config.auth, config.host) == (auth, "127.0.0.1")
        assert Settings.from_env(child_environment(given, config, "")).auth is auth


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "128.0.0.1"])
def test_only_a_service_that_asks_for_tokens_listens_to_other_machines(
    host: str, tmp_path: Path
) -> None:
    environ = {"DATA": str(tmp_path), "HOST": host}
    for auth in ({}, {"AUTH": "open"}, {"AUTH": ""}):
        with pytest.raises(UsageError, match=r"HOST: .*set AUTH=token"):
            LocalConfig.from_env(environ | auth)
    assert LocalConfig.from_env(environ | {"AUTH": "token"}).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", ""])
def test_every_address_of_this_machine_alone_may_be_open(host: str, tmp_path: Path) -> None:
    config = LocalConfig.from_env({"DATA": str(tmp_path), "HOST": host})
    assert config.host == (host or "127.0.0.1")


@pytest.mark.parametrize("host", ["localhost", "::1", "127.1", "127.0.0.1:80", "example.org", "0"])
def test_what_is_no_address_is_one_sentence(host: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="HOST must be an IPv4 address"):
        LocalConfig.from_env({"DATA": str(tmp_path), "HOST": host, "AUTH": "token"})


def test_the_service_is_asked_by_an_address_of_this_machine(tmp_path: Path) -> None:
    environ = {"DATA": str(tmp_path), "AUTH": "token", "PORT": "8123"}
    everywhere = LocalConfig.from_env(environ | {"HOST": "0.0.0.0"})
    assert everywhere.address == "127.0.0.1:8123"
    assert LocalConfig.from_env(environ | {"HOST": "10.0.0.1"}).address == "10.0.0.1:8123"


def test_nobody_checks_signatures_here(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no API Gateway"):
        LocalConfig.from_env({"DATA": str(tmp_path), "AUTH": "iam"})
