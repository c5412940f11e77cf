"""The version of csvsum."""

import tomllib
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def version() -> str:
    """Return the version that is installed, or in its own folder that of the project."""
    if PROJECT.exists():
        return str(tomllib.loads(PROJECT.read_text())["project"]["version"])
    try:
        return installed_version("csvsum")
    except PackageNotFoundError:
        return "unknown"
