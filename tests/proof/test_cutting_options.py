"""The proof of cutting for every option: a job in parts ends as the job that is not cut."""

from dataclasses import asdict
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.engine.read_options import NumberOptions
from chalicelib.engine.row_ends import RowEnd
from tests.csv_files import styles
from tests.harness import World
from tests.proof.test_cutting import any_kernel
from tests.styled_files import as_bytes, styled_files

values = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t"]),
        "header": st.booleans(),
        "non_numeric": st.sampled_from(["columns", "fail", "skip"]),
        "comment": st.sampled_from(["", "#"]),
        "ragged": st.sampled_from(["fail", "pad"]),
        "last_row": st.sampled_from(["keep", "drop"]),
        "encoding": st.sampled_from(["auto", "utf-8", "windows-1252", "latin-1"]),
        "skip_rows": st.sampled_from([0, 0, 0, 1]),
    }
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Generate a file with names in its first row."""
    fields = draw(st.integers(1, 3))
    return "|".join(["a", "b", "c"][:fields]) + "@" + draw(styled_files(fields))


def ended(world: World, data: bytes, options: Options, random: Random) -> tuple[object, ...]:
    """Run a job; return all that a client sees of it but its times and parts."""
    job = world.submit(data, options)
    world.run(random, duplicates=0.1)
    final = world.final(job)
    rows = final.ledger.rows if final.ledger else None
    return final.status, final.problem, final.result, rows


@given(tables(), st.sampled_from(list(RowEnd)), values, styles, st.integers(0, 1 << 30))
@settings(max_examples=200)
@example("n@1@#@2@", RowEnd.CRCRLF, {"delimiter": ",", "comment": "#"}, NumberOptions(), 0)
@example('n|m@1|"a@b"@2|x@', RowEnd.CR, {"delimiter": ","}, NumberOptions(), 1)
def test_every_part_size_gives_the_job_that_is_not_cut(
    text: str, row_end: RowEnd, given_values: dict[str, str], numbers: NumberOptions, seed: int
) -> None:
    random = Random(seed)
    data = as_bytes(text, row_end, given_values["delimiter"].encode())
    options = Options.of({**given_values, **asdict(numbers), "step": 1})
    serial = ended(World(), data, options, random)
    for part_bytes in range(1, len(data) + 1):
        block_bytes = random.choice([1, 2, 3, 1 << 16])
        kernel, proof_bytes = any_kernel(block_bytes, random), random.choice([0, 1, 2, 5, 1000])
        cut = World(part_bytes, proof_bytes, block_bytes, kernel)
        assert ended(cut, data, options, random) == serial, (data, part_bytes, proof_bytes)
