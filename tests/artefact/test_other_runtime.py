"""The zip for the other documented runtime, packaged by its Python as `make package` does."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy.stage import ROOT
from tests.clone import Clone

DOCUMENTED = ("3.11", "3.13")
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
IMPORTS = """
import sys; sys.path.insert(0, sys.argv[1])
import app, boto3, io, pandas
pandas.read_csv(io.BytesIO(b"a\\n1.5\\n"))
print([module.__file__ for module in (app, boto3, pandas)])
"""


@pytest.fixture(scope="module", params=[version for version in DOCUMENTED if version != HERE])
def interpreter(request: pytest.FixtureRequest) -> str:
    """A Python of the other runtime, if this machine has one."""
    name = f"python{request.param}"
    found = shutil.which(name)
    if (
        not found
        or subprocess.run([found, "--version"], capture_output=True, check=False).returncode
    ):
        pytest.skip(f"there is no {name} on the PATH, so its zip is not tested here")
    return found


@pytest.fixture(scope="module")
def clone(interpreter: str, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone with a virtual environment of that Python."""
    made = Clone(tmp_path_factory.mktemp("clone"), AWS_DEFAULT_REGION="us-east-1")
    shutil.copy(ROOT / "requirements-run.txt", made.folder)
    quiet = ("--quiet", "--disable-pip-version-check", "-r", "requirements-run.txt")
    for command in (
        (interpreter, "-m", "venv", ".venv"),
        (".venv/bin/python", "-m", "pip", "install", *quiet),
        (".venv/bin/python", "-m", "deploy", "package", "localstack"),
    ):
        ended = made.run(*command)
        assert ended.status == 0, ended.err
    return made


def test_the_template_has_the_runtime_of_the_python_that_packaged(
    clone: Clone, interpreter: str
) -> None:
    template = json.loads((clone.folder / "build/localstack/package/sam.json").read_text())
    runtimes = {
        each["Properties"]["Runtime"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Serverless::Function"
    }
    assert runtimes == {Path(interpreter).name}


def test_the_zip_has_what_that_python_imports_and_nothing_for_another(
    clone: Clone, interpreter: str, tmp_path: Path
) -> None:
    tag = "cpython-" + Path(interpreter).name.removeprefix("python").replace(".", "")
    with zipfile.ZipFile(clone.folder / "build/localstack/package/deployment.zip") as packed:
        names = packed.namelist()
        packed.extractall(tmp_path)
    built = [name for name in names if ".cpython-" in name]
    assert built
    assert {name for name in built if tag not in name} == set()
    ended = clone.run(interpreter, "-I", "-S", "-B", "-c", IMPORTS, str(tmp_path))
    assert ended.status == 0, ended.err
    assert ended.out.count(str(tmp_path)) == 3
