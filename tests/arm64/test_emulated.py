"""The kernel as it is built for arm64 gives the partial sums of the reference kernel."""

import os
import struct
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from chalicelib.engine.layout import Layout
from chalicelib.engine.native import NativeKernel
from chalicelib.engine.native.buffers import Room
from chalicelib.engine.reference import ReferenceKernel
from tests.arm64.emulated import EMULATOR, EmulatedProgram, compile_for_arm64
from tests.fuzz.cases import make_case
from tests.kernels import GRAMMAR, comparable

pytestmark = pytest.mark.skipif(
    EMULATOR is None, reason="there is no qemu-aarch64: `apt install qemu-user`"
)

FILES = int(os.environ.get("ARM64_FILES", "4000"))
ELF_MACHINE, AARCH64 = slice(18, 20), 183


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("arm64") / "kernel_by_pipe"
    compile_for_arm64(path)
    return path


@pytest.fixture
def emulated(program: Path) -> Iterator[EmulatedProgram]:
    with EmulatedProgram(program) as running:
        yield running


def sums_of_both(
    emulated: EmulatedProgram, blocks: Sequence[bytes], layout: Layout
) -> list[tuple[object, ...]]:
    """Return the partial sums of the kernel for arm64, and of the reference."""
    kernels = (NativeKernel(add_rows=emulated.add_rows), ReferenceKernel())
    return [comparable(kernel.sum_rows(iter(blocks), layout)) for kernel in kernels]


def test_the_program_is_one_for_arm64(program: Path) -> None:
    assert struct.unpack("<H", program.read_bytes()[ELF_MACHINE]) == (AARCH64,)


def test_generated_files_have_the_partial_sums_of_the_reference(emulated: EmulatedProgram) -> None:
    # Little memory for sums, since all of it goes through the pipe.
    room = Room(sum_bytes=4096)
    for_arm64 = partial(NativeKernel, add_rows=emulated.add_rows, room=room)
    different = []
    for seed in range(FILES):
        case = make_case(seed)
        found, expected = (comparable(case.read(make, 0)) for make in (for_arm64, ReferenceKernel))
        if found != expected:
            different.append((seed, found, expected))
    assert different == []
    assert emulated.calls >= FILES


def test_a_large_file_of_many_blocks_is_summed_without_the_reference(
    emulated: EmulatedProgram,
) -> None:
    rows = b"".join(
        b'%d.%03d,"a,b",-%d,,7\r\n' % (number, number % 1000, number) for number in range(50_000)
    )
    layout = Layout(GRAMMAR, 5, (0, 2, 4), ("a", "b", "c"), 0, 0)
    found, expected = sums_of_both(emulated, [rows[:300_000], rows[300_000:]], layout)
    assert found == expected
    assert emulated.rows == 50_000
    assert emulated.unresolved == 0


@pytest.mark.parametrize("byte", [b"\xb5", b"\xff", b"/", b":", b"\0", b"e", b"\x80"])
def test_no_byte_next_to_the_digits_is_taken_for_one(
    emulated: EmulatedProgram, byte: bytes
) -> None:
    layout = Layout(GRAMMAR, 1, (0,), ("a",), 0, 0)
    for length in range(1, 20):
        for place in range(length):
            cell = b"1" * place + byte + b"1" * (length - place - 1)
            found, expected = sums_of_both(emulated, [cell + b"\n"], layout)
            assert found == expected, cell
