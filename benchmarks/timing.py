"""Rounds that alternate between peers, so that a busy machine is busy for all of them."""

import itertools
import statistics
import subprocess
import sys
from time import perf_counter
from typing import Any

from .peers import Compiled, Lacking
from .row import Call, ProcessRow, Row

SAMPLE_SECONDS = 0.02


def seconds(call: Call, repetitions: int) -> float:
    """Mean time of one call; the collector runs as in any program."""
    steps = itertools.repeat(None, repetitions)
    start = perf_counter()
    for _ in steps:
        call()
    return (perf_counter() - start) / repetitions


def calibrate(call: Call) -> int:
    """Repetitions that fill a sample, counted after a first call has done its lazy imports.

    The faster of two tries decides, or one interruption would end the count at a single call.
    """
    call()
    repetitions = 1
    while True:
        spent = repetitions * min(seconds(call, repetitions), seconds(call, repetitions))
        if spent >= SAMPLE_SECONDS:
            return repetitions
        repetitions = max(2 * repetitions, int(repetitions * SAMPLE_SECONDS / max(spent, 1e-9)))


def measure(row: Row, peers: dict[str, Any], rounds: int, smoke: bool) -> dict[str, Any]:
    """Times per unit of every peer, at the thread number that suits it best."""
    if smoke:
        row = row.smoke or row
    calls = {name: made for name, module in peers.items() if (made := prepared(row, module))}
    rounds = 1 if smoke or row.single else rounds
    repetitions = {
        name: 1 if smoke or row.single else calibrate(call) for name, call in calls.items()
    }
    samples: dict[tuple[str, int], list[float]] = {}
    for _, threads, name in itertools.product(range(rounds), row.threads, calls):
        peers[name].set_num_threads(threads)
        spent = seconds(calls[name], repetitions[name]) / row.divide
        samples.setdefault((name, threads), []).append(spent)
    return {
        "row": row.name,
        "unit": "s",
        "peers": {name: best(name, samples) for name in calls},
    }


def prepared(row: Row, module: Any) -> Call | None:
    """The call that is timed, None where a peer lacks what it needs."""
    try:
        call = row.setup(module)
        if isinstance(module, Compiled):
            call = module.finished(call)
        if not row.single:
            call()
    except Lacking:
        return None
    return call


def best(peer: str, samples: dict[tuple[str, int], list[float]]) -> dict[str, Any]:
    candidates = [
        {"median": statistics.median(taken), "threads": threads, "samples": taken}
        for (name, threads), taken in samples.items()
        if name == peer
    ]
    return min(candidates, key=lambda candidate: candidate["median"])


def measure_process(row: ProcessRow, peers: list[str], rounds: int) -> dict[str, Any]:
    """The number that the row's program prints; a first run, not counted, fills the file caches."""
    names = [*peers, *row.beside]
    samples: dict[str, list[float]] = {name: [] for name in names}
    for round_, name in itertools.product(range(rounds + 1), names):
        program = row.program.format(module=name)
        done = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True
        )
        if round_:
            samples[name].append(float(done.stdout))
    return {
        "row": row.name,
        "unit": row.unit,
        "peers": {
            name: {"median": statistics.median(taken), "samples": taken}
            for name, taken in samples.items()
        },
    }
