"""What all formats share: bounds on growth, and the texts of errors."""

from dataclasses import dataclass, field

from ..errors import BadCompressed
from ..formats import Compression
from ..gunzip import GrowthLimit

NAMES = {
    Compression.BZ2: "bz2 file",
    Compression.XZ: "xz file",
    Compression.ZSTD: "zstd file",
    Compression.ZIP: "ZIP archive",
}
#: How many of its last bytes a decompressor may have to keep. xz -9 needs 64 MiB.
MAX_WINDOW_BYTES = 128 * 1024 * 1024


@dataclass(slots=True)
class Growth:
    """Counts the unpacked bytes of a file, refuses too much growth, and creates the errors."""

    compression: Compression
    limit: GrowthLimit
    written: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        return NAMES[self.compression]

    def add(self, read: int, out: bytes) -> None:
        """Count ``out``, unpacked from the first ``read`` bytes. Raise BadCompressed at a limit."""
        self.written += len(out)
        if self.written > self.limit.max_bytes:
            grows = f"beyond {self.limit.max_bytes:,} bytes"
            raise self.error("too_large", f"grows {grows}; submit it uncompressed")
        if self.written > self.limit.free_bytes and self.written > self.limit.max_ratio * read:
            grows = f"to more than {self.limit.max_ratio:,} times its size"
            raise self.error("ratio", f"grows {grows}; submit it uncompressed")

    def truncated(self, size: int) -> BadCompressed:
        return self.error("truncated", f"is cut off after {size:,} bytes; upload it again")

    def damaged(self, position: int, what: str) -> BadCompressed:
        return self.error("damaged", f"is damaged near byte {position:,} ({what}); upload it again")

    def wide_window(self) -> BadCompressed:
        size = f"more than {MAX_WINDOW_BYTES // 1024**2} MiB"
        advice = "compress it at a lower level"
        return self.error("window", f"needs {size} of memory to be unpacked; {advice}")

    def refusal(self, sentence: str) -> BadCompressed:
        """Return the error for a file that is not damaged, but cannot be read."""
        return BadCompressed(self.compression.value, f"The {self.name} {sentence}.")

    def error(self, what: str, sentence: str) -> BadCompressed:
        return BadCompressed(f"{self.compression}_{what}", f"The {self.name} {sentence}.")
