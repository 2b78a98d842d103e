"""Batches whose samples differ in few elements, such as the unit vectors with which Jacobians begin.

Most derivatives keep such a batch so: what an elementwise operation makes of it is again the same
for all samples, but for those elements. Only these and one sample are then computed.
"""

import functools
import math

import numpy as np

from rushlight.kernels.quiet import quietly
from rushlight.tape.batching import BatchBox
from rushlight.tape.core import TensorBase, box, state, version_of, wants
from rushlight.tape.declare import table
from rushlight.tape.levels import boxed
from rushlight.tape.modes import enable_grad

SMALL = 2**14  # elements of a batch up to which it takes longer to keep track than to compute


class BandBox(BatchBox):
    """A batch that is a band: in a table of one row a sample, a few diagonals stand out.

    `rows[0]` is the sample that all have in common. Of its element j, counted flat, sample
    `j - offsets[k]` has `rows[k + 1]` instead. The whole is written out when it is asked for, as
    `value`; the rows hold as long as nobody has written to that. A view (`part` of `source`) is
    written out as one.
    """

    def __init__(self, owner, rows, offsets, size, source=None, part=None):
        super().__init__(owner, None, 0, size)
        self.rows, self.offsets = rows, offsets
        self.source, self.part = source, part
        self.written = None

    dtype = property(lambda self: self.rows.dtype)
    grad_fn = property(lambda self: self.value.grad_fn)

    def sizes(self):
        return tuple(self.rows.shape[1:])

    def stride(self):
        return self.rows.stride()[1:]

    def wants(self):
        return wants(self.rows)

    @property
    def value(self):
        if self.written is None:
            if self.source is None:
                self.written = self.whole()
                self.written.born = self.rows.born  # not later, or writes to it would be refused
            else:
                self.written = self.part(self.source.value)
            self.version = version_of(self.written)
        return self.written

    @value.setter
    def value(self, value):
        """The base class has nothing to say here."""

    def held(self):
        return self.value

    def known(self):
        """Has nobody written to the batch?"""
        if self.written is not None and version_of(self.written) != self.version:
            return False
        return self.source is None or self.source.known()

    def whole(self):
        """The batch, written out."""
        shape = (self.size, *self.shape)
        n = self.rows[0].numel()
        if not constant(self.rows):
            return self.chosen(shape, n)
        rows = self.rows.array.reshape(len(self.offsets) + 1, n)
        if np.ascontiguousarray(rows[0]).view(np.uint8).any():
            out = np.empty((self.size, n), rows.dtype)
            out[...] = rows[0]
        else:  # no zero is negative; this memory is not touched before it is used
            out = np.zeros((self.size, n), rows.dtype)
        for row, offset in zip(rows[1:], self.offsets, strict=True):
            first, last = self.reach(offset, n)
            if first < last:
                flat = out.reshape(-1)[(first - offset) * n + first :: n + 1]
                flat[: last - first] = row[first:last]
        return box(out.reshape(shape))

    def reach(self, offset, n):
        """The elements, from one to before another, of which a diagonal holds some sample's."""
        return max(0, offset), min(n, self.size + offset)

    def chosen(self, shape, n):
        """`whole` by operations, which are differentiated."""
        with enable_grad():
            out = self.rows[0].unsqueeze(0).expand(shape)
            for k, offset in enumerate(self.offsets):
                place = box(np.eye(self.size, n, offset, bool).reshape(shape))
                out = table["where"]((self.rows[k + 1].unsqueeze(0), out), place)
            return out

    def process(self, op, inputs, params):
        """Interpret an operation: on the rows, where it leaves a band."""
        self.check_open()
        if op.many or 2 * len(self.offsets) + 2 > self.size:
            made = None
        elif op.moves:
            made = self.moved(op, inputs, params)
        elif op.pointwise:
            made = self.banded(op, inputs, params)
        else:
            made = self.summed(params) if op.sums else self.multiplied(op, inputs)
        return super().process(op, inputs, params) if made is None else made

    def moved(self, op, inputs, params):
        """What an operation makes that takes neighbours out, or puts them between zeros."""
        shift = shift_of(op, tuple(self.shape), params) if self.known() else None
        if shift is None:
            return None

        def part(whole, count=self.size):
            out, dim = op.batch((whole,), [0], params, count)
            return out if dim == 0 else out.movedim(dim, 0)

        offsets = tuple([offset + shift for offset in self.offsets])
        made = self.of_rows(part(self.rows, len(offsets) + 1), offsets)
        if op.is_view:
            made.box.source, made.box.part = self, part
            self.attach(made, op, inputs, params)
        return made

    def banded(self, op, inputs, params):
        """What an elementwise operation makes, of bands and of what all samples share."""
        bands = [b for b in map(self.at, inputs) if b is not None]
        shape = self.shape
        if not all(isinstance(b, BandBox) and b.known() and b.shape == shape for b in bands):
            return None
        offsets = self.offsets
        if any(b.offsets != offsets for b in bands):
            offsets = tuple(sorted({offset for b in bands for offset in b.offsets}))
        values, dims = [], []
        for x in inputs:
            b = self.at(x)
            if b is None and isinstance(x, TensorBase) and not broadcasts(x.shape, shape):
                return None
            values.append(x if b is None else b.rows_at(offsets))
            dims.append(None if b is None else 0)
        out, dim = op.batch(tuple(values), dims, params, len(offsets) + 1)
        return self.of_rows(out if dim == 0 else out.movedim(dim, 0), offsets)

    def rows_at(self, offsets):
        """The rows for other offsets, among which the own are."""
        if offsets == self.offsets:
            return self.rows
        own = {offset: k + 1 for k, offset in enumerate(self.offsets)}
        which = [0, *[own.get(offset, 0) for offset in offsets]]
        if constant(self.rows):
            return box(self.rows.array[which])
        return self.rows.index_select(0, box(np.array(which)))

    def of_rows(self, rows, offsets):
        """Another band of this batch."""
        self.owner.counted += rows.numel() * rows.dtype.itemsize
        return boxed(BandBox(self.owner, rows, offsets, self.size))

    def sparse(self):
        """The rows of diagonals, flat arrays, where all else is zero; else None."""
        if not (self.known() and constant(self.rows)):
            return None
        rows = self.rows.array.reshape(len(self.offsets) + 1, -1)
        return None if rows[0].any() else rows[1:]

    def summed(self, params):
        """The sum of each whole sample."""
        dims, keepdim, dtype = params
        rows = self.sparse()
        if rows is None or len(dims) != len(self.shape) or dtype is not self.dtype:
            return None
        out = np.zeros(self.size, rows.dtype)
        for row, offset in zip(rows, self.offsets, strict=True):
            first, last = self.reach(offset, len(row))
            if first < last:
                out[first - offset : last - offset] += row[first:last]
        if keepdim:
            out = out.reshape(self.size, *[1] * len(dims))
        return self.wrapped(box(out), 0)

    def multiplied(self, op, inputs):
        """A product: rows or columns of the other factor."""
        which = next(i for i, x in enumerate(inputs) if self.at(x) is self)
        others = [plain(x) for i, x in enumerate(inputs) if i != which]
        if op.of_units is None or len(self.offsets) != 1 or not all(map(constant, others)):
            return None
        rows, first = self.sparse(), self.offsets[0]
        last = first + self.size
        if rows is None or first < 0 or last > rows.shape[1]:
            return None
        out, dim = op.of_units(which, others[0].array, rows[0], self.shape, slice(first, last))
        if out is None or not finite(out):
            return None
        self.owner.counted += out.nbytes
        return self.wrapped(box(out), dim)


@functools.lru_cache(512)
def shift_of(op, shape, params):
    """How far an operation on one tensor moves all elements that it keeps, counted flat.

    None where they do not stay in a row.
    """
    numbers = np.arange(1, 1 + np.prod(shape, dtype=int)).reshape(shape)
    out = op.forward(numbers, *params).reshape(-1)
    places = np.flatnonzero(out)
    shifts = places - out[places]
    if not places.size or (shifts != shifts[0]).any():
        return None
    return int(shifts[0]) + 1


def broadcasts(shape, to):
    """Does a shape broadcast to another without making it larger?"""
    lead = len(to) - len(shape)
    return lead >= 0 and all(n in (1, m) for n, m in zip(shape, to[lead:], strict=True))


def plain(x):
    """An input without the boxes of derivatives that have ended, which change nothing any more."""
    while isinstance(x, TensorBase) and x.box is not None:
        if x.box.owner.open or x.box.dim is not None:  # a batch's is an error
            return x
        x = x.box.value
    return x


def constant(x):
    """Is it a number, or a tensor of no level and without a history that is to be recorded?"""
    if not isinstance(x, TensorBase):
        return True
    return x.box is None and not (wants(x) and state().grad)


def finite(array):
    """Has an array no infinite element, for which zeros would matter?"""
    return np.isfinite(quietly(np.add.reduce, (array, None)))


def unit_vectors(shape, dtype, first, count):
    """`count` unit vectors of a space, as a batch of the innermost level, from number `first` on.

    Vectors with numbers that the space does not have are zero.
    """
    level, n = state().levels[-1], math.prod(shape)
    if count * n < SMALL:
        table = np.eye(count, n, first, dtype.numpy).reshape((count, *shape))
        return boxed(BatchBox(level, box(table), 0, count))
    rows = np.zeros((2, *shape), dtype.numpy)
    rows[1] = 1
    return boxed(BandBox(level, box(rows), (first,), count))
