"""Every row of the benchmarks runs; how fast is not a test's business."""

import pytest

import rushlight
from benchmarks.__main__ import ROWS, run
from benchmarks.peers import Names
from benchmarks.row import ProcessRow, Row
from benchmarks.table import markdown


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_runs(row: Row | ProcessRow) -> None:
    threads = rushlight.get_num_threads()
    try:
        result = run(row, {"rushlight": rushlight}, rounds=1, smoke=True)
    finally:
        rushlight.set_num_threads(threads)
    assert result["peers"]["rushlight"]["median"] > 0


def test_table_shows_ratio_and_units() -> None:
    row = {
        "row": "x",
        "unit": "s",
        "peers": {"rushlight": {"median": 2e-7}, "torch": {"median": 1e-6}},
    }
    assert markdown({"CPU": "abacus", "numpy": "2"}, [row]).splitlines() == [
        "CPU abacus, numpy 2",
        "",
        "|  | rushlight | torch | rushlight / torch |",
        "| --- | ---: | ---: | ---: |",
        "| x | 200 ns | 1 us | 0.20 |",
    ]


def test_what_a_peer_lacks_leaves_its_cell_empty() -> None:
    row = next(row for row in ROWS if "func.vmap" in row.name)
    without = Names(randn=rushlight.randn, func=Names())
    result = run(row, {"rushlight": rushlight, "other": without}, rounds=1, smoke=True)
    assert list(result["peers"]) == ["rushlight"]
