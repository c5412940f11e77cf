"""Who may import what, proven by walking the imports."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SHIPPED = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])
DOMAIN = ["blocks", "errors", "gunzip", "jobs", "layout", "options", "parts", "rows", "states", "sums"]
# What of the standard library reaches outside of the process.
OUTSIDE = {
    "ctypes",
    "http",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "urllib",
}


def imported(path: Path) -> Iterator[str]:
    """Every module imported anywhere in a file, also inside its functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f"{node.module}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers(package: str) -> set[str]:
    return {
        str(path.relative_to(ROOT)) for path in SHIPPED if any(name == package or name.startswith(package + ".") for name in imported(path))
    }


def test_boto3_is_imported_only_in_its_doors() -> None:
    users = importers("boto3") | importers("botocore") | importers("urllib3")
    assert users
    assert all(name.startswith("chalicelib/aws/") for name in users)


def test_pandas_is_imported_only_in_the_reference_kernel() -> None:
    assert importers("pandas") == {"chalicelib/kernel.py"}


def test_ctypes_is_imported_only_in_the_native_kernel() -> None:
    assert importers("ctypes") == {"chalicelib/native/__init__.py"}


def test_chalice_is_imported_only_in_app_and_web() -> None:
    users = importers("chalice")
    assert "app.py" in users
    assert all(name == "app.py" or name.startswith("chalicelib/web/") for name in users)


def test_the_environment_is_read_in_one_place() -> None:
    users = {path.name for path in SHIPPED if {"os.environ", "os.getenv"} & set(imported(path)) or "os.environ" in path.read_text()}
    assert users == {"settings.py"}


def test_nothing_shipped_imports_the_local_run_or_the_tests() -> None:
    assert not importers("local") | importers("tests") | importers("benchmarks")


@pytest.mark.parametrize("module", DOMAIN)
def test_the_domain_imports_the_standard_library_alone(module: str) -> None:
    names = set(imported(ROOT / "chalicelib" / f"{module}.py"))
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names - OUTSIDE | {"chalicelib"}
    assert {name.split(".")[1] for name in names if name.startswith("chalicelib.")} <= set(DOMAIN)


def test_app_is_a_table_of_triggers() -> None:
    functions = [node for node in ast.parse((ROOT / "app.py").read_text()).body if isinstance(node, ast.FunctionDef)]
    assert functions
    for function in functions:
        assert len(function.body) <= 3, f"{function.name} decides something"
