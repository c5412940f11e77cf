"""Compiles the kernel for the machine that installs csvsum: a build hook of hatchling.

The compiler is cc, gcc or clang; without any, pip fetches ziglang for the build. If nothing can
compile, the wheel is one of Python alone, and the command says that it is slow.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: As in the project: hatchling puts all below csvsum/.
LIBRARIES = "chalicelib/engine/native/lib"
COMPILERS = ("cc", "gcc", "clang")
#: A compiler as a package. It has no wheels for other machines, where pip would fail.
ZIGLANG, ZIG_SYSTEMS = "ziglang==0.17.1", ("linux", "darwin")
ZIG_MACHINES = ("x86_64", "aarch64", "arm64")


class KernelHook(BuildHookInterface[Any]):
    """Adds the compiled library to the wheel, and the name of its platform."""

    _folder = ""

    def dependencies(self) -> list[str]:
        """Return what the build needs besides this hook."""
        import platform

        is_needed = next(filter(shutil.which, COMPILERS), None) is None
        has_wheel = sys.platform in ZIG_SYSTEMS and platform.machine() in ZIG_MACHINES
        return [ZIGLANG] if is_needed and has_wheel else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the kernel. A wheel without it is complete as well."""
        if self.target_name != "wheel" or version == "editable":
            return
        self._folder = tempfile.mkdtemp()
        library = self._compiled(Path(self._folder))
        if library is not None:
            build_data["force_include"][str(library)] = f"{LIBRARIES}/{library.name}"
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{_platform()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the library, which is in the wheel now."""
        del version, build_data, artifact_path
        shutil.rmtree(self._folder, ignore_errors=True)

    def _compiled(self, folder: Path) -> Path | None:
        sys.path.insert(0, self.root)
        from chalicelib.engine.native.binding import LIBRARY, open_library
        from chalicelib.engine.native.build import HOST, ZIG, c_compiler, compile_library

        library = folder / LIBRARY.name
        for compiler in (*map(c_compiler, filter(None, map(shutil.which, COMPILERS))), ZIG):
            try:
                compile_library(compiler, HOST[1], library)
                open_library(library)  # a library that cannot be used is as bad as none
                return library
            except (OSError, subprocess.CalledProcessError) as error:
                self.app.display_warning(f"{compiler[0]} cannot compile the kernel: {error}")
        self.app.display_warning("csvsum is installed without its compiled kernel, so it is slow")
        return None


def _platform() -> str:
    """Return the platform of this machine, for a wheel that is not for others."""
    from packaging.tags import sys_tags

    # manylinux would promise that the library runs with an older glibc.
    portable = ("manylinux", "musllinux")
    return next(tag.platform for tag in sys_tags() if not tag.platform.startswith(portable))
