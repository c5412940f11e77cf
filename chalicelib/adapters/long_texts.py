"""Texts of items. Long ones are objects in the results bucket; the item has the key."""

from dataclasses import dataclass

from chalicelib.adapters.job_item import Item, string
from chalicelib.adapters.results_bucket import ResultsBucket


@dataclass(frozen=True, slots=True)
class LongTexts:
    """Texts of more than ``inline_bytes`` are in the bucket, others in their items."""

    bucket: ResultsBucket
    inline_bytes: int

    def attribute(self, name: str, text: str, key: str) -> Item:
        """Return the attribute for a text: the text, or the key of the object that holds it."""
        if len(text.encode()) <= self.inline_bytes:
            return {name: string(text)}
        # The object first: an item must never name an object that does not exist.
        self.bucket.put(key, text)
        return {f"{name}_key": string(key)}

    def get(self, name: str, item: Item) -> str | None:
        """Return a text of an item; None if it has none, or if its object has expired."""
        if f"{name}_key" in item:
            return self.bucket.get(item[f"{name}_key"]["S"])
        return item[name]["S"] if name in item else None
