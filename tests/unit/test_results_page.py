"""The page of results: measuring one part anew leaves the others as they are."""

from pathlib import Path

from benchmarks.results import INTRODUCTION, keep, merged, stamped

PAGE = (
    "# Results\n\nAn old introduction.\n\n## One\n\nfirst\n\n### Table\n\nx\n\n## Two\n\nsecond\n"
)


def test_a_section_replaces_the_one_with_its_title_and_keeps_its_place() -> None:
    page = merged(PAGE, "## One\n\nrenewed")
    assert page == f"{INTRODUCTION}\n\n## One\n\nrenewed\n\n## Two\n\nsecond\n"


def test_a_new_section_is_added_at_the_end() -> None:
    page = merged(PAGE, "## Three\n\nthird")
    assert page.endswith(
        "## One\n\nfirst\n\n### Table\n\nx\n\n## Two\n\nsecond\n\n## Three\n\nthird\n"
    )


def test_sections_are_kept_one_after_the_other_in_a_page_that_did_not_exist(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    for section in ("## One\n\nfirst", "## Two\n\nsecond", "## One\n\nrenewed"):
        keep(section, page)
    assert page.read_text() == f"{INTRODUCTION}\n\n## One\n\nrenewed\n\n## Two\n\nsecond\n"


def test_a_stamp_is_below_the_title() -> None:
    assert stamped("## One\n\nfirst", "Measured now.") == "## One\n\nMeasured now.\n\nfirst"
