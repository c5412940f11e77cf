"""The folder that keeps everything: used by one run at a time, and never one with other files."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from local.config import UsageError
from local.state import State, endpoint_of_run


def test_a_folder_is_used_by_one_run_at_a_time(tmp_path: Path) -> None:
    first = State(tmp_path)
    with pytest.raises(UsageError, match="another"):
        State(tmp_path, wait_seconds=0)
    os.close(first.lock)
    os.close(State(tmp_path, wait_seconds=0).lock)


def test_a_folder_with_other_files_is_neither_used_nor_cleared(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="did not create"):
        State(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_other_users_of_the_machine_cannot_read_it(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    assert stat.S_IMODE(state.folder.stat().st_mode) == 0o700


def test_a_place_where_no_folder_can_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"STATE: .*file"):
        State(tmp_path / "file" / "state")


@pytest.mark.parametrize(("given", "is_cleared"), [("STATE", True), ("STAT", False)])
def test_clearing_by_command_refuses_a_misspelled_setting(
    tmp_path: Path, given: str, is_cleared: bool
) -> None:
    state = State(tmp_path / "state")
    kept = state.path("s3") / "object"
    kept.touch()
    os.close(state.lock)
    command = [sys.executable, "-m", "local.state", str(tmp_path / "state"), given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, kept.exists()) == ((0, False) if is_cleared else (2, True))
    assert is_cleared or "did you mean STATE?" in done.stderr


def test_clearing_removes_all_but_the_lock_and_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    state = State(tmp_path / "state")
    (state.path("s3") / "object").touch()
    (state.folder / "aws.log").touch()
    (state.folder / "link").symlink_to(tmp_path / "elsewhere")
    state.clear()
    assert [entry.name for entry in state.folder.iterdir()] == ["csvsum.lock"]
    assert (tmp_path / "elsewhere" / "kept").exists()


def test_other_commands_find_the_embedded_aws_of_a_run_and_of_no_other(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No `make run` uses"):
        endpoint_of_run(tmp_path)
    state = State(tmp_path)
    with pytest.raises(UsageError, match="No `make run` uses"):
        endpoint_of_run(tmp_path)
    state.note_endpoint("http://127.0.0.1:1")
    assert endpoint_of_run(tmp_path) == "http://127.0.0.1:1"
    os.close(state.lock)
    with pytest.raises(UsageError, match="No `make run` uses"):
        endpoint_of_run(tmp_path)
