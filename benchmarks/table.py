"""The results as a Markdown table, with what they were taken on."""

import os
import platform
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

SUBJECT = "rushlight"
SCALES = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")),
    "B": ((2.0**20, "MiB"), (1.0, "B")),
}


def environment(peers: dict[str, Any]) -> dict[str, str]:
    """CPU, versions and rushlight's build."""
    found = {
        "CPU": processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "Python": platform.python_version(),
        "numpy": version("numpy"),
    }
    for name, module in peers.items():
        found[name] = str(module.__version__)
    found["build"] = build()
    return found


def processor() -> str:
    """The CPU's name as Linux gives it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def build() -> str:
    """`native` or `pure`: which form of rushlight's compiled modules was imported."""
    return "native" if import_module(f"{SUBJECT}.__config__").compiled_modules() else "pure"


def markdown(environment: dict[str, str], results: list[dict[str, Any]]) -> str:
    """The environment, then a row per result; a ratio below 1 means that rushlight needs less."""
    peers = list(dict.fromkeys(name for result in results for name in result["peers"]))
    others = [name for name in peers if name != SUBJECT]
    head = ["", *peers, *(f"{SUBJECT} / {name}" for name in others)]
    lines = [", ".join(f"{key} {value}" for key, value in environment.items()), ""]
    lines += [table_line(head), table_line(["---", *["---:"] * (len(head) - 1)])]
    for result in results:
        medians = {name: taken["median"] for name, taken in result["peers"].items()}
        cells = [quantity(medians.get(name), result["unit"]) for name in peers]
        cells += [ratio(medians, name) for name in others]
        lines.append(table_line([result["row"], *cells]))
    return "\n".join(lines)


def table_line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def quantity(value: float | None, unit: str) -> str:
    """Three significant digits in the unit that suits."""
    if value is None:
        return ""
    scale, name = next((pair for pair in SCALES[unit] if value >= pair[0]), SCALES[unit][-1])
    return f"{value / scale:.3g} {name}"


def ratio(medians: dict[str, float], peer: str) -> str:
    if SUBJECT not in medians or peer not in medians:
        return ""
    return f"{medians[SUBJECT] / medians[peer]:.2f}"
