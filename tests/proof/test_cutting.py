"""The proof of cutting: any part size, order and repeats give the answer of one serial read."""

import os
from collections import Counter
from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.kernel import Kernel
from chalicelib.engine.native import load
from chalicelib.engine.options import Options
from tests.csv_files import junk_files, long_texts, tidy_files
from tests.harness import World, answer_of
from tests.kernels import KERNELS, NATIVE
from tests.oracle import Answer, delimiter_of, read_rows
from tests.verdict_oracle import final_answer

# Without a delimiter no row is ragged, so that the quotes alone decide.
ONE_FIELD = (b'"', b"\n", b"\r\n", b"1", b".", b" ", b"\xc3\xa9", b"a", b'\n"')
EXAMPLES = int(os.environ.get("CUTTING_EXAMPLES", "250"))


def comma_options(**values: object) -> Options:
    return Options.of({"delimiter": ",", **values})


def any_kernel(block_bytes: int, random: Random) -> Kernel:
    """Make one of the kernels that can run here, in one of its forms."""
    built = load() is not None
    names = [name for name in KERNELS if built or name not in NATIVE]
    return KERNELS[random.choice(names)](block_bytes=block_bytes)


def agrees(data: bytes, options: Options, world: World, random: Random, expected: Answer) -> None:
    job = world.submit(data, options)
    world.run(random, duplicates=0.1)
    ended = world.jobs.get(job.id)
    assert answer_of(ended) == expected, (
        data,
        world.part_bytes,
        world.proof_bytes,
        world.block_bytes,
    )
    assert world.jobs.in_progress() == 0


def is_plain(data: bytes, options: Options) -> bool:
    """Return whether the oracle reads a file as the service does, which allows for more.

    No carriage return ends its rows. Its header has as many names as the rows have fields, unless
    the rows differ.
    """
    rows, broken = read_rows(data.removeprefix(b"\xef\xbb\xbf"), delimiter_of(options))
    counts = {len(row) for row in rows[1:]}
    if not rows or (broken and broken.error[0] == "lone_carriage_return"):
        return False
    return not options.read.header or len(counts) != 1 or counts == {len(rows[0])}


def every_part_size(data: bytes, options: Options, counted: Counter[str], random: Random) -> None:
    """Cut at every part size from 1 to all, each with another proof window and block size."""
    if not is_plain(data, options):
        return
    expected = final_answer(data, options)
    counted["files"] += 1
    for part_bytes in range(1, len(data) + 1):
        block_bytes = random.choice([1, 3, 16, 1 << 16])
        world = World(
            part_bytes,
            random.choice([0, 1, 2, 5, 1000]),
            block_bytes,
            any_kernel(block_bytes, random),
        )
        agrees(data, options, world, random, expected)
        counted["(file, part size) pairs"] += 1
        counted["(file, cut) pairs"] += max(0, -(-len(data) // part_bytes) - 1)


KINDS: dict[str, tuple[st.SearchStrategy[bytes], bool]] = {
    "tidy": (tidy_files(small=True), True),
    "bad": (tidy_files(bad=True, small=True), True),
    "junk": (junk_files(), False),
    "one field": (junk_files(ONE_FIELD), False),
    "long texts": (long_texts(), False),
}


def test_every_part_size_of_many_files_gives_the_serial_answer() -> None:
    counted: Counter[str] = Counter()
    for files, header in KINDS.values():
        check_files(files, header, counted)
    print("\n" + ", ".join(f"{number} {what}" for what, number in counted.items()))
    # How many cuts an example has depends on Hypothesis: 300 to 400 for one of each kind so far.
    assert counted["(file, cut) pairs"] >= 200 * EXAMPLES


def check_files(files: st.SearchStrategy[bytes], header: bool, counted: Counter[str]) -> None:
    @given(files, st.sampled_from(["columns", "fail", "skip"]), st.integers(0, 1 << 30))
    @settings(max_examples=EXAMPLES)
    def check(data: bytes, non_numeric: str, seed: int) -> None:
        options = comma_options(header=header, non_numeric=non_numeric, step=3)
        every_part_size(data, options, counted, Random(seed))

    run: Callable[[], None] = check
    run()


@given(tidy_files(bad=True), st.integers(1, 400), st.integers(0, 200), st.integers(0, 1 << 30))
@settings(max_examples=300)
def test_larger_files_cut_anywhere_give_the_serial_answer(
    data: bytes, part_bytes: int, proof_bytes: int, seed: int
) -> None:
    options = comma_options(header=True)
    if is_plain(data, options):
        world, expected = World(part_bytes, proof_bytes), final_answer(data, options)
        agrees(data, options, world, Random(seed), expected)
