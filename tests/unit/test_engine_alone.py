"""The engine works without the rest of chalicelib, under any name: it can be shipped alone."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernels import NEEDS_NATIVE

ENGINE = Path(__file__).parent.parent.parent / "chalicelib" / "engine"
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from exact.opening import read_layout
from exact.native import NativeKernel
from exact.options import Options
from exact.pandas_kernel import PandasKernel
from exact.reference import ReferenceKernel
from exact.sums import digits
kernel = {"reference": ReferenceKernel, "pandas": PandasKernel, "native": NativeKernel}[sys.argv[2]]
options = Options.of(dict(delimiter=";"))
layout, rows = read_layout([b"amount;text\\n1e16;x\\n1;y\\n-1e16;z\\n"], options)
found = kernel().sum_rows(rows, layout)
assert not [name for name in sys.modules if name.startswith("chalicelib")]
print(json.dumps({name: digits(each.total) for name, each in zip(layout.names, found.columns)}))
"""


@pytest.mark.parametrize(
    "kernel", ["reference", "pandas", pytest.param("native", marks=NEEDS_NATIVE)]
)
def test_a_copy_of_the_engine_sums_a_csv(kernel: str, tmp_path: Path) -> None:
    shutil.copytree(ENGINE, tmp_path / "exact", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-I", "-c", PROGRAM, str(tmp_path), kernel]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"amount": "1"}
