"""Time rushlight beside its peers and print the table.

    python -m benchmarks [--peer torch,...] [--only PATTERN] [--rounds N] [--json FILE]
        [--plots FOLDER] [--smoke]

A peer is a module with torch's names, torch-compile, or one of jax, jax-jit and autograd, which run
the rows about transforms. `--peer ""` times rushlight alone. `--plots` draws the rows about scaling
into FOLDER/scaling.png, with matplotlib. `--smoke` runs every row once, for no other purpose than to
see that it runs.
"""

import argparse
import json
import re
from pathlib import Path
from typing import Any

from . import (
    rows_arrays,
    rows_kernels,
    rows_networks,
    rows_overhead,
    rows_process,
    rows_programs,
    rows_scaling,
    rows_training,
    rows_transforms,
)
from .peers import ADAPTERS, peer
from .row import ProcessRow, Row
from .table import SUBJECT, environment, markdown
from .timing import measure, measure_process

ROWS: list[Row | ProcessRow] = [
    *rows_overhead.ROWS,
    *rows_programs.ROWS,
    *rows_transforms.ROWS,
    *rows_networks.ROWS,
    *rows_training.ROWS,
    *rows_arrays.ROWS,
    *rows_kernels.ROWS,
    *rows_process.ROWS,
    *rows_scaling.ROWS,
]


def main() -> None:
    """Run the rows that were asked for."""
    options = parse()
    names = [SUBJECT, *filter(None, options.peer.split(","))]
    peers = {name: peer(name) for name in names}
    results = [
        run(row, peers, options.rounds, options.smoke)
        for row in ROWS
        if re.search(options.only, row.name)
    ]
    about = environment(peers)
    print(markdown(about, results))
    if options.plots:
        rows_scaling.draw(results, options.plots)
    if options.json:
        Path(options.json).write_text(json.dumps({"environment": about, "rows": results}, indent=1))


def run(row: Row | ProcessRow, peers: dict[str, Any], rounds: int, smoke: bool) -> dict[str, Any]:
    if isinstance(row, ProcessRow):
        modules = [name for name in peers if name not in ADAPTERS]
        return measure_process(row, modules, 1 if smoke else rounds)
    return measure(row, peers, rounds, smoke)


def parse() -> argparse.Namespace:
    usage, _, notes = (__doc__ or "").partition("\n\n    ")
    parser = argparse.ArgumentParser("benchmarks", description=usage, epilog=notes.split("\n\n")[1])
    parser.add_argument("--peer", default="torch", help="comma-separated modules (default: torch)")
    parser.add_argument("--only", default="", metavar="PATTERN", help="rows whose name matches")
    parser.add_argument("--rounds", type=int, default=7, help="samples a row and peer (default: 7)")
    parser.add_argument("--json", metavar="FILE", help="write every sample there")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw how time grows")
    parser.add_argument("--smoke", action="store_true", help="one quick run of each row")
    return parser.parse_args()


if __name__ == "__main__":
    main()
