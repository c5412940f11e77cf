"""The audit of packages: what it fails for, and what it says where it knows nothing."""

import pytest

from tests.audit import findings, verdict

SAFE = {"name": "six", "version": "1.17.0", "vulns": []}
UNKNOWN = {"name": "six", "skip_reason": "Dependency not found on PyPI"}
BROKEN = {
    "name": "urllib3",
    "version": "1.26.0",
    "vulns": [{"id": "PYSEC-2023-192", "aliases": ["CVE-2023-43804"], "fix_versions": ["1.26.17"]}],
}


def test_a_known_vulnerability_fails_the_audit(capsys: pytest.CaptureFixture[str]) -> None:
    assert verdict([SAFE, BROKEN], required=False) == 1
    assert "urllib3 1.26.0: PYSEC-2023-192, fixed in 1.26.17" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["PYSEC-2023-192", "CVE-2023-43804"])
def test_one_that_is_accepted_with_a_reason_does_not(name: str) -> None:
    assert findings([BROKEN], {name: "no request follows a redirect"}) == []


def test_packages_without_a_vulnerability_pass_it() -> None:
    assert verdict([SAFE], required=True) == 0


@pytest.mark.parametrize("packages", [None, [SAFE, UNKNOWN]])
def test_what_could_not_be_audited_is_said_and_fails_only_where_it_is_required(
    packages: list[dict[str, object]] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (verdict(packages, required=False), verdict(packages, required=True)) == (0, 1)
    assert "Not audited" in capsys.readouterr().out
