"""The documentation as data: the headings, tables, links and code of Markdown files."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"(`+) ?(.+?) ?\1(?!`)")
CELL_END = re.compile(r"(?<!\\)\|")


class Page:
    """One Markdown file; ``name`` is its path below the root of the repository."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = ROOT / name
        self.text = self.path.read_text()
        self.prose = FENCED.sub("", self.text)

    def anchors(self) -> set[str]:
        """Return what links to this page may name after ``#``."""
        return {anchor(heading) for heading in HEADING.findall(self.prose)}

    def links(self) -> list[str]:
        """Return the targets of the links, without those to other sites."""
        return [link for link in LINK.findall(self.prose) if "://" not in link]

    def tables(self, *header: str) -> list[list[dict[str, str]]]:
        """Return the tables whose columns begin with these: for each row, its cells by column."""
        return [
            [dict(zip(names, row, strict=True)) for row in rows]
            for names, *rows in self._tables()
            if names[: len(header)] == list(header)
        ]

    def rows(self, *header: str) -> list[dict[str, str]]:
        """Return the rows of all those tables."""
        return [row for table in self.tables(*header) for row in table]

    def _tables(self) -> Iterator[list[list[str]]]:
        for block in re.findall(r"(?:^\|.*\n)+", self.prose, re.MULTILINE):
            rows = [cells(line) for line in block.splitlines()]
            yield [rows[0], *rows[2:]]


def pages() -> list[Page]:
    """Return every page, also RESULTS.md, which the benchmarks write."""
    paths = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "benchmarks" / "RESULTS.md"]
    return [Page(str(path.relative_to(ROOT))) for path in sorted(paths)]


def cells(line: str) -> list[str]:
    """Return the cells of a table's line; ``\\|`` is a bar inside one."""
    return [cell.strip().replace("\\|", "|") for cell in CELL_END.split(line)[1:-1]]


def code(text: str) -> list[str]:
    """Return what is in backticks."""
    return [found for _, found in CODE.findall(text)]


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    plain = heading.replace("&lt;", "").replace("&gt;", "").lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
