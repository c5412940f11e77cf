"""Words of messages that several modules share. Pure Python."""

SHOWN_CHARS = 40


def shown(text: str, limit: int = SHOWN_CHARS) -> str:
    """Return ``text`` in quotes, cut to ``limit`` characters.

    Control characters are escaped; accents are not.
    """
    return repr(text if len(text) <= limit else text[:limit] + "…")


def counted(number: int, noun: str) -> str:
    """Return "1 field", "2 fields"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(words: list[str], joint: str = "and") -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
