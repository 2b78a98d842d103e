"""The same values in memory of their own, or the same memory outside the graph."""

from rushlight.kernels import dtypes
from rushlight.kernels.memory_layout import copied
from rushlight.kernels.metadata import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    preserve_format,
)
from rushlight.ops.families import Operation, View, as_tensor_argument
from rushlight.ops.publish import enter, public
from rushlight.tape import entry
from rushlight.tape.core import TensorBase, box, plain, share_version, state

CHANNELS_LAST = {channels_last: (0, 2, 3, 1), channels_last_3d: (0, 2, 3, 4, 1)}


class clone(Operation):
    """A copy of `input` in memory of its own; gradients flow back to `input`.

    The copy has the strides of `input` if that fills its memory, unless `memory_format` says
    otherwise.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, 2.0])
        >>> y = x.clone()
        >>> y[0] = 5.0
        >>> x
        tensor([1., 2.])
    """

    linear = True
    moves = True
    takes_out = False

    def bind(input, *, memory_format=preserve_format):
        if memory_format in CHANNELS_LAST:
            check_rank(input, memory_format)
        return (input,), (memory_format or preserve_format,)

    def forward(x, memory_format):
        if x.flags.c_contiguous and memory_format not in CHANNELS_LAST:
            return x.copy()
        return copied(x, None, memory_format)

    def vjp_x(g):
        return g

    def lift(size, ndim, memory_format):
        return (contiguous_format if memory_format in CHANNELS_LAST else memory_format,)


def check_rank(t, memory_format):
    rank = len(CHANNELS_LAST[memory_format])
    if t.dim() != rank:
        name = str(memory_format).rpartition(".")[2]
        raise RuntimeError(f"required rank {rank} tensor to use {name} format")


def is_contiguous(t, memory_format=contiguous_format):
    """Do the elements lie in memory in row-major order (or in that of another format)?"""
    while t.array is None:
        if getattr(t.box, "dim", 0):
            return False  # vmap's batch dim is in the way
        t = t.box.value
    if memory_format not in CHANNELS_LAST:
        return t.array.flags.c_contiguous
    order = CHANNELS_LAST[memory_format]
    return t.array.ndim == len(order) and t.array.transpose(order).flags.c_contiguous


@public("Tensor", name="is_contiguous")
def is_contiguous_method(self, memory_format=contiguous_format):
    """Do the elements lie in memory in row-major order (or in that of another format)?"""
    return is_contiguous(self, memory_format)


@public("Tensor")
def contiguous(input, memory_format=contiguous_format):
    """`input` itself if its elements lie in memory in row-major order, else a copy that does.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 3).t().contiguous().stride()
        (2, 1)
    """
    if is_contiguous(input, memory_format):
        return input
    if memory_format is preserve_format:
        raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
    return clone.bound(input, memory_format=memory_format)


class alias(View):
    """A view of the whole of `input`."""

    places = None

    def forward(x):
        return x.view()

    def vjp_x(g):
        return g

    def lift(size, ndim):
        return ()


class Outside(Operation, family=True):
    """The result shares the input's memory and version, but nothing leads back to the input."""

    takes_out = False

    def run(self, inputs, params):
        t = inputs[0]
        if t.array is None:
            return super().run(inputs, params)
        out = box(self.forward(t.array, *params))
        out.shared, out.born = share_version(t), t.born
        out.inference = t.inference or state().inference
        return out


class detach(Outside):
    """The values of `input`, sharing memory, as a leaf that requires no grad.

    Writes to the result count as writes to `input`, so that a backward pass that needs the
    overwritten values says so.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0], requires_grad=True)
        >>> (x * 2).detach()
        tensor([2.])
    """

    def settled(self):
        def method(input):
            if not plain(input) or state().special or input.array is None:
                return general(input)
            out = box(input.array.view())
            out.shared = share_version(input)
            out.inference = input.inference
            return out

        general = entry.general_method(self)
        self.function = self.method = method

    def forward(x):
        return x.view()

    def lift(size, ndim):
        return ()


DETACHED_VIEW = (
    "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel "
    "(DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP "
    "buckets, and hence detach_() cannot be called on these gradients. To fix this error, please "
    "refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
)


@public("torch Tensor", name="detach_")
def detach_in_place(input):
    """Make `input` a leaf that requires no grad; views of other tensors cannot be.

    Raises:
        RuntimeError: for a view.
    """
    t = as_tensor_argument("detach_", "input", 1, input)
    if t.origin is not None:
        raise RuntimeError(DETACHED_VIEW)
    if t.box is not None and not t.box.records:
        t.box.overwrite(t, detach.run((t,), ()))
        return t
    if t.box is not None:
        t.box.forget()
    t.node, t.nr, t.rg, t.retains = None, 0, False, False
    return t


def data_of(self):
    """The values, sharing memory, outside the graph; writes to them are not counted.

    Assigning another tensor makes its memory this tensor's own.
    """
    if self.array is None:
        return detach.run((self,), ())
    out = box(self.array.view())
    out.born = self.born
    return out


def set_data(self, other):
    """Take over the memory of another tensor, keeping the place in the graph."""
    if not isinstance(other, TensorBase):
        raise TypeError(f"Variable data has to be a tensor, but got {type(other).__name__}")
    if self.requires_grad and other.dtype.category < dtypes.FLOAT:
        raise RuntimeError(
            "data set to a tensor that requires gradients must be floating point or complex dtype"
        )
    self.array = other.array
    if self.origin is not None:
        self.origin, self.shared = None, None


def delete_data(self):
    """Refused."""
    raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")


enter("Tensor", "data", property(data_of, set_data, delete_data))
