"""Which modules of the service import which others."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHIPPED = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imported(path: Path) -> frozenset[str]:
    """Every module imported anywhere in a file, also inside its functions, by its absolute name."""
    package = (
        module_of(path).split(".") if path.stem == "__init__" else module_of(path).split(".")[:-1]
    )
    return frozenset(_imported(ast.parse(path.read_text()), package))


def _imported(tree: ast.Module, package: list[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def used_modules() -> set[str]:
    """Return the modules that app.py imports, directly or through others."""
    paths = {module_of(path): path for path in SHIPPED}
    used, waiting = set[str](), ["app"]
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += imported(paths[name]) & paths.keys()
    return used
