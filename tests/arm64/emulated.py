"""The native kernel as it is built for arm64, run by qemu's user emulation (Debian's qemu-user)."""

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from chalicelib.engine.native.binding import LIMBS, SUM_BYTES, Call, Column, Style
from chalicelib.engine.native.build import FLAGS

HERE = Path(__file__).parent
UNRESOLVED_BYTES = 24
OUT = ("slot_count", "end", "status", "rows", "lines", "last_row", "unresolved_count", "is_full")
EMULATOR = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")


def compile_for_arm64(program: Path) -> None:
    """Compile the kernel and its pipe, with all that they need, into one file."""
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", "aarch64-linux-musl", "-static"]
    source = str(HERE / "kernel_by_pipe.c")
    subprocess.run([*zig, *FLAGS, source, "-o", str(program)], check=True)


def data_of(call: Call) -> bytes:
    """Return all bytes of the data; ``call.data`` would end at the first NUL."""
    address = ctypes.c_void_p.from_buffer(call, Call.data.offset).value
    return ctypes.string_at(address or 0, call.size)


class EmulatedProgram:
    """The compiled program, running. ``add_rows`` is its csvsum_rows."""

    def __init__(self, program: Path) -> None:
        assert EMULATOR, "there is no qemu-aarch64"
        self.process = subprocess.Popen(
            [EMULATOR, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.calls = self.rows = self.unresolved = 0

    def __enter__(self) -> "EmulatedProgram":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.communicate()

    def add_rows(self, call: Call) -> None:
        """Do what the library's function does: read and change the memory that the call names."""
        self.calls += 1
        changed = (
            (call.sums, SUM_BYTES * call.slot_room * call.wanted),
            (call.slots, LIMBS),
            (call.scales, 4 * call.wanted),
            (call.columns, ctypes.sizeof(Column) * call.wanted),
            (call.known, call.wanted),
        )
        memory = [
            ctypes.string_at(*place)
            for place in (
                (call.marks, 8 * call.mark_count),
                (call.long_marks, call.long_marks_size),
                (call.skips, 8 * max(call.wanted, 2)),
                (call.style, ctypes.sizeof(Style) if call.style else 0),
                *changed,
            )
        ]
        assert self.process.stdin
        self.process.stdin.write(b"".join([bytes(call), *memory, data_of(call)]))
        self.process.stdin.flush()
        left = Call.from_buffer_copy(self._receive(ctypes.sizeof(Call)))
        for name in OUT:
            setattr(call, name, getattr(left, name))
        self.rows += left.rows
        self.unresolved += left.unresolved_count
        for address, length in (
            *changed,
            (call.unresolved, UNRESOLVED_BYTES * left.unresolved_count),
        ):
            ctypes.memmove(address, self._receive(length), length)

    def _receive(self, size: int) -> bytes:
        assert self.process.stdout
        received = self.process.stdout.read(size)
        assert len(received) == size, f"the emulated kernel ended with {self.process.wait()}"
        return received
