"""How much is measured: smoke, quick, medium or full."""

from dataclasses import dataclass

from benchmarks.files import MEGABYTE
from benchmarks.service import Trial

KIB, MIB = 2**10, 2**20


@dataclass(frozen=True, slots=True)
class Size:
    """Sizes of files, how many jobs and parts there are, and how many rounds.

    ``reader_*``: one reader, one file. ``trials``: jobs from end to end. ``cpu_jobs``: how many
    jobs, by the size of their file. ``lone_*``: small jobs, one at a time. ``cached_bytes``: a file
    that is submitted repeatedly. ``large_*``: large files through the service. ``cut_*``: a large
    file in many parts, and three values of PART_BYTES. ``quoted_*``: files with quotes. ``cli_*``:
    a file that is summed from a shell.
    """

    reader_bytes: int
    reader_rounds: int
    trials: list[Trial]
    cpu_jobs: dict[int, int]
    lone_jobs: int
    lone_rounds: int
    requests: int
    kept_jobs: int
    cold_starts: int
    cached_bytes: int
    large_bytes: tuple[int, ...]
    large_rounds: int
    gzip_bytes: int
    cut_bytes: int
    cut_part_bytes: tuple[int, int, int]
    cut_rounds: int
    quoted_bytes: int
    quoted_part_bytes: int
    many_parts: int
    small_jobs: int
    fair_parts: tuple[int, ...]
    cli_bytes: int
    cli_rounds: int


SIZES = {
    "smoke": Size(
        reader_bytes=MEGABYTE,
        reader_rounds=1,
        trials=[Trial("prices", 1000, 16, 8, 1), Trial("floats", MEGABYTE, 4, 4, 1)],
        cpu_jobs={1000: 16, MEGABYTE: 8},
        lone_jobs=3,
        lone_rounds=1,
        requests=16,
        kept_jobs=20,
        cold_starts=1,
        cached_bytes=2 * MEGABYTE,
        large_bytes=(MEGABYTE, 2 * MEGABYTE),
        large_rounds=1,
        gzip_bytes=MEGABYTE,
        cut_bytes=2 * MEGABYTE,
        cut_part_bytes=(KIB * 64, KIB * 256, KIB * 1024),
        cut_rounds=1,
        quoted_bytes=4 * MEGABYTE,
        quoted_part_bytes=KIB * 256,
        many_parts=40,
        small_jobs=8,
        fair_parts=(20,),
        cli_bytes=MEGABYTE,
        cli_rounds=1,
    ),
    "quick": Size(
        reader_bytes=20 * MEGABYTE,
        reader_rounds=3,
        trials=[Trial("prices", 1000, 200, 8, 3), Trial("floats", 20 * MEGABYTE, 4, 4, 1)],
        cpu_jobs={1000: 200, MEGABYTE: 40, 10 * MEGABYTE: 16},
        lone_jobs=30,
        lone_rounds=3,
        requests=400,
        kept_jobs=500,
        cold_starts=5,
        cached_bytes=100 * MEGABYTE,
        large_bytes=(10 * MEGABYTE, 100 * MEGABYTE),
        large_rounds=3,
        gzip_bytes=20 * MEGABYTE,
        cut_bytes=100 * MEGABYTE,
        cut_part_bytes=(4 * MIB, 16 * MIB, 64 * MIB),
        cut_rounds=3,
        quoted_bytes=50 * MEGABYTE,
        quoted_part_bytes=4 * MIB,
        many_parts=500,
        small_jobs=40,
        fair_parts=(100,),
        cli_bytes=100 * MEGABYTE,
        cli_rounds=3,
    ),
    "medium": Size(
        reader_bytes=100 * MEGABYTE,
        reader_rounds=3,
        trials=[Trial("prices", 1000, 200, 8, 3), Trial("floats", 50 * MEGABYTE, 4, 4, 2)],
        cpu_jobs={1000: 400, MEGABYTE: 200, 10 * MEGABYTE: 80, 100 * MEGABYTE: 16},
        lone_jobs=40,
        lone_rounds=5,
        requests=1000,
        kept_jobs=2000,
        cold_starts=9,
        cached_bytes=1000 * MEGABYTE,
        large_bytes=(100 * MEGABYTE, 1000 * MEGABYTE),
        large_rounds=5,
        gzip_bytes=100 * MEGABYTE,
        cut_bytes=1000 * MEGABYTE,
        cut_part_bytes=(16 * MIB, 64 * MIB, 256 * MIB),
        cut_rounds=3,
        quoted_bytes=100 * MEGABYTE,
        quoted_part_bytes=16 * MIB,
        many_parts=2000,
        small_jobs=100,
        fair_parts=(500, 50),
        cli_bytes=1000 * MEGABYTE,
        cli_rounds=5,
    ),
    "full": Size(
        reader_bytes=250 * MEGABYTE,
        reader_rounds=5,
        trials=[Trial("prices", 1000, 400, 8, 5), Trial("floats", 50 * MEGABYTE, 4, 4, 3)],
        cpu_jobs={
            1000: 800,
            MEGABYTE: 400,
            10 * MEGABYTE: 160,
            100 * MEGABYTE: 40,
            1000 * MEGABYTE: 8,
        },
        lone_jobs=50,
        lone_rounds=7,
        requests=2000,
        kept_jobs=10_000,
        cold_starts=15,
        cached_bytes=1000 * MEGABYTE,
        large_bytes=(100 * MEGABYTE, 1000 * MEGABYTE, 5000 * MEGABYTE),
        large_rounds=5,
        gzip_bytes=250 * MEGABYTE,
        cut_bytes=1000 * MEGABYTE,
        cut_part_bytes=(16 * MIB, 64 * MIB, 256 * MIB),
        cut_rounds=5,
        quoted_bytes=250 * MEGABYTE,
        quoted_part_bytes=16 * MIB,
        many_parts=2000,
        small_jobs=100,
        fair_parts=(500, 50),
        cli_bytes=1000 * MEGABYTE,
        cli_rounds=9,
    ),
}
