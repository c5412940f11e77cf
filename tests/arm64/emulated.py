"""The native kernel as it is built for arm64, run by qemu's user emulation (Debian's qemu-user), behind the usual door."""

import ctypes
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from chalicelib.engine.native.binding import SCALES, NativeKernel, _Column, _Job
from chalicelib.engine.native.build import FLAGS

HERE = Path(__file__).parent
SUM_BYTES, ODD_BYTES = 16, 24
EMULATOR = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")


def compile_for_arm64(program: Path) -> None:
    """The kernel and its pipe, with everything they need in one file."""
    zig = [
        sys.executable,
        "-m",
        "ziglang",
        "cc",
        "-target",
        "aarch64-linux-musl",
        "-static",
        *FLAGS,
    ]
    subprocess.run([*zig, str(HERE / "kernel_by_pipe.c"), "-o", str(program)], check=True)


class EmulatedProgram:
    """The compiled program, running; ``add_rows`` is its csvsum_rows."""

    def __init__(self, program: Path) -> None:
        assert EMULATOR, "there is no qemu-aarch64"
        self.process = subprocess.Popen(
            [EMULATOR, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.calls = self.rows = self.left_to_the_caller = 0

    def __enter__(self) -> "EmulatedProgram":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.communicate()

    def add_rows(
        self,
        job: _Job,
        data: bytes,
        at: int,
        size: int,
        limit: int,
        ended: int,
        status: ctypes.c_int64,
    ) -> int:
        """As the function of the library: reads and changes the memory that the job has here."""
        self.calls += 1
        sums, points = (job.sums, SUM_BYTES * SCALES * job.wanted), (job.points, job.wanted)
        changed = (sums, points, (job.columns, ctypes.sizeof(_Column) * job.wanted))
        memory = [ctypes.string_at(*place) for place in ((job.marks, 8 * job.mark_count), *changed)]
        assert self.process.stdin
        self.process.stdin.write(
            b"".join([bytes(job), struct.pack("<4q", at, size, limit, ended), *memory, data])
        )
        self.process.stdin.flush()
        end, status.value = struct.unpack("<2q", self._take(16))
        left = _Job.from_buffer_copy(self._take(ctypes.sizeof(_Job)))
        for name in ("odd_count", "rows", "lines", "last_row"):
            setattr(job, name, getattr(left, name))
        self.rows += left.rows
        self.left_to_the_caller += left.odd_count
        for address, length in (*changed, (job.odd, ODD_BYTES * job.odd_count)):
            ctypes.memmove(address, self._take(length), length)
        return int(end)

    def _take(self, size: int) -> bytes:
        assert self.process.stdout
        taken = self.process.stdout.read(size)
        assert len(taken) == size, f"the emulated kernel ended with {self.process.wait()}"
        return taken


class EmulatedKernel(NativeKernel):
    """The native kernel with the calls to its library going to the emulated program."""

    def __init__(self, program: EmulatedProgram, max_row_bytes: int, block_bytes: int) -> None:
        super().__init__(max_row_bytes, block_bytes)
        self._add_rows = program.add_rows
