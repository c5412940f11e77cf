"""Who may import what: the folders of chalicelib are the layers."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.imports import ROOT, SHIPPED, imported, module_of

CHALICELIB = ROOT / "chalicelib"
# Imported for type checking alone.
STUBS = {"mypy_boto3_dynamodb", "mypy_boto3_events", "mypy_boto3_s3", "mypy_boto3_sqs"}
# A layer is a folder or a file of chalicelib. It may import these other layers and packages.
MAY_IMPORT: dict[str, tuple[set[str], set[str]]] = {
    "engine": (set(), {"isal", "pandas", "zstandard"}),
    "errors": ({"engine"}, set()),
    "names": (set(), set()),
    "setting_values": ({"errors", "names"}, set()),
    "settings": ({"names", "setting_values"}, set()),
    "jobs": ({"engine", "errors"}, set()),
    "adapters": ({"engine", "errors", "jobs"}, {"boto3", "botocore", "urllib3", *STUBS}),
    "web": ({"errors", "jobs", "settings"}, {"chalice"}),
    "wiring": ({"engine", "errors", "jobs", "adapters", "settings"}, set()),
}
# What of the standard library reaches outside of the process.
REACHES_OUTSIDE = {
    "http",
    "multiprocessing",
    "os",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "urllib",
}


def layer_of(module: str) -> str:
    return module.split(".")[1]


def layers() -> set[str]:
    folders = {path.name for path in CHALICELIB.iterdir() if (path / "__init__.py").exists()}
    return folders | {path.stem for path in CHALICELIB.glob("*.py") if path.stem != "__init__"}


def files_of(layer: str) -> list[Path]:
    return [path for path in SHIPPED if module_of(path).startswith(f"chalicelib.{layer}")]


def importers(package: str) -> set[str]:
    def uses(path: Path) -> bool:
        return any(f"{name}.".startswith(f"{package}.") for name in imported(path))

    return {str(path.relative_to(ROOT)) for path in SHIPPED if uses(path)}


def test_every_folder_and_file_of_chalicelib_is_a_layer_with_a_rule() -> None:
    assert layers() == set(MAY_IMPORT)


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_only_the_layers_and_packages_it_may(layer: str) -> None:
    allowed, packages = MAY_IMPORT[layer]
    names = {name for path in files_of(layer) for name in imported(path)}
    assert {layer_of(name) for name in names if name.startswith("chalicelib.")} <= allowed | {layer}
    others = {name.split(".")[0] for name in names} - {"chalicelib"}
    assert others <= sys.stdlib_module_names | packages


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {module_of(path): path for path in SHIPPED}
    TopologicalSorter(
        {name: imported(path) & modules.keys() - {name} for name, path in modules.items()}
    ).prepare()


def test_the_engine_imports_its_own_modules_relatively() -> None:
    for path in files_of("engine"):
        assert "chalicelib" not in path.read_text().replace("python -m chalicelib", ""), path


def test_engine_and_jobs_do_no_input_and_output_of_their_own() -> None:
    compiler = CHALICELIB / "engine" / "native" / "build.py"  # a developer's command
    for path in [*files_of("engine"), *files_of("jobs")]:
        outside = {name.split(".")[0] for name in imported(path)} & REACHES_OUTSIDE
        assert not outside or path == compiler, f"{path} imports {outside}"


def test_pandas_is_imported_in_one_module() -> None:
    assert len(importers("pandas")) == 1


def test_ctypes_is_imported_only_in_the_native_kernel() -> None:
    assert all(name.startswith("chalicelib/engine/native/") for name in importers("ctypes"))


def test_chalice_is_imported_only_in_app_and_web() -> None:
    users = importers("chalice")
    assert "app.py" in users
    assert all(name == "app.py" or name.startswith("chalicelib/web/") for name in users)


def test_the_environment_is_read_in_one_place() -> None:
    users = {
        path.name
        for path in SHIPPED
        if "os.environ" in path.read_text() or "os.getenv" in imported(path)
    }
    assert users == {"settings.py"}


def test_app_is_a_table_of_triggers() -> None:
    tree = ast.parse((ROOT / "app.py").read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert functions
    for function in functions:
        assert len(function.body) <= 3, f"{function.name} decides something"
