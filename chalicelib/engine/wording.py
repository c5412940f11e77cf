"""Words of messages that several modules share. Pure Python."""

import re
import unicodedata
from collections.abc import Sequence

SHOWN_CHARS = 40
#: Where an ellipsis stands in a text that is cut: the end often distinguishes cells.
HEAD_CHARS = 26
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank", ":": "colon"}
#: A comma that is text, in a list that commas separate.
COMMA = r"\,"
#: Values of options that need no quotes in a sentence.
UNQUOTED = re.compile(r"[\w-]+(?:,[\w-]+)*")
#: Unicode has a picture for each control character of ASCII, U+2400 for U+0000 and so on.
PICTURES = {code: chr(0x2400 + code) for code in range(32)} | {127: "\u2421"}
#: Categories of characters that are seen as something else, or not at all.
UNSEEN = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))


def visible(text: str) -> str:
    """Return ``text`` with control characters as pictures, and others that are not seen as codes.

    Half a surrogate, which stands for a byte that is not UTF-8, is shown as this byte.
    """
    text = text.translate(PICTURES)
    return text if text.isprintable() else "".join(map(_seen, text))


def _seen(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return f"<{ord(character) - 0xDC00:02X}>"
    is_seen = unicodedata.category(character) not in UNSEEN
    return character if is_seen else f"<U+{ord(character):04X}>"


def shown(text: str, limit: int = SHOWN_CHARS) -> str:
    """Return ``text`` in quotes, as it is, with at most ``limit`` characters of it."""
    quote = '"' if "'" in text and '"' not in text else "'"
    return f"{quote}{visible(shortened(text, limit))}{quote}"


def shortened(text: str, limit: int = SHOWN_CHARS) -> str:
    """Return at most ``limit`` characters, with an ellipsis for those in the middle."""
    if len(text) <= limit:
        return text
    head = limit * HEAD_CHARS // SHOWN_CHARS
    return f"{text[:head]}…{text[head + 1 - limit :]}"


def counted(number: int, noun: str) -> str:
    """Return "1 field", "2 fields"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(words: Sequence[str], joint: str = "and") -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def delimiter_name(delimiter: str) -> str:
    """Return "comma" for the comma; a rare delimiter has no name and is shown."""
    return NAMES.get(delimiter, shown(delimiter))


def option(name: str, value: object) -> str:
    """Return an option as it is typed: ``header=false``, ``decimal=","``."""
    if isinstance(value, list | tuple):
        text = ",".join(str(each).replace(",", COMMA) for each in value)
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    text = text.replace("\t", r"\t")
    return f"{name}={text}" if UNQUOTED.fullmatch(text) else f'{name}="{text}"'


def sentence(clause: str) -> str:
    """Return a clause with a capital letter, unless it begins with a quote, and a full stop."""
    return f"{clause[:1].upper()}{clause[1:]}."
