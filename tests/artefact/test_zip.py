"""The zip that runs on Lambda: complete, small, the same each time, and quick to start."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from deploy.lambda_zip import MAX_BYTES, is_needed, normalize
from deploy.project import NOT_SHIPPED, package
from deploy.stage import ROOT, UsageError, read_stage

REQUIREMENTS = ROOT / "requirements.txt"
COLD_START_SECONDS = 0.35
# Everything that a first request makes the API import: the application, and a client.
ISOLATED = (
    "import sys, json; "
    "sys.path[:] = [path for path in sys.path if 'site-packages' not in path]; "
    "sys.path.insert(0, {folder!r}); "
)


@pytest.fixture(scope="module")
def made() -> Path:
    return package(
        read_stage("localstack"), {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"}, print
    )


@pytest.fixture(scope="module")
def unpacked(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(made / "deployment.zip") as packed:
        packed.extractall(folder)
    return folder


def run(folder: Path, code: str) -> Any:
    """What code prints as JSON, in a Python that has the unpacked zip and the standard library."""
    command = [sys.executable, "-I", "-S", "-B", "-c", ISOLATED.format(folder=str(folder)) + code]
    environment = {"CSV_SOURCE": "s3://csv", "AWS_DEFAULT_REGION": "us-east-1"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_it_is_complete_on_the_runtime_that_the_template_declares(
    made: Path, unpacked: Path
) -> None:
    template = json.loads((made / "sam.json").read_text())
    runtimes = {
        each["Properties"]["Runtime"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Serverless::Function"
    }
    assert runtimes == {f"python{sys.version_info.major}.{sys.version_info.minor}"}
    code = """
import app, pandas, numpy, boto3
from chalicelib.engine.pandas_kernel import PandasKernel
pandas.read_csv(__import__("io").BytesIO(b"a\\n1.5\\n"))
clients = [boto3.client(name).meta.service_model.service_name for name in ("dynamodb", "s3", "sqs")]
modules = [module.__file__ for module in (app, pandas, numpy, boto3)]
print(json.dumps([clients, modules]))"""
    clients, modules = run(unpacked, code)
    assert clients == ["dynamodb", "s3", "sqs"]
    assert all(module.startswith(str(unpacked)) for module in modules)


def test_every_handler_of_the_template_is_in_it(made: Path, unpacked: Path) -> None:
    template = json.loads((made / "sam.json").read_text())
    handlers = sorted(
        each["Properties"]["Handler"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Serverless::Function"
    )
    assert handlers == ["app.app", "app.give_up", "app.sweep", "app.work_job", "app.work_part"]
    called = f"[callable(getattr(app, name.split('.')[1])) for name in {handlers!r}]"
    code = f"import app; print(json.dumps({called}))"
    assert run(unpacked, code) == [True] * 5


def test_it_holds_what_is_needed_and_no_more(made: Path) -> None:
    with zipfile.ZipFile(made / "deployment.zip") as packed:
        names = packed.namelist()
    top = {name.split("/")[0] for name in names}
    assert {"app.py", "chalicelib", "chalice", "pandas", "numpy", "boto3", "botocore"} <= top
    assert not top & {
        "local",
        "deploy",
        "tests",
        "benchmarks",
        "infra",
        ".chalice",
        ".git",
        "data",
        "bin",
    }
    assert (made / "deployment.zip").stat().st_size <= MAX_BYTES


def test_the_same_content_gives_the_same_zip(made: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    with (
        zipfile.ZipFile(made / "deployment.zip") as packed,
        zipfile.ZipFile(again, "w", zipfile.ZIP_STORED) as other,
    ):
        entries = [name for name in packed.namelist() if not name.endswith(".pyc")]
        for name in random.sample(entries, len(entries)):
            other.writestr(zipfile.ZipInfo(name, (2026, 11, 24, 12, 0, 0)), packed.read(name))
    normalize(again, REQUIREMENTS)
    assert again.read_bytes() == (made / "deployment.zip").read_bytes()


def test_byte_code_is_taken_without_a_look_at_its_source(unpacked: Path, tmp_path: Path) -> None:
    sources = list(unpacked.rglob("*.py"))
    compiled = [
        path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
        for path in sources
    ]
    assert all(path.read_bytes()[4:8] == b"\1\0\0\0" for path in compiled), "unchecked-hash"
    changed = tmp_path / "changed"
    shutil.copytree(unpacked / "chalicelib", changed / "chalicelib")
    (changed / "chalicelib" / "errors.py").write_text("raise SystemExit('compiled again')")
    assert (
        run(changed, "import chalicelib.errors; print(json.dumps(chalicelib.errors.BadCsv.code))")
        == "bad_csv"
    )


def test_the_api_starts_without_pandas_and_quickly(unpacked: Path) -> None:
    heavy = (
        "names = ('pandas', 'numpy', 'boto3', 'botocore'); "
        "print(json.dumps([name for name in names if name in sys.modules]))"
    )
    assert run(unpacked, f"import app; app.app; {heavy}") == []
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        run(unpacked, "import app; print(0)")
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < COLD_START_SECONDS, seconds


@pytest.mark.parametrize("package_left_out", ["numpy", "pandas", "boto3"])
def test_a_package_that_chalice_left_out_is_noticed(tmp_path: Path, package_left_out: str) -> None:
    path = tmp_path / "short.zip"
    lines = [
        line for line in REQUIREMENTS.read_text().splitlines() if line and not line.startswith("#")
    ]
    names = {line.split("=")[0].replace("-", "_") for line in lines} - {package_left_out}
    with zipfile.ZipFile(path, "w") as packed:
        for name in names:
            packed.writestr(f"{name}-1.0.dist-info/METADATA", "")
    with pytest.raises(UsageError, match=package_left_out):
        normalize(path, REQUIREMENTS)


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("app.py", True),
        ("chalicelib/engine/native/lib/csvsum-x86_64.so", True),
        ("pandas/_testing/__init__.py", True),
        ("numpy/testing/__init__.py", True),
        ("pandas/tests/test_x.py", False),
        ("botocore/data/s3/2006-03-01/service-2.json.gz", True),
        ("botocore/data/ec2/2016-11-15/service-2.json.gz", False),
        ("botocore/data/endpoints.json", True),
        ("bin/jp.py", False),
    ],
)
def test_what_nobody_can_use_is_left_out(name: str, needed: bool) -> None:
    assert is_needed(name) is needed


def test_no_byte_code_of_this_machine_is_shipped() -> None:
    names = ["kernel.py", "kernel.c", "csvsum-linux-aarch64.so", "old.pyc", "__pycache__"]
    assert NOT_SHIPPED("chalicelib/engine/native/lib", names) == {"old.pyc", "__pycache__"}


def test_the_native_kernel_is_in_it_for_both_machines_and_loads(made: Path, unpacked: Path) -> None:
    if not (ROOT / "chalicelib" / "engine" / "native" / "lib" / ".built").exists():
        pytest.skip("not built here; `make build` does")
    with zipfile.ZipFile(made / "deployment.zip") as packed:
        names = set(packed.namelist())
    assert {
        f"chalicelib/engine/native/lib/csvsum-linux-{machine}.so"
        for machine in ("x86_64", "aarch64")
    } <= names
    assert (
        run(
            unpacked,
            "from chalicelib.wiring import best_kernel; print(json.dumps(best_kernel().name))",
        )
        == "native"
    )
