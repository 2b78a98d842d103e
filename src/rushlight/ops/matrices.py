"""Operations on matrices, the last two dims, with batch dims before them; and parts of matrices."""

import numpy as np

from rushlight.ops import return_types
from rushlight.ops.families import Operation
from rushlight.tape import batching, gradients
from rushlight.tape.core import state
from rushlight.tape.dispatch import ALWAYS, NEVER, conj


class MatrixOperation(Operation, family=True):
    """Works on the last dims of its inputs, two or as `core` says; batch dims broadcast.

    `expands` members want every input expanded to the batch of a vmap. Results with matrices are
    laid out by columns, as LAPACK's are.
    """

    core = None
    expands = False
    places = None

    def settled(self):
        self.fixing = ALWAYS if not self.many and self.tensors > 1 else NEVER
        self.core = self.core or (2,) * self.tensors

    def compute(self, inputs, params):
        with np.errstate(all="ignore"):
            out = self.forward(*[x.array for x in inputs], *params)
        return tuple([np.asarray(x) for x in out]) if self.many else np.asarray(out)

    def fixes(self, inputs, out):
        return tuple([gradients.described(x) for x in inputs[: self.edges or None]])

    def batch(self, values, dims, params, size):
        if self.expands:
            values = [batching.front(x, d, size) for x, d in zip(values, dims, strict=True)]
            dims = [0] * len(dims)
        ranks = batching.ranks_of(values, dims)
        top = max([r - c for r, c in zip(ranks, self.core, strict=True)])
        inputs = [
            x if d is None else batching.padded(batching.front(x, d, size), top + c)
            for x, d, c in zip(values, dims, self.core, strict=True)
        ]
        return self.run(tuple(inputs), params), 0


class Decomposition(MatrixOperation, family=True):
    """Gives several results."""

    def settled(self):
        self.many = True
        super().settled()


def named_results(name, results):
    """Results as the tuple `torch.return_types.name`."""
    return getattr(return_types, name)(results)


# -- arrays ----------------------------------------------------------------------------------


def by_columns(x):
    """An array of matrices laid out by columns."""
    return np.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2)


# -- tensors ---------------------------------------------------------------------------------


def adjoint(x):
    """The conjugate transpose of matrices."""
    return conj(x.transpose(-2, -1))


def columns(x, start, stop):
    """The columns from `start` to before `stop`."""
    return x.narrow(-1, start, stop - start)


def rows(x, start, stop):
    """The rows from `start` to before `stop`."""
    return x.narrow(-2, start, stop - start)


def diagonal(x):
    """The main diagonals of matrices."""
    return x.diagonal(0, -2, -1)


def off_diagonal(x):
    """`x` with zeros on the main diagonal."""
    return x - diagonal(x).diag_embed()


def half_lower(x):
    """The lower triangle, with half of the diagonal."""
    return x.tril() - (diagonal(x) / 2).diag_embed()


def skew(x):
    """`x - x^H`."""
    return x - adjoint(x)


def differences(x):
    """`x[j] - x[i]` at place i, j; 1 on the diagonal, to divide by."""
    gaps = x.unsqueeze(-2) - x.unsqueeze(-1)
    return gaps + x.new_ones(x.shape).diag_embed()


def absent(g):
    """Is the cotangent `g` one that nobody gave, zeros filled in by the engine?

    What multiplies it may be infinite, and the product would be NaN.
    """
    return g.array is not None and not g.requires_grad and not g.array.any()


def may_be_differentiated(x):
    """Might a gradient or a tangent be asked for?"""
    return x.array is None or (x.requires_grad and state().grad)


def check_phase(message, turned):
    """Refuse a loss that changes with the phase of complex vectors: `turned` is not real then.

    Inside transforms PyTorch does not look, so that Jacobians can be formed.
    """
    if turned.array is not None and not np.allclose(turned.array.imag, 0, 1e-2, 1e-2):
        raise RuntimeError(message)
