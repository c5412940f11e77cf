"""Misspelled settings are refused with the right name, and other variables are left alone."""

import pytest

from chalicelib.settings import VARIABLES
from local.config import UsageError
from local.spelling import require_known


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("WORKRES", "WORKERS"),
        ("STALE_SECOND", "STALE_SECONDS"),
        ("port", "PORT"),
        ("PARTBYTES", "PART_BYTES"),
        ("RESULT_BUCKET", "RESULTS_BUCKET"),
    ],
)
def test_a_misspelled_setting_on_the_command_line_is_refused(given: str, right: str) -> None:
    with pytest.raises(UsageError, match=right):
        require_known([given], {})


@pytest.mark.parametrize("name", ["WORKRES", "STALE_SECOND", "CSV_SOURC"])
def test_a_misspelled_setting_in_the_environment_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        require_known([], {name: "1"})


def test_what_is_right_or_somebody_elses_is_taken() -> None:
    others = ["PATH", "HOME", "TMPDIR", "PYTHONPATH", "LANG", "USER", "SHELL", "TERM", "PWD"]
    others += ["DATABASE_URL", "DATE", "HOSTNAME", "LOGNAME", "STATUS", "AWS_REGION", "VIRTUAL_ENV"]
    right = ["PORT", "WORKERS", "DATA", "STATE", "VISIBILITY_SECONDS", "PYTHON", *VARIABLES]
    require_known(right, dict.fromkeys([*others, *right], "1"))
