"""Misspelled settings are refused with the right name, and other variables are left alone."""

import pytest

from chalicelib.settings import VARIABLES
from local.config import UsageError
from local.spelling import given_to_make, require_known


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        ("", []),
        ("s", []),
        ("s -j2 --jobserver-auth=3,4", []),
        ("s -- PORT=8000", ["PORT"]),
        (" -- WORKRES=4 DATA=/srv/a\\ b=c", ["WORKRES", "DATA"]),
        ("-- STATE= PORT=1", ["STATE", "PORT"]),
    ],
)
def test_the_names_on_the_command_line_of_make_are_found(flags: str, names: list[str]) -> None:
    assert list(given_to_make(flags)) == names


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("WORKRES=4", "WORKERS"),
        ("STALE_SECOND=4", "STALE_SECONDS"),
        ("port=80", "PORT"),
        ("PARTBYTES=1", "PART_BYTES"),
        ("BUCKET=x", "RESULTS_BUCKET"),
    ],
)
def test_a_misspelled_setting_on_the_command_line_is_refused(given: str, right: str) -> None:
    with pytest.raises(UsageError, match=right):
        require_known({"MAKEFLAGS": f" -- {given}"})


@pytest.mark.parametrize("name", ["WORKRES", "STALE_SECOND", "CSV_SOURC"])
def test_a_misspelled_setting_in_the_environment_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        require_known({name: "1"})


def test_what_is_right_or_somebody_elses_is_taken() -> None:
    others = ["PATH", "HOME", "TMPDIR", "PYTHONPATH", "LANG", "USER", "SHELL", "TERM", "PWD"]
    others += ["DATABASE_URL", "DATE", "HOSTNAME", "LOGNAME", "STATUS", "AWS_REGION", "VIRTUAL_ENV"]
    right = ["PORT", "WORKERS", "DATA", "STATE", "VISIBILITY_SECONDS", "PYTHON", *VARIABLES]
    flags = " -- " + " ".join(f"{name}=1" for name in right)
    require_known({"MAKEFLAGS": flags} | dict.fromkeys([*others, *right], "1"))
