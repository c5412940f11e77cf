"""Texts of an item: in the item, or in the results bucket when they are long."""

from chalicelib.adapters.job_item import Item, string
from chalicelib.adapters.results_bucket import ResultsBucket

# Reading an item with a text of this many bytes costs 4 read units; an item may have 400 KB.
INLINE_BYTES = 16 * 1024


class LongTexts:
    """Attributes for texts. Those of more than ``inline_bytes`` hold the key of an object."""

    def __init__(self, bucket: ResultsBucket, inline_bytes: int) -> None:
        self.bucket = bucket
        self.inline_bytes = inline_bytes

    def attribute(self, name: str, text: str, key: str) -> Item:
        """Return the attribute for a text. One that is too long is put into the bucket first."""
        if len(text.encode()) <= self.inline_bytes:
            return {name: string(text)}
        # The object first: an item must never name an object that does not exist.
        self.bucket.put(key, text)
        return {f"{name}_key": string(key)}

    def read(self, item: Item, name: str) -> str | None:
        """Return a text of an item. Return None when it has none, or its object has expired."""
        if f"{name}_key" in item:
            return self.bucket.get(item[f"{name}_key"]["S"])
        return item[name]["S"] if name in item else None
