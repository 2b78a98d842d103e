"""Run one expression or program with both libraries and compare what comes out."""

import warnings

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")


def leaves(tree):
    """The leaves of nested tuples, lists and dicts, in order."""
    if isinstance(tree, dict):
        return [x for value in tree.values() for x in leaves(value)]
    if isinstance(tree, (tuple, list)):
        return [x for value in tree for x in leaves(value)]
    return [tree]


def evaluated(lib, source):
    """The value of `result` after the program, or the exception."""
    space = {"torch": lib, "func": lib.func, **vars_of(lib)}
    try:
        with warnings.catch_warnings():
            if lib is torch:  # its own modules use what it deprecates
                warnings.simplefilter("ignore")
            exec(source if "result" in source else f"result = {source}", space)
    except Exception as error:
        return error
    return space["result"]


def vars_of(lib):
    """Some tensors to work with."""
    return {
        "x": lib.tensor([0.5, -1.25, 2.0], dtype=lib.float64),
        "y": lib.tensor([1.5, 0.75, -0.5], dtype=lib.float64),
        "s": lib.tensor(0.7, dtype=lib.float64),
        "A": lib.arange(12, dtype=lib.float64).reshape(4, 3) / 7 - 0.8,
        "B": lib.arange(6, dtype=lib.float64).reshape(3, 2) / 5 - 0.4,
    }


def agree(source):
    """Both libraries give the same values and structure, or the same error."""
    ours, theirs = evaluated(rushlight, source), evaluated(torch, source)
    if isinstance(theirs, Exception):
        assert type(ours) is type(theirs), f"{ours!r} instead of {theirs!r}"
        first = str(theirs).splitlines()[0].replace("torch.Tensor", "Tensor")
        assert str(ours).splitlines()[0].replace("torch.Tensor", "Tensor") == first
        return
    if isinstance(ours, Exception):
        raise ours
    assert type(ours) is type(theirs) or isinstance(ours, rushlight.Tensor)
    mine, others = leaves(ours), leaves(theirs)
    assert len(mine) == len(others)
    for a, b in zip(mine, others, strict=True):
        if not isinstance(b, torch.Tensor):
            assert a == b
            continue
        assert str(a.dtype) == str(b.dtype)
        assert tuple(a.shape) == tuple(b.shape)
        assert a.requires_grad == b.requires_grad
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), 1e-10, 1e-10)
