"""Words that messages share."""

from chalicelib.engine.wording import counted, listed, shown


def test_a_text_is_shown_as_it_is_with_its_accents_and_shortened() -> None:
    assert shown("Auvergne-Rhône-Alpes") == "'Auvergne-Rhône-Alpes'"
    assert shown("é" * 41) == "'" + "é" * 40 + "…'"
    assert shown("é" * 40) == "'" + "é" * 40 + "'"


def test_control_characters_and_quotes_are_shown_escaped() -> None:
    assert shown("a\tb\n\x1b") == r"'a\tb\n\x1b'"
    assert shown("it's") == '"it\'s"'


def test_one_is_singular() -> None:
    assert [counted(number, "field") for number in (0, 1, 2)] == ["0 fields", "1 field", "2 fields"]


def test_lists_read_as_sentences_do() -> None:
    assert [listed(list("abc"[:size])) for size in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert listed(["a", "b"], "or") == "a or b"
