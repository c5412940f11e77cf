"""What `make run` says when it starts and when it stops."""

from pathlib import Path

import pytest

from local.config import LocalConfig
from local.embedded_aws import EmbeddedAws
from local.messages import farewell, welcome
from local.resources import client
from local.survey import Survey, survey


def config_of(folder: Path, **environ: str) -> LocalConfig:
    return LocalConfig.from_env({"DATA": str(folder), "PORT": "8123", **environ})


def test_the_example_is_a_file_that_is_there_percent_encoded(tmp_path: Path) -> None:
    (tmp_path / "50% off.csv").touch()
    (tmp_path / "a.txt").touch()
    (tmp_path / "0.csv").mkdir()
    config = config_of(tmp_path)
    text = welcome(config, "http://aws", survey(config, "http://aws"))
    assert "curl http://127.0.0.1:8123/csv_name=50%25%20off.csv\n" in text
    assert "WARNING" not in text


def test_the_sample_is_the_best_example(tmp_path: Path) -> None:
    for name in ("a.csv", "sample.csv", "z.csv.gz"):
        (tmp_path / name).touch()
    assert survey(config_of(tmp_path), "http://aws") == Survey("sample.csv")


def test_the_command_for_a_token_names_the_folder_of_the_run_if_it_is_another(
    tmp_path: Path,
) -> None:
    usual = welcome(config_of(tmp_path, AUTH="token"), "http://aws", Survey())
    assert "`make token CLIENT=<name>` creates one" in usual
    other = welcome(config_of(tmp_path, AUTH="token", STATE="/kept"), "http://aws", Survey())
    assert "`make token CLIENT=<name> STATE=/kept` creates one" in other


def test_an_empty_folder_is_warned_of(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    text = welcome(config, "http://aws", survey(config, "http://aws"))
    assert f"WARNING: {tmp_path} is empty" in text
    assert "/csv_name=FILE.csv" in text


def test_a_missing_bucket_is_warned_of_and_a_file_in_a_bucket_is_suggested(
    embedded: EmbeddedAws, tmp_path: Path
) -> None:
    config = config_of(tmp_path, CSV_SOURCE="s3://some-csv/daily")
    found = survey(config, embedded.endpoint)
    assert found.example is None
    assert "no bucket some-csv" in str(found.warning)
    s3 = client("s3", embedded.endpoint)
    s3.create_bucket(Bucket="some-csv")
    assert survey(config, embedded.endpoint) == Survey()
    s3.put_object(Bucket="some-csv", Key="daily/sub/x.csv", Body=b"a\n1\n")
    assert survey(config, embedded.endpoint) == Survey("sub/x.csv")


@pytest.mark.parametrize(
    ("jobs", "words"),
    [
        (0, "no job is in progress."),
        (1, "one job is in progress and will continue."),
        (2, "2 jobs are in progress and will continue."),
        (None, "jobs in progress will continue."),
    ],
)
def test_the_last_words_say_what_goes_on_and_where_all_is_kept(
    jobs: int | None, words: str, tmp_path: Path
) -> None:
    config = config_of(tmp_path, STATE=str(tmp_path / "kept"))
    assert words in farewell(config, jobs)
    assert str(tmp_path / "kept") in farewell(config, jobs)


def test_a_service_that_asks_for_tokens_says_how_to_get_one(tmp_path: Path) -> None:
    config = config_of(tmp_path, AUTH="token")
    text = welcome(config, "http://aws", survey(config, "http://aws"))
    assert "make token CLIENT=" in text
    assert text.count('curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8123/') == 3
    assert "token" not in welcome(config_of(tmp_path), "http://aws", Survey("x.csv"))
