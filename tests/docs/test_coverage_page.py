"""The coverage page says what the ratchet says."""

import json

from tools import coverage


def test_the_page_is_current():
    assert coverage.PAGE.read_text() == coverage.page(), "run `python tools/coverage.py`"


def test_marks_are_recorded_passes():
    passing = json.loads((coverage.ROOT / "parity/budget.json").read_text())["passing"]
    rows = dict(row for _, rows in coverage.tables() for row in rows)
    columns = list(coverage.COLUMNS)
    assert "gradgrad" in passing["float64"]["mul"]
    assert rows["mul"][columns.index("double")] == "yes"
    assert rows["argmax"][columns.index("backward")] == ""
    for name, marks in rows.items():
        for (dtype, check), given in zip(coverage.COLUMNS.values(), marks, strict=True):
            assert (given == "yes") == (check in passing[dtype].get(name, ())), name
