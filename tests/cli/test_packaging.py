"""What ``pip install .`` installs: one package, one command, the compiled kernel, no service."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from hatchling.metadata.core import ProjectMetadata
from packaging.requirements import Requirement

from chalicelib.engine.native.binding import entry as kernel_entry
from chalicelib.engine.native.binding import open_library
from chalicelib.engine.native.build import HOST, ZIG, compile_library
from cli.build_hook import ZIGLANG, KernelHook
from cli.kernels import SLOW
from cli.version import version
from tests.cli.scripted_server import Answer, ScriptedServer
from tests.imports import ROOT
from tests.kernels import NEEDS_NATIVE

MAY_BE_REQUIRED = {"click", "httpx", "rich", "isal", "zstandard"}
#: What the service needs, and the command line does not.
NOT_NEEDED = {"boto3", "botocore", "chalice", "pandas", "numpy"}


def built(folder: Path, **variables: str) -> Path:
    """Build the wheel from this folder, with what is installed here."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    subprocess.run(
        [*command, "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)],
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **variables},
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def required(wheel: Path) -> list[Requirement]:
    with zipfile.ZipFile(wheel) as packed:
        metadata = packed.read(f"csvsum-{version()}.dist-info/METADATA").decode()
    found = re.findall(r"^Requires-Dist: (.+)$", metadata, re.MULTILINE)
    return [Requirement(each) for each in found]


def installed(wheel: Path, folder: Path) -> Path:
    """Install a wheel, and what it requires, into a clean environment; return its folder."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    packages = site_packages(folder)
    here = Path(sysconfig.get_path("purelib"))
    for entry in {entry for each in required(wheel) for entry in entries(each.name)}:
        (packages / entry).symlink_to(here / entry)
    return folder


def entries(name: str) -> Iterator[str]:
    """Yield what a package, and what it requires, have in the folder of packages."""
    package = distribution(name)
    yield from {file.parts[0] for file in package.files or () if file.parts[0] != ".."}
    for requirement in map(Requirement, package.requires or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from entries(requirement.name)


def site_packages(folder: Path) -> Path:
    (packages,) = (folder / "lib").glob("python*/site-packages")
    return packages


def run(folder: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run the installed command in a folder that has a chalicelib of another project."""
    other = folder / "other" / "chalicelib"
    other.mkdir(parents=True, exist_ok=True)
    (other / "__init__.py").write_text("raise ImportError('this is another project')\n")
    return subprocess.run(
        [str(folder / "bin" / "csvsum"), *map(str, arguments)],
        cwd=other.parent,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(wheel, tmp_path_factory.mktemp("environment"))


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as packed:
        return packed.namelist()


def test_it_installs_one_package_and_no_other_project_loses_its_own(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names_in(wheel)}
    assert tops == {"csvsum", f"csvsum-{version()}.dist-info"}


def test_it_has_neither_the_service_nor_what_builds_it(wheel: Path) -> None:
    names = names_in(wheel)
    for absent in (
        "app.py",
        "adapters",
        "wiring",
        "settings.py",
        "build",
        "pandas_kernel",
        "tests",
    ):
        assert not [name for name in names if absent in name]


def test_it_requires_nothing_of_the_service(wheel: Path) -> None:
    names = {each.name for each in required(wheel)}
    assert names <= MAY_BE_REQUIRED
    assert not names & NOT_NEEDED


@NEEDS_NATIVE
def test_it_has_the_kernel_of_this_machine_and_its_name_says_so(wheel: Path) -> None:
    libraries = [name for name in names_in(wheel) if name.endswith(".so")]
    assert len(libraries) == 1
    assert wheel.name.startswith(f"csvsum-{version()}-py3-none-linux_")


def test_the_installed_command_sums_files_with_the_compiled_kernel(environment: Path) -> None:
    path = environment / "a.csv"
    path.write_bytes("größe;x\n38,72;a\n1,28;b\n".encode("utf-16"))
    ended = run(environment, "sum", path, "--decimal", ",")
    assert ended.stdout == "größe\t40\n"
    assert ended.stderr.endswith("2 rows\n")
    assert "compiled kernel" not in ended.stderr
    assert ended.returncode == 0


def test_the_installed_command_talks_to_a_service(environment: Path) -> None:
    counter = Answer(200, {"ongoing_tasks": 7})
    with ScriptedServer(counter).running() as server:
        ended = run(environment, "count", "--url", server.url)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "7\n", "")
    assert server.asked[0].headers["User-Agent"] == f"csvsum/{version()}"


def test_the_installed_command_knows_its_version_and_its_help(environment: Path) -> None:
    assert run(environment, "--version").stdout == f"csvsum {version()}\n"
    assert "Usage: csvsum" in run(environment, "--help").stdout


def test_an_error_is_explained_by_the_installed_command_as_well(environment: Path) -> None:
    path = environment / "b.csv"
    path.write_text("a;b\n38,72;1\n")
    ended = run(environment, "sum", path)
    assert "--decimal ," in ended.stderr
    assert ended.returncode == 3


@pytest.fixture(scope="module")
def without_compiler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment where csvsum was installed without any compiler."""
    folder = tmp_path_factory.mktemp("none")
    zig = folder / "packages" / "ziglang"
    zig.mkdir(parents=True)
    (zig / "__init__.py").touch()
    (zig / "__main__.py").write_text("raise SystemExit('there is no compiler')\n")
    wheel = built(folder, PATH="/nowhere", PYTHONPATH=str(zig.parent))
    assert wheel.name == f"csvsum-{version()}-py3-none-any.whl"
    return installed(wheel, folder / "environment")


def test_without_a_compiler_it_sums_in_python_and_says_so_once(without_compiler: Path) -> None:
    path = without_compiler / "a.csv"
    path.write_text("a,b\n0.1,x\n0.2,y\n")
    ended = run(without_compiler, "sum", "-q", path, path)
    assert ended.stdout == f"{path}\ta\t0.3\n" * 2
    assert ended.stderr == f"{SLOW}\n"


def dependencies(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> list[str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    metadata = ProjectMetadata[Any](str(ROOT), None)
    return KernelHook(str(ROOT), {}, None, metadata, "", "wheel").dependencies()


def test_pip_fetches_a_compiler_only_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert dependencies(monkeypatch, {"PATH": str(tmp_path)}) == [ZIGLANG]
    (tmp_path / "gcc").touch(mode=0o755)
    assert dependencies(monkeypatch, {"PATH": str(tmp_path)}) == []


def test_the_compiler_that_pip_fetches_builds_a_library_for_this_machine(tmp_path: Path) -> None:
    library = tmp_path / "kernel.so"
    compile_library(ZIG, HOST[1], library)
    kernel_entry(open_library(library))


def test_the_compiler_that_pip_fetches_is_the_one_that_builds_for_lambda() -> None:
    assert ZIGLANG in (ROOT / "requirements-build.txt").read_text().split()
