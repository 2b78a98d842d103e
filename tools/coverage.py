"""Write `docs/coverage.md`: which checks every operation of tiers 1 and 2 passes.

python tools/coverage.py           writes the page from the ratchet, `parity/budget.json`
python tools/coverage.py --check   fails if the page says something else

A mark is there only if the parity harness has seen every sample pass and recorded it in the
ratchet, which CI holds us to.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/coverage.md"
COLUMNS = {  # of the table: the dtype and the check of the harness
    "forward": ("float64", "forward"),
    "backward": ("float64", "backward"),
    "double": ("float64", "gradgrad"),
    "forward mode": ("float64", "forward_ad"),
    "vmap": ("float64", "vmap"),
    "in-place": ("float64", "inplace"),
    "out": ("float64", "out"),
    "complex": ("complex128", "forward"),
}
HEAD = """# Coverage

One row per operation of PyTorch's operator database, tiers 1 and 2 (`parity/README.md`); this page is
made by `tools/coverage.py` from what the harness has recorded in `parity/budget.json`.

"yes": every sample gives what PyTorch gives. "no": some do not; [the differences](differences.md) say
why. A blank: PyTorch has no answer to compare with (no gradient, no in-place form, no complex
numbers...), which does not mean that rushlight has none.

"""


def mark(row, passing, valid):
    dtype, check = row
    if check in passing.get(dtype, ()):
        return "yes"
    return "no" if check in valid.get(dtype, ()) else ""


def tables():
    """(tier, rows) for both tiers; a row is an operation and its marks."""
    load = lambda name: json.loads((ROOT / "parity" / name).read_text())  # noqa: E731
    passing = load("budget.json")["passing"]
    valid = load("denominator.json")["valid"]
    operations = load("inventory.json")["ops"]
    for tier in (1, 2):
        rows = []
        for name in sorted(n for n, about in operations.items() if about["tier"] == tier):
            own = {dtype: checks.get(name, ()) for dtype, checks in passing.items()}
            theirs = {dtype: checks.get(name, ()) for dtype, checks in valid.items()}
            rows.append((name, [mark(row, own, theirs) for row in COLUMNS.values()]))
        yield tier, rows


def page():
    parts = [HEAD]
    for tier, rows in tables():
        counts = [
            f"{marks.count('yes')} of {sum(map(bool, marks))}"
            for marks in zip(*[m for _, m in rows], strict=True)
        ]
        parts.append(f"## Tier {tier}\n\n")
        parts.append(f"| operation | {' | '.join(COLUMNS)} |\n|{' --- |' * (len(COLUMNS) + 1)}\n")
        parts.append(f"| {len(rows)} operations | {' | '.join(counts)} |\n")
        parts += [f"| `{name}` | {' | '.join(marks)} |\n" for name, marks in rows]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit("docs/coverage.md is not current" if PAGE.read_text() != page() else 0)
    PAGE.write_text(page())
