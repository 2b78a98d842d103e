"""A 0-d tensor outside any graph is a number wherever one is asked for."""

import pytest
import torch as pt

import rushlight

PROGRAMS = """
torch.add(x, y, alpha=t)
torch.add(x, y, alpha=i)
torch.add(x, y, alpha=torch.ones(1))
torch.add(i, i, alpha=t)
torch.add(x, y, alpha=t.clone().requires_grad_())
x.add_(y, alpha=t)
torch.sub(x, y, alpha=t)
x.sub_(y, alpha=i)
torch.rsub(x, y, alpha=t)
torch.clamp(x, t, 3)
torch.clamp(x, 0.5, i)
x.clamp_(0, t)
torch.threshold(x, t, 5)
torch.nn.functional.threshold(x, t, t)
torch.eye(i)
torch.eye(2, i)
torch.ones(4).split(i - 1)
"""


def outcome(torch, program):
    names = {"torch": torch, "x": torch.ones(2), "y": torch.arange(2.0)}
    names |= {"t": torch.tensor(2.0), "i": torch.tensor(3)}
    try:
        return repr(eval(program, names))
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("program", PROGRAMS.strip().splitlines())
def test_a_tensor_for_a_number(program):
    assert outcome(rushlight, program) == outcome(pt, program)
