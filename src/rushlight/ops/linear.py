"""Linear and bilinear maps, for `torch.nn.functional`."""

import numpy as np

from rushlight.kernels import networks
from rushlight.kernels.numbers import word
from rushlight.ops.addmm import addmm
from rushlight.ops.axes import t
from rushlight.ops.families import as_tensor_argument, numel
from rushlight.ops.matmul import matmul, mm
from rushlight.ops.products import Product
from rushlight.ops.publish import public
from rushlight.ops.shape import unsafe_view, view
from rushlight.tape.core import box, plain, state, wants
from rushlight.tape.dispatch import conj, finish


@public("F", out=True)
def linear(input, weight, bias=None):
    """`input @ weight.T + bias`, for the last dim of the input.

    Args:
        input: ... x in_features.
        weight: out_features x in_features, or in_features.
        bias: out_features, or whatever broadcasts.

    Raises:
        RuntimeError: the sizes do not fit, or the dtypes differ.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.functional.linear(torch.ones(2), torch.tensor([[1.0, 2.0]]), torch.ones(1))
        tensor([4.])
    """
    if plain(input) and plain(weight) and (bias is None or plain(bias)):
        out = at_once(input, weight, bias, state())
        if out is not None:
            return out
    as_tensor_argument("linear", "input", 1, input)
    as_tensor_argument("linear", "weight", 2, weight)
    n, m = input.dim(), weight.dim()
    if n == 0 or m == 0:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {n}D and {m}D"
        )
    turned = weight.t()
    if bias is None:
        return matmul(input, turned)
    as_tensor_argument("linear", "bias", 3, bias)
    if n == 2:
        return addmm.bound(bias, input, turned)
    if bias.dim() <= 1 and input.is_contiguous() and m == 2:
        rows = input.reshape(numel(input.shape[:-1]), input.shape[-1])
        return addmm.bound(bias, rows, turned).view((*input.shape[:-1], weight.shape[0]))
    return matmul(input, turned).add_(bias)


def at_once(input, weight, bias, st):
    """`linear` of a matrix of weights, recorded as the product that it is; None to decline."""
    if st.special:
        return None
    x = input.array
    out = networks.linear(x, weight.array, None if bias is None else bias.array)
    if out is None:
        return None
    if not st.grad or not (wants(input) or wants(weight) or (bias is not None and wants(bias))):
        return box(out)
    turned = finish(t, (weight,), (0,), weight.array.T, st)
    rows, product = input, out
    if x.ndim > 2:
        size = (out.size // out.shape[-1], x.shape[-1])
        rows = finish(view, (input,), (size,), x.reshape(size), st)
        product = out.reshape((size[0], out.shape[-1]))
    if bias is None:
        made = finish(mm, (rows, turned), (), product, st)
        return made if x.ndim == 2 else finish(unsafe_view, (made,), (out.shape,), out, st)
    made = finish(addmm, (bias, rows, turned), (1, 1, 0, True), product, st)
    return made if x.ndim == 2 else finish(view, (made,), (out.shape,), out, st)


@public("torch F")
def bilinear(input1, input2, weight, bias=None):
    """`input1^T weight[o] input2 + bias[o]` for each o, over the last dims of the inputs.

    Args:
        input1, input2: ... x in1 and ... x in2.
        weight: out x in1 x in2.
        bias: out.

    Raises:
        RuntimeError: the sizes do not fit.

    Example:
        >>> import rushlight as torch
        >>> x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0])
        >>> torch.nn.functional.bilinear(x, y, torch.ones(1, 2, 1))
        tensor([9.])
    """
    check_bilinear(input1, input2, weight, bias)
    lead = tuple(input1.shape[:-1])
    a = input1.reshape(numel(lead), input1.shape[-1])
    b = input2.reshape(numel(lead), input2.shape[-1])
    out = trilinear(a, weight, b).reshape((*lead, weight.shape[0]))
    return out if bias is None else out + bias


def check_bilinear(a, b, weight, bias):
    """Refuse arguments whose dtypes or sizes do not fit."""
    given = {"input1": a, "input2": b, "weight": weight, "bias": bias}
    given = {name: x.dtype for name, x in given.items() if x is not None}
    if len(set(given.values())) > 1:
        words = ", ".join([f"{name}: {word(dtype)}" for name, dtype in given.items()])
        raise RuntimeError(f"All tensors must have the same dtype, got {words}")
    if a.dim() != b.dim():
        raise RuntimeError(
            f"bilinear(): input dimensions do not match: got {a.dim()} and {b.dim()}"
        )
    for d in range(a.dim() - 1):
        if a.shape[d] != b.shape[d]:
            raise RuntimeError(
                f"bilinear(): input batch dimensions do not match at dim {d}: got "
                f"{a.shape[d]} and {b.shape[d]}"
            )
    for i, x in ((1, a), (2, b)):
        if x.shape[-1] != weight.shape[i]:
            raise RuntimeError(
                f"bilinear(): input{i} size does not match weight size: got "
                f"{x.shape[-1]} but expected {weight.shape[i]}"
            )
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise RuntimeError(
            "bilinear(): bias size does not match weight size: got "
            f"{bias.shape[0]} but expected {weight.shape[0]}"
        )


class trilinear(Product):
    """`sum_ij a[n, i] w[o, i, j] b[n, j]`, linear in each of three factors."""

    node = "TrilinearBackward0"
    tensors = 3
    places = None
    lift = None

    def forward(a, w, b):
        return (np.tensordot(a, w, (1, 1)) * b[:, None, :]).sum(-1, dtype=a.dtype)

    def vjp_a(g, w, b):
        outer = g.unsqueeze(2) * conj(b).unsqueeze(1)
        return outer.flatten(1) @ conj(w).transpose(1, 2).flatten(0, 1)

    def vjp_w(g, a, b):
        pairs = conj(a).unsqueeze(2) * conj(b).unsqueeze(1)
        return (g.t() @ pairs.flatten(1)).unflatten(1, pairs.shape[1:])

    def vjp_b(g, a, w):
        outer = g.unsqueeze(2) * conj(a).unsqueeze(1)
        return outer.flatten(1) @ conj(w).flatten(0, 1)
