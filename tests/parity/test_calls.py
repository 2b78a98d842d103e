"""Every function of tiers 1 and 2 is there with all its parameters, but for those of a list."""

import pytest
import torch

import rushlight
from tests.parity import calls


def test_nothing_is_missing_that_was_there():
    listed = set(calls.LIST.read_text().split("\n")) - {""}
    now = set(calls.lacking())
    assert not now - listed, "gone"
    assert not listed - now, "there again: run `python -m tests.parity.calls`"


@pytest.mark.parametrize(
    "call",
    [
        lambda m, x: m.swapaxes(x, axis0=0, axis1=1),
        lambda m, x: m.pow(self=2.0, exponent=x),
        lambda m, x: m.fill_(input=x, value=2.0),
        lambda m, x: x.copy_(other=m.ones(3)),
        lambda m, x: m.zeros(7, 3).fill_diagonal_(1, wrap=True),
        lambda m, x: m.zeros(3, 3, 3).fill_diagonal_(2.5),
        lambda m, x: m.kl_div(x, x.exp() + 1, 1),
        lambda m, x: m.triplet_margin_loss(x, x + 1, x - 2, swap=True, reduction=2),
        lambda m, x: m.margin_ranking_loss(x, -x, m.ones(2, 3).sign(), 0.5),
        lambda m, x: m.nn.functional.hardtanh_(x, -0.25, 0.25),
        lambda m, x: m.nn.functional.elu_(x, 0.5),
    ],
)
def test_calls(call):
    values = [[-1.0, 0.5, 2.0], [0.25, -3.0, 1.0]]
    theirs, ours = (call(m, m.tensor(values)) for m in (torch, rushlight))
    assert torch.allclose(theirs, torch.from_numpy(ours.numpy()))


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.set_deterministic_debug_mode("often"),
        lambda m: m.set_deterministic_debug_mode(7),
        lambda m: m.set_deterministic_debug_mode(1.5),
        lambda m: m.set_float32_matmul_precision(3),
        lambda m: m.set_num_interop_threads("many"),
        lambda m: m.set_flush_denormal(1),
        lambda m: m.use_deterministic_algorithms(1),
        lambda m: m.zeros(3).fill_diagonal_(1),
        lambda m: m.zeros(3, 3, 4).fill_diagonal_(1),
    ],
)
def test_refusals(call):
    ends = []
    for module in (torch, rushlight):
        with pytest.raises((RuntimeError, TypeError)) as caught:
            call(module)
        ends.append((caught.type, str(caught.value)))
    assert ends[0] == ends[1]


def test_switches_are_kept():
    try:
        rushlight.use_deterministic_algorithms(True, warn_only=True)
        assert rushlight.get_deterministic_debug_mode() == 1
        assert rushlight.are_deterministic_algorithms_enabled()
        rushlight.set_float32_matmul_precision("high")
        assert rushlight.get_float32_matmul_precision() == "high"
    finally:
        rushlight.set_deterministic_debug_mode(0)
        rushlight.set_float32_matmul_precision("highest")
