"""vmap: boxes with a batch dim that the function does not see."""

import collections
import math
import operator
import sys
import warnings

import numpy as np

from rushlight.tape import errors, inplace, views
from rushlight.tape.core import VIEW_DEFAULT, TensorBase, user_code, user_lasti
from rushlight.tape.declare import table
from rushlight.tape.dispatch import attach_view
from rushlight.tape.levels import Box, Level, box_at, boxed, lift, root_of, sizes_of, stem

ESCAPED = (
    "Either your tensor may have escaped from inside a function being vmapped and this is a user "
    "error (see https://pytorch.org/functorch/stable/ux_limitations.html), or there is an internal "
    "functorch error in `gen_vmap_plumbing` Please file an issue if it looks like the latter\n"
    "A tensor that was made inside vmap is used after the vmap that made it has ended. Return it "
    "from the function instead of keeping it aside."
)
UNBATCHED_TARGET = (
    "vmap: {0}(self, *extra_args) is not possible because there exists a Tensor "
    "`other` in extra_args that has more elements than `self`. This happened due to `other` being "
    "vmapped over but `self` not being vmapped over {1}. Please try to use out-of-place "
    "operators instead of {0}. If said operator is being called inside the PyTorch "
    "framework, please file a bug report instead."
)
ARITHMETIC = ("copy", "div", "logical_and", "logical_or", "logical_xor", "mul", "sub")
UNEXPLAINED = ("add", "atan2", "bitwise_and", "bitwise_or", "bitwise_xor")
NO_RULE = (
    "There is a performance drop because we have not yet implemented the batching rule for "
    "aten::{0}. Please file us an issue on GitHub so that we can prioritize its implementation."
)
DYNAMIC = (
    "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap "
    "over aten::{0}. Please file an issue at https://github.com/pytorch/pytorch/issues if you need "
    "this feature."
)
MASKED = (
    "vmap: We do not support batching operators that can support dynamic shape. Attempting to "
    "batch over indexing with a boolean mask."
)


class Split(BaseException):
    """Samples disagree about what the function's control flow depends on.

    `labels` numbers the groups that agree; `token` says which vmap is to run them one by one.
    """

    def __init__(self, token, labels):
        self.token = token
        self.labels = labels


class UnequalShapes(Exception):
    """Samples' results do not make a batch; `shapes` lists them."""

    def __init__(self, message, shapes):
        super().__init__(message)
        self.shapes = shapes


class BatchBox(Box):
    """A value with a batch dim `dim` of length `size`."""

    def __init__(self, owner, value, dim, size):
        super().__init__(owner, value)
        self.dim = dim
        self.size = size

    def held(self):
        """The value, which some batches write out when they are asked."""
        return self.value

    def sizes(self):
        whole = sizes_of(self.value)
        return whole[1:] if self.dim == 0 else whole[: self.dim] + whole[self.dim + 1 :]

    def stride(self):
        whole = self.value.stride()
        return whole[: self.dim] + whole[self.dim + 1 :]

    def process(self, op, inputs, params):
        """Interpret an operation: its batching rule, on values one level down."""
        self.check_open()
        values, dims = self.unboxed(inputs)
        try:
            out, out_dim = op.batch(values, dims, params, self.size)
        except UnequalShapes as error:
            if self.owner.split is None:
                raise RuntimeError(str(error)) from None
            kinds = [str(shape) for shape in error.shapes]
            raise Split(self.owner.split, [kinds.index(k) for k in kinds]) from None
        if not op.is_view:
            self.owner.counted += bytes_of(out)
        made = self.wrapped(out, out_dim)
        if op.is_view:
            self.attach(made, op, inputs, params)
        return made

    def attach(self, made, op, inputs, params):
        """Let what a view operation made be views, which a write at a higher level takes along."""
        for i, t in enumerate(made if op.many else (made,)):
            if self.at(t) is not None and self.at(inputs[0]) is not None:
                replay = views.part_of(op, inputs, params)
                if op.many:
                    replay = views.after(replay, operator.itemgetter(i))
                attach_view(t, inputs[0], VIEW_DEFAULT, replay)

    def agreed(self, array):
        """What `array`, the value's, holds for one sample, if it is the same for all."""
        rows = np.moveaxis(array, self.dim, 0)
        found, labels = np.unique(rows.reshape(self.size, -1), axis=0, return_inverse=True)
        if len(found) > 1:
            raise Split(self.owner.split, labels.reshape(-1).tolist())
        return rows[0]

    def check_open(self):
        if not self.owner.open:
            raise RuntimeError(ESCAPED)

    def unboxed(self, inputs):
        """Values one level down, and each one's batch dim or None."""
        values, dims = [], []
        for x in inputs:
            b = box_at(self.owner, x)
            values.append(x if b is None else b.held())
            dims.append(None if b is None else b.dim)
        return tuple(values), dims

    def wrapped(self, out, dim):
        """Results as boxes of this level; `dim` None leaves them unbatched."""
        if isinstance(out, (tuple, list)):
            return tuple([self.wrapped(x, dim) for x in out])
        if dim is None or not isinstance(out, TensorBase):
            return out
        return boxed(BatchBox(self.owner, out, dim, self.size))

    def map(self, function, tensors):
        """`function` sample by sample; its results (a tensor or a tuple of them) stacked."""
        self.check_open()
        values, dims = self.unboxed(tensors)
        out = looped(function, values, dims, self.size)
        return self.wrapped(out, 0)

    def admit(self, target, op):
        """Give every sample its own copy of a tensor that the function made."""
        root = root_of(target)
        others = 0 if root.shared is None else sys.getrefcount(root.shared) - 2
        if root.born < self.level or others > (target is not root):  # a view that stays behind
            raise RuntimeError(self.unbatched_target(op, target))
        lift(target, self.copied)

    def unbatched_target(self, op, target):
        """The error for a batched value that is written to a tensor without the batch."""
        name, shape = stem(op), [*target.shape]
        explained = UNBATCHED_TARGET.format("inplace arithmetic", "in a vmap")
        if name in ARITHMETIC:
            return explained
        if name in UNEXPLAINED:
            text = (
                f"output with shape {shape} doesn't match the broadcast shape {[self.size, *shape]}"
            )
            return errors.extend(text, explained)
        if name in ("fill", "index_put"):
            return UNBATCHED_TARGET.format(f"{name}_", "in a vmap")
        return UNBATCHED_TARGET.format(f"aten::{name}_", f"at level {self.level}")

    def copied(self, value):
        whole = value.unsqueeze(0).expand((self.size, *value.shape)).clone()
        return BatchBox(self.owner, whole, 0, self.size)

    def overwrite(self, target, result):
        """An in-place write: the batched value takes the batched result."""
        mine = self.at(target)
        theirs = self.at(result)
        value = result if theirs is None else theirs.held()
        if theirs is not None and theirs.dim != mine.dim:
            value = value.movedim(theirs.dim, mine.dim)
        elif theirs is None:
            value = value.unsqueeze(mine.dim)
        inplace.copy(mine.held(), value)

    def apply_function(self, cls, args):
        """A custom Function: its own vmap rule, else one made of it.  Returns (result, ctx)."""
        self.check_open()
        return cls.applied_batched(args, self.owner)


def bytes_of(out):
    """The size of a result; of several, of the first."""
    x = out[0] if isinstance(out, tuple) else out
    if not isinstance(x, TensorBase):
        return 0
    t = x
    return t.array.nbytes if t.box is None else math.prod(t.box.shape) * t.dtype.itemsize


VmapInfo = collections.namedtuple("VmapInfo", "batch_size randomness")


def looped(function, values, dims, size):
    """`function` on each sample of a batch, results stacked along a new dim 0."""
    if size == 0:
        return of_no_samples(function, values, dims)
    rows = []
    for i in range(size):
        rows.append(
            function(
                *[x if d is None else x.select(d, i) for x, d in zip(values, dims, strict=True)]
            )
        )
    if rows and isinstance(rows[0], (tuple, list)):
        return tuple([stacked(column) for column in zip(*rows, strict=True)])
    return stacked(rows)


def of_no_samples(function, values, dims):
    """Results of an empty batch: as many as zeros would give, and of their shapes."""
    sample = [
        x if d is None else x.new_zeros((*x.shape[:d], *x.shape[d + 1 :]))
        for x, d in zip(values, dims, strict=True)
    ]
    out = function(*sample)
    if isinstance(out, (tuple, list)):
        return tuple([x.new_empty((0, *x.shape)) for x in out])
    return out.new_empty((0, *out.shape))


def stacked(rows):
    """One result per sample as one tensor."""
    return table["stack"](list(rows), 0)


def copied_for(t, like):
    """A new tensor with a copy for each sample of the batches that `like` hides."""
    boxes = []
    while like.box is not None:
        if isinstance(like.box, BatchBox) and like.box.owner.open:
            boxes.append(like.box)
        like = like.box.value
    for b in reversed(boxes):
        t = boxed(BatchBox(b.owner, front(t, None, b.size).clone(), 0, b.size))
    return t


def vmap_flat(
    function,
    inputs,
    in_dims=None,
    size=None,
    randomness=None,
    whole=None,
    split=None,
    took=None,
):
    """Call `function` once on tensors with hidden batch dims; batched results in a list.

    `in_dims[i]` None passes input i as it is.  Results that do not depend on the batch are
    expanded to it; but where `whole(i)` is the text of an error, result i has to be independent.
    With `split`, samples that disagree raise `Split` with that token.  `took` is told the number of
    samples, and how many bytes the results of all operations have.
    """
    dims = in_dims or [0] * len(inputs)
    if size is None:
        size = next(x.shape[d] for x, d in zip(inputs, dims, strict=True) if d is not None)
    with Level() as level:
        level.randomness, level.size = randomness, size  # what random draws ask for
        level.split = split
        boxes = [
            x if d is None else boxed(BatchBox(level, x, d % max(x.dim(), 1), size))
            for x, d in zip(inputs, dims, strict=True)
        ]
        level.counted = 0
        results = [
            unbatched(level, x, whole(i)) if whole and whole(i) else unwrapped(level, x, size)
            for i, x in enumerate(function(*boxes))
        ]
        if took:
            took(size, level.counted)
        return results


def unbatched(level, x, refusal):
    """A result without a batch dim."""
    if isinstance(x, TensorBase) and x.box is not None and x.box.owner is level:
        raise ValueError(refusal)
    return x


def unwrapped(level, x, size):
    """A result with its batch dim in front."""
    if not isinstance(x, TensorBase):
        return x
    if x.box is not None and x.box.owner is level:
        return front(x.box.value, x.box.dim, size)
    return x.unsqueeze(0).expand((size, *x.shape))


# -- rules ----------------------------------------------------------------------------------


def front(x, dim, size):
    """`x` with its batch dim in front; an unbatched tensor is expanded to the batch."""
    if not isinstance(x, TensorBase):
        return x
    if dim is None:
        return x.unsqueeze(0).expand((size, *x.shape))
    return x if dim == 0 else moved(x, dim)


def moved(x, dim):
    """`x` with dim `dim` moved to the front."""
    order = [dim, *range(dim), *range(dim + 1, len(sizes_of(x)))]
    return table["permute"].run((x,), (tuple(order),))


def lifted(op, values, dims, params, size):
    """The rule of an operation that can say its parameters for inputs with a batch dim in front."""
    ndim = -1
    inputs = []
    for x, d in zip(values, dims, strict=True):
        if ndim < 0 and isinstance(x, TensorBase):
            ndim = len(sizes_of(x)) - (d is not None)
        inputs.append(x if d == 0 else front(x, d, size))
    names = op.param_names
    scalar = ndim == 0 and op.dim_of_scalar and ("dim" in names or "dims" in names)
    if scalar:
        inputs = [
            x.unsqueeze(1) if isinstance(x, TensorBase) and x.dim() == 1 else x for x in inputs
        ]
    able = table[op.in_batch] if op.in_batch else op
    out = able.run(tuple(inputs), tuple(op.lift(size, ndim, *params)))
    if scalar:
        out = tuple([squeezed(x) for x in out]) if isinstance(out, tuple) else squeezed(out)
    return out, 0


def squeezed(x):
    return x.squeeze(1) if x.dim() == 2 else x


def loop(op, values, dims, params, size):
    """The rule of last resort: sample by sample."""
    if fallback["warns"] and op.slow_batch:
        warnings.warn(NO_RULE.format(op.name), UserWarning, stacklevel=4)
    shapes = []

    def sample(*inputs):
        out = op.run(inputs, params)
        shapes.append([[*x.shape] for x in (out if isinstance(out, tuple) else (out,))])
        if len(shapes) == size and any(shape != shapes[0] for shape in shapes):
            raise UnequalShapes(dynamic_error(op, shapes), shapes)
        return out

    return looped(sample, values, dims, size), 0


fallback = {"warns": True}


def dynamic_error(op, shapes):
    """PyTorch's sentence, then the shapes that do not make a batch, and whose they are."""
    other = next(i for i, shape in enumerate(shapes) if shape != shapes[0])
    where = errors.place(user_code(), user_lasti())
    return errors.extend(
        op.dynamic or DYNAMIC.format(op.name),
        f"Sample 0 gave a result of shape {shapes[0][0]}, but sample {other} one of "
        f"{shapes[other][0]}" + (f", at {where}" if where else ""),
    )


def aligned(op, values, dims, params, size):
    """Elementwise: batch dims in front, ranks made equal, then broadcasting does the rest."""
    dim = common_dim(values, dims)
    if dim is not None:
        return op.run(values, params), dim
    return broadcast(op, weighted(values, dims, ranks_of(values, dims)), dims, params, size)


def common_dim(values, dims):
    """The batch dim of values of one dtype that broadcast as they lie, else None."""
    dim = dtype = None
    rank = free = 0
    for x, d in zip(values, dims, strict=True):
        if not isinstance(x, TensorBase):
            continue
        t = x
        n = len(sizes_of(t))
        if dtype is None:
            dtype = x.dtype
        elif x.dtype is not dtype:
            return None
        if d is None:
            free = max(free, n)
        elif dim is None:
            dim, rank = d, n
        elif d != dim or n != rank:
            return None
    return dim if free < rank - dim else None


def ranks_of(values, dims):
    """How many dims each value has, the batch dim left out."""
    return [
        x.dim() - (d is not None) if isinstance(x, TensorBase) else 0
        for x, d in zip(values, dims, strict=True)
    ]


def broadcast(op, values, dims, params, size):
    """The rule of an operation whose inputs broadcast but keep dtypes of their own."""
    rank = max(ranks_of(values, dims))
    inputs = [
        x if d is None else padded(front(x, d, size), rank)
        for x, d in zip(values, dims, strict=True)
    ]
    return op.run(tuple(inputs), params), 0


def padded(x, rank):
    """`x` with dims of length 1 after the batch dim, up to `rank` of them in all."""
    missing = rank + 1 - len(x.shape)
    return x if missing == 0 else x.reshape((x.shape[0], *[1] * missing, *x.shape[1:]))


def weighted(values, dims, ranks):
    """Operands cast so that a batched 0-d tensor keeps the low rank it has in promotion."""
    from rushlight.kernels import promotion

    tensors = [x for x in values if isinstance(x, TensorBase)]
    scalars = [d is not None and r == 0 for d, r in zip(dims, ranks, strict=True)]
    if not any(scalars) or len({x.dtype for x in tensors}) < 2:
        return values
    kinds = []
    for x, r in zip(values, ranks, strict=True):
        if isinstance(x, TensorBase):
            kinds.append((x.dtype, promotion.DIMENSIONED if r else promotion.ZERO_DIM))
        else:
            kinds.append((promotion.of_operands(x), promotion.NUMBER))
    common = promotion.result_dtype(kinds)
    return [x.to(common) if isinstance(x, TensorBase) else x for x in values]
