"""The page of results: a section is replaced when it is measured anew, and the others stay."""

import re
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
INTRODUCTION = """\
# Results

These figures are from one machine, and other work on it changes them: compare ratios, not speeds.
Each section says when, where and with which command it was measured. `make bench` renews all of
them, and `make bench ONLY=lone` one of them."""


def stamped(section: str, stamp: str) -> str:
    """Put a stamp below the title of a section."""
    title, _, rest = section.partition("\n")
    return f"{title}\n\n{stamp}\n{rest}"


def keep(section: str, path: Path = RESULTS) -> None:
    """Write a section to the page: in the place of the one with its title, or at the end."""
    page = path.read_text() if path.exists() else ""
    path.write_text(merged(page, section))


def merged(page: str, section: str) -> str:
    """Return the page with the section. Sections begin with ``## ``."""
    _, *found = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    sections = {_title(each): each.strip() for each in (*found, section)}
    return "\n\n".join([INTRODUCTION, *sections.values()]) + "\n"


def _title(section: str) -> str:
    return section.partition("\n")[0]
