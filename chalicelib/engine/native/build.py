"""Compile the native kernel: ``python -m chalicelib.engine.native.build``, for here and for Lambda.

The compiler is the ``ziglang`` wheel (``pip install ziglang``), which builds for other machines
too. Without it a C compiler of this machine (cc, gcc or clang) builds for this machine alone.
"""

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from .binding import LIBRARY, SOURCES, library_name, source_id

KERNEL_C = SOURCES / "kernel.c"

# By system and machine. Every Linux distribution since 2014 has glibc 2.17 or newer.
TARGETS = {
    ("linux", "x86_64"): "x86_64-linux-gnu.2.17",
    ("linux", "aarch64"): "aarch64-linux-gnu.2.17",
}
HOST = (sys.platform, platform.machine().lower())
X86_64 = ("x86_64", "amd64")
# Unless a processor is named, some compilers use all that this one has, or what a distribution
# requires (x86-64-v3). Then both forms would be the wide one.
ZIG = (sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline")
ANY_X86_64 = "-march=x86-64"
FLAGS = ("-std=c11", "-O3", "-fPIC", "-Wall", "-Wextra", "-Wconversion")
WIDE = ("-mavx2", "-mbmi", "-mbmi2", "-mpclmul", "-mpopcnt", "-DCSVSUM_ROWS=csvsum_rows_avx2")


def compile_library(
    compiler: Sequence[str], machine: str, library: Path, flags: Sequence[str] = FLAGS
) -> None:
    """Compile and link the kernel; for x86-64 in both of its forms."""
    forms: list[tuple[str, ...]] = [(f"-DCSVSUM_SOURCE={source_id()}",)]
    if machine in X86_64:
        forms.append(WIDE)
    with tempfile.TemporaryDirectory() as folder:
        objects = [str(Path(folder, f"{number}.o")) for number in range(len(forms))]
        for form, output in zip(forms, objects, strict=True):
            subprocess.run(
                [*compiler, *flags, *form, "-c", str(KERNEL_C), "-o", output], check=True
            )
        subprocess.run(
            [*compiler, *flags, "-shared", "-s", *objects, "-o", str(library)], check=True
        )


def c_compiler(path: str) -> list[str]:
    """Return the command of a C compiler of this machine."""
    return [path, ANY_X86_64] if HOST[1] in X86_64 else [path]


def main() -> int:
    folder = LIBRARY.parent
    folder.mkdir(exist_ok=True)
    if find_spec("ziglang"):
        compilers = {target: [*ZIG, "-target", name] for target, name in TARGETS.items()}
        compilers.setdefault(HOST, [*ZIG])
    elif found := shutil.which("cc") or shutil.which("gcc") or shutil.which("clang"):
        compilers = {HOST: c_compiler(found)}
    else:
        print(
            "no C compiler: run pip install ziglang; until then csvsum uses pandas",
            file=sys.stderr,
        )
        return 1
    for (system, machine), compiler in compilers.items():
        library = folder / library_name(system, machine)
        compile_library(compiler, machine, library)
        print(library)
    return 0


if __name__ == "__main__":
    sys.exit(main())
