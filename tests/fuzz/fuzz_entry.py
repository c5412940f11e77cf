"""Two campaigns with sanitizers, on x86-64 Linux.

    python -m tests.fuzz.fuzz_entry libfuzzer --seconds 60     needs clang and libclang-rt-14-dev
    python -m tests.fuzz.fuzz_entry files --files 100000       needs gcc; files of fuzz_kernels.py

Address and undefined-behaviour sanitizer watch the C code in both. Whatever is found ends the run
with a report.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from chalicelib.engine.native.build import KERNEL_C, WIDE, compile_library

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "fuzz"
SANITIZE = (
    "-std=c11",
    "-g",
    "-O1",
    "-fno-omit-frame-pointer",
    "-fno-sanitize-recover=all",
    "-fPIC",
)
SEEDS = (
    b"\x05\0\0\0\0\0\x02\0\0" + b'1,2.5,"3",-4e1,\n5,"a,b",,NA,6\r\n' * 4,
    b"\0\0\0\0\0\0\x02\0\0" + b"1.25\n-17\n.5\n" * 12,
    b"\0\0\0\0\0\0\x02\0\0" + b"-1.2345678901234567e-17\n2E+30\n.5e-399\n1e307\n" * 6,
    b"\1\0\0\0\0\0\x02\0\0" + b"123456789012345678901234567890.5,-%s\n" % (b"0.0" + b"7" * 99) * 4,
    b"\0\0\0\1\x08\0\x02\0\2" + b"1.234,5\n-12,25\n1.234.567\n,5e3\n#x\n" * 6,
    b"\0\0\0\1\x08\0\x02\0\3" + "($1,234.50)\n-$5\n12 %\n7 \u20ac\n-999\nNA\n".encode() * 6,
    b"\0\0\0\1\x08\0\x02\0\4" + "1 234/5\n1\u00a0234 $\n$ 7\n12/\n".encode() * 6,
)


def libfuzzer(seconds: int) -> int:
    """Build the target and let it run."""
    corpus = BUILD / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS):
        (corpus / f"seed{number}").write_bytes(seed)
    sanitizers = "-fsanitize=fuzzer-no-link,address,undefined"
    plain = str(BUILD / "plain.o")
    subprocess.run(["clang", *SANITIZE, sanitizers, "-c", str(KERNEL_C), "-o", plain], check=True)
    target = str(BUILD / "fuzz_kernel")
    flags = [*SANITIZE, *WIDE, "-fsanitize=fuzzer,address,undefined"]
    subprocess.run(["clang", *flags, str(HERE / "fuzz_kernel.c"), plain, "-o", target], check=True)
    limits = [
        f"-max_total_time={seconds}",
        "-max_len=600",
        "-use_value_profile=1",
        "-print_final_stats=1",
    ]
    return subprocess.run(
        [target, *limits, f"-artifact_prefix={BUILD}/", str(corpus)], check=False
    ).returncode


def files(arguments: list[str]) -> int:
    """Run fuzz_kernels.py on a sanitized library.

    PYTHONMALLOC gives every block of memory its own guarded place.
    """
    library = BUILD / "csvsum-sanitized.so"
    BUILD.mkdir(parents=True, exist_ok=True)
    flags = (*SANITIZE, "-fsanitize=address,undefined")
    compile_library(["gcc"], "x86_64", library, flags)
    asan = subprocess.run(
        ["gcc", "-print-file-name=libasan.so"], check=True, capture_output=True, text=True
    ).stdout.strip()
    environment = {
        **os.environ,
        "LD_PRELOAD": asan,
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONMALLOC": "malloc",
    }
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.fuzz_kernels",
        "--library",
        str(library),
        *arguments,
    ]
    return subprocess.run(command, env=environment, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("campaign", choices=["libfuzzer", "files"])
    parser.add_argument("--seconds", type=int, default=60)
    given, others = parser.parse_known_args()
    return libfuzzer(given.seconds) if given.campaign == "libfuzzer" else files(others)


if __name__ == "__main__":
    sys.exit(main())
