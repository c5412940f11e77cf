"""What the command line may import: the engine and the pure code of jobs, and few libraries."""

import ast
import sys

from tests.imports import ROOT, imported

CLI = sorted((ROOT / "cli").rglob("*.py"))
MAY_IMPORT = {
    "chalicelib.engine",
    "chalicelib.errors",
    "chalicelib.jobs",
    "chalicelib.web.job_json",
}
LIBRARIES = {"click", "httpx", "rich", "hatchling", "packaging"}


def is_allowed(name: str) -> bool:
    return any(f"{name}.".startswith(f"{allowed}.") for allowed in MAY_IMPORT)


def test_it_imports_nothing_of_the_service_that_is_not_pure() -> None:
    names = {name for path in CLI for name in imported(path) if name.startswith("chalicelib")}
    assert {name for name in names if not is_allowed(name)} == set()


def test_it_imports_only_the_libraries_that_are_installed_with_it() -> None:
    tops = {name.split(".")[0] for path in CLI for name in imported(path)}
    assert tops - sys.stdlib_module_names - {"chalicelib", "cli"} <= LIBRARIES


def test_nothing_is_printed_past_the_terminal() -> None:
    """Data and messages go to their streams; ``print`` would mix them up."""
    assert not [path for path in CLI if calls_print(path.read_text())]


def calls_print(source: str) -> bool:
    nodes = ast.walk(ast.parse(source))
    return any(isinstance(node, ast.Name) and node.id == "print" for node in nodes)
