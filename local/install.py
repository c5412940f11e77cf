"""Sets up the project, and shows each step: python -m local.install.

`packages VENV FILE ...` installs requirements files into a virtual environment, and creates it
if needed; `kernel VENV` compiles the native kernel there. Only Python's own library is used.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

#: A step that takes longer shows that it goes on.
SILENCE_SECONDS = 8
COMPILERS = ("cc", "gcc", "clang")
BUILD_REQUIREMENTS = "requirements-build.txt"
BUILD_KERNEL = ("-m", "chalicelib.engine.native.build")
# What pip says of a package; small ones pass in no time.
DOWNLOAD = re.compile(r"\s*Downloading (?:\S*/)?([\w.]+)-([\w.]+)-\S+ \(([\d.]+ MB)\)")


class Failed(Exception):
    """A command that failed; the argument is its output."""


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print a step, and how many seconds it took."""
    print(f"  {title} ...", flush=True)
    started, ended = time.monotonic(), threading.Event()
    threading.Thread(target=_show_life, args=[title, ended], daemon=True).start()
    try:
        yield
    finally:
        ended.set()
    print(f"  {title}: {time.monotonic() - started:.0f} s", flush=True)


def _show_life(title: str, ended: threading.Event) -> None:
    while not ended.wait(SILENCE_SECONDS):
        print(f"  ... {title}", flush=True)


def run(*command: str | Path, **environment: str) -> None:
    """Run a command, and show the packages that it downloads. Raises Failed."""
    said: list[str] = []
    with subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            if match := DOWNLOAD.match(line):
                print("    {} {}, {}".format(*match.groups()), flush=True)
    if process.returncode:
        raise Failed("".join(said[-30:]))


def pip_install(python: Path, files: Sequence[str], *options: str) -> None:
    """Install requirements files. Byte code is compiled on import, since most is never used."""
    with step(f"packages of {', '.join(files)}"):
        pip = (python, "-m", "pip", "install", "--no-compile", "--disable-pip-version-check")
        run(*pip, *options, *(option for file in files for option in ("-r", file)))


def install_packages(venv: Path, files: Sequence[str]) -> None:
    """Install requirements files into a virtual environment; create it if needed."""
    print(f"Setting up {venv}, once:", flush=True)
    python = venv / "bin" / "python"
    if not python.exists():
        with step("virtual environment"):
            run(sys.executable, "-m", "venv", venv)
    pip_install(python, files)


def compile_kernel(python: Path) -> None:
    """Compile the native kernel with a compiler of this machine, or with a temporary one."""
    compiler = next(filter(shutil.which, COMPILERS), None)
    if compiler is not None:
        try:
            with step("native kernel"):
                run(python, *BUILD_KERNEL)
            return
        except Failed:
            print(f"  {compiler} cannot compile it", flush=True)
    # The compiler takes 400 MB, and the kernel 20 KB: do not keep the compiler.
    with tempfile.TemporaryDirectory() as folder:
        pip_install(python, [BUILD_REQUIREMENTS], "--target", folder)
        with step("native kernel"):
            run(python, *BUILD_KERNEL, PYTHONPATH=folder)


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says. Return the exit status."""
    what, venv, *files = arguments
    try:
        if what == "packages":
            install_packages(Path(venv), files)
        else:
            compile_kernel(Path(venv) / "bin" / "python")
    except Failed as failed:
        print(failed, file=sys.stderr)
        if what == "packages":
            print("csvsum: the setup failed; the lines above say why.", file=sys.stderr)
            return 1
        print("  The kernel cannot be compiled here; csvsum uses pandas, which is slower.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
