"""The version of code: a digest of its files, which is another one after any change of them."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

#: All that sums files.
ENGINE = Path(__file__).parent
CODE = (".py", ".c", ".h")


def version_of(*roots: Path) -> str:
    """Return the version of some files of code, and of those below some folders."""
    digest = sha256()
    for root in roots:
        for path in sorted(_code_of(root)):
            digest.update(path.relative_to(root.parent).as_posix().encode() + b"\0")
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _code_of(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    else:
        yield from (path for path in root.rglob("*") if path.suffix in CODE)
