"""Declarations: what becomes of a class body of rules."""

import numpy as np
import pytest

import rushlight as torch
import rushlight.nn.functional  # declares more
from rushlight.ops.families import Binary, Elementwise, Unary
from rushlight.ops.late import import_all
from rushlight.tape import declare

import_all()


@pytest.fixture(autouse=True)
def _forget_what_is_declared_here():
    before = dict(declare.table)
    yield
    declare.table.clear()
    declare.table.update(before)


@pytest.mark.parametrize("name", sorted(declare.table))
def test_rules_read_what_there_is(name):
    declare.lay_plan(declare.table[name])


def test_a_rule_that_reads_something_else_is_refused():
    class doubled(Unary):
        places = None

        def forward(x):
            return 2 * x

        def vjp_x(g, y):
            return 2 * g

    with pytest.raises(TypeError, match="doubled: no such value for a rule: y"):
        doubled(torch.ones(1, requires_grad=True))


def test_rules_alone_need_no_class_of_their_own():
    class doubled(Unary):
        """Twice the input."""

        places = None

        def forward(x):
            return 2 * x

        def vjp_x(g):
            return 2 * g

    assert type(doubled) is Unary
    assert doubled.__doc__ == "Twice the input."
    assert (doubled.name, doubled.label) == ("doubled", "DoubledBackward0")
    x = torch.ones(2, requires_grad=True)
    doubled(x).sum().backward()
    assert x.grad.tolist() == [2, 2]


@pytest.mark.parametrize("with_method", [False, True])
def test_a_variant_differs_in_what_its_body_says(with_method):
    class shifted(Elementwise):
        places = None
        if with_method:

            def compute(self, inputs, params):
                return np.asarray(self.forward(inputs[0].array, *params))

        def forward(x, by=1):
            return x + by

        def vjp_x(g):
            return g

    class shifted_back(shifted):
        node = "BackBackward7"

        def forward(x, by=1):
            return x - by

    assert (type(shifted) is Elementwise) is not with_method
    assert shifted(torch.zeros(1), 3).item() == 3
    x = torch.zeros(1, requires_grad=True)
    y = shifted_back(x, 3)
    assert (y.item(), y.grad_fn.name()) == (-3, "BackBackward7")
    y.backward()
    assert x.grad.item() == 1
    assert shifted.label == "ShiftedBackward0"


@pytest.mark.parametrize("reads", ["need", "need, a", "a, need", "a, b, need"])
def test_one_rule_for_all_inputs_may_ask_what_is_needed(reads):
    asked = []
    space = {"note": asked.append}
    exec(
        f"def vjp(g, {reads}):\n    note(need)\n    return tuple(g if n else None for n in need)",
        space,
    )

    class total(Binary):
        places = None

        def forward(a, b):
            return np.add(a, b)

        vjp = space["vjp"]

    x = torch.ones(2, requires_grad=True)
    total(torch.ones(2), x).sum().backward()
    assert asked == [(False, True)]
    assert x.grad.tolist() == [1, 1]
