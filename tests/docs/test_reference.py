"""The reference has an entry for every function."""

import pytest

from tools import reference

PAGES = {page.name: page.read_text() for page in sorted(reference.PAGES.glob("*.md"))}


@pytest.mark.parametrize("name", PAGES)
def test_lists_are_current(name):
    assert reference.current(PAGES[name]) == PAGES[name], "run `python tools/reference.py`"


def test_nothing_is_missing():
    assert not reference.missing(PAGES.values())


def test_what_is_missing_is_noticed():
    texts = [text.replace("::: rushlight.exp\n", "") for text in PAGES.values()]
    assert reference.missing(texts) == ["rushlight.exp"]


def test_nothing_stands_there_twice():
    entries = [
        line for text in PAGES.values() for line in text.splitlines() if line.startswith(":::")
    ]
    assert sorted(set(entries)) == sorted(entries)
