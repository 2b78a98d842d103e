"""Scaled dot product attention, for `torch.nn.functional`."""

import math
from contextlib import suppress

import numpy as np

from rushlight.kernels import door, dtypes, rows
from rushlight.ops.dropout import dropped
from rushlight.ops.families import Operation, as_tensor_argument
from rushlight.ops.matmul import adjoint_times, bmm, matmul, times_adjoint
from rushlight.ops.products import CPP_NAMES, adjoint, matrix_product
from rushlight.ops.publish import namespaces, public
from rushlight.ops.softmax import Softmax, softmax_gradient
from rushlight.tape.core import TensorBase, box, plain, state

with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.attention  # noqa: F401  (enters its kernel)


@public("F")
def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
    enable_gqa=False,
):  # fmt: skip
    """softmax(query @ key^T * scale + mask) @ value.

    Args:
        query, key, value: ... x L x E, ... x S x E and ... x S x Ev.
        attn_mask: what is added to the scores, or which of them take part (bool); it broadcasts
            to ... x L x S.
        dropout_p: dropout of the weights.
        is_causal: row i attends to columns up to i.
        scale: 1 / sqrt(E) unless given.
        enable_gqa: let several heads (dim -3) of the query share one of key and value.

    Raises:
        RuntimeError: the ranks, dtypes or sizes do not fit.

    Example:
        >>> import rushlight as torch
        >>> q, k, v = torch.zeros(1, 2, 4), torch.ones(1, 3, 4), torch.ones(1, 3, 2)
        >>> torch.nn.functional.scaled_dot_product_attention(q, k, v)
        tensor([[[1., 1.],
                 [1., 1.]]])
    """
    check_attention(query, key, value, attn_mask, dropout_p, is_causal)
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1]) if query.shape[-1] else math.nan
    if enable_gqa:
        key, value = shared_heads(query, key), shared_heads(query, value)
    mask = additive(attn_mask, query)
    if fusible(query, key, value, mask, dropout_p):
        return attention_(query, key, value, four_dims(mask), scale, bool(is_causal))
    if is_causal:
        mask = causal_mask(query, key)
    return composed(query, key, value, mask, dropout_p, scale)


def check_attention(query, key, value, mask, dropout_p, is_causal):
    """Refuse arguments that do not go together."""
    triple = (("query", query), ("key", key), ("value", value))
    for position, (name, t) in enumerate(triple, 1):
        as_tensor_argument("scaled_dot_product_attention", name, position, t)
    if not query.dtype is key.dtype is value.dtype:
        q, k, v = (CPP_NAMES[t.dtype.name] for _, t in triple)
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, but got "
            f"query.dtype: {q} key.dtype: {k} and value.dtype: {v} instead."
        )
    if query.dim() < 2 or key.dim() < 2 or value.dim() < 2:
        n, m, o = (t.dim() for _, t in triple)
        raise RuntimeError(
            "Expected query, key, and value to all be  at least 2 dimensional, but "
            f"got query.dim: {n} key.dim: {m} and value.dim: {o} instead."
        )
    if query.dtype.category < dtypes.FLOAT:
        raise RuntimeError("expected scalar type Float but found " + query.dtype.scalar_type)
    if mask is not None:
        check_mask(query, mask, is_causal)
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p:g}")


def check_mask(query, mask, is_causal):
    """The mask is for scores, and the only one."""
    if mask.dtype not in (dtypes.bool, dtypes.float32, query.dtype):
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got "
            f"attn_mask.dtype: {CPP_NAMES[mask.dtype.name]} and  query.dtype: "
            f"{CPP_NAMES[query.dtype.name]} instead."
        )
    if is_causal:
        raise RuntimeError(
            "_scaled_dot_product_attention: Explicit attn_mask should not be set "
            "when is_causal=True"
        )


def shared_heads(query, t):
    """Each head of key or value repeated for the query's heads that share it."""
    return t.repeat_interleave(query.shape[-3] // t.shape[-3], -3)


def additive(mask, query):
    """A mask of Booleans as what is added to the scores."""
    if mask is None or mask.dtype is not dtypes.bool:
        return mask
    zeros = namespaces["torch"]["zeros_like"](mask, dtype=query.dtype)
    return zeros.masked_fill(~mask, -math.inf)


def causal_mask(query, key):
    """Minus infinity above the diagonal."""
    above = query.new_ones((query.shape[-2], key.shape[-2]), dtype=dtypes.bool).triu(1)
    return additive(~above, query)


def fusible(query, key, value, mask, dropout_p):
    """Does PyTorch use its fused kernel, one node?"""
    q, k, v = tuple(query.shape), tuple(key.shape), tuple(value.shape)
    return (
        len(q) == len(k) == len(v) == 4
        and q[:2] == k[:2] == v[:2]
        and q[3] == k[3] == v[3]
        and dropout_p == 0
        and query.dtype.is_floating_point
        and 0 not in q + k
        and (
            mask is None
            or (not mask.requires_grad and mask.dtype is query.dtype and mask.dim() in (2, 4))
        )
    )


def four_dims(mask):
    """A matrix of a mask for all samples and heads."""
    return mask.view((1, 1, *mask.shape)) if mask is not None and mask.dim() == 2 else mask


def composed(query, key, value, mask, dropout_p, scale):
    """Attention from its parts; the scale is shared by both factors, as it keeps them small."""
    root = math.sqrt(scale)
    scores = matmul(query * root, key.transpose(-2, -1) * root)
    if mask is not None:
        scores = scores + mask.to(query.dtype)
    weights = safe_softmax_(scores, scores.dim() - 1)
    if dropout_p > 0:
        weights = dropped(weights, dropout_p, True)
    return matmul(weights, value)


class safe_softmax_(Softmax):
    """The softmax along `dim`; zeros where everything is minus infinity."""

    node = "SafeSoftmaxBackward0"

    def forward(x, dim):
        y = rows.softmax(x, dim)
        y[np.broadcast_to((x == -np.inf).all(dim, keepdims=True), x.shape)] = 0
        return y


class attention_(Operation):
    """Attention as one node; the weights are computed again for the gradients."""

    node = "ScaledDotProductFlashAttentionForCpuBackward0"
    tensors = 4
    differentiable = 3
    places = None

    def compute(self, inputs, params):
        arrays = [t.array if isinstance(t, TensorBase) else t for t in inputs]
        dtype = arrays[0].dtype
        if dtype.itemsize == 2:
            arrays = [None if a is None else a.astype(np.float32) for a in arrays]
        out = self.fast.call2(arrays, params)
        if out is not None:
            return out.astype(dtype, copy=False)
        with np.errstate(all="ignore"):
            return self.forward(*arrays, *params).astype(dtype, copy=False)

    def forward(q, k, v, mask, scale, causal):
        scores = matrix_product(q, adjoint(k))
        scores *= scores.dtype.type(scale)
        if causal:
            scores[..., ~np.tri(*scores.shape[-2:], dtype=bool)] = -np.inf
        if mask is not None:
            if np.broadcast_shapes(scores.shape, mask.shape) != scores.shape:
                raise RuntimeError(
                    f"output with shape {list(scores.shape)} doesn't match the "
                    f"broadcast shape {list(mask.shape)}"
                )
            scores += mask
        return matrix_product(safe_softmax_.forward(scores, scores.ndim - 1), v)

    def vjp(g, q, k, v, mask, scale, causal, need):
        arrays = plain_arrays(g, q, k, v, mask)
        made = arrays and gradients(arrays[0], arrays[1:], scale, causal)
        if made is not None:
            return tuple([box(x) if n else None for x, n in zip(made, need, strict=False)])
        if causal:
            mask = causal_mask(q, k)
        scores = times_adjoint(q, k) * scale
        dim = scores.dim() - 1
        weights = safe_softmax_(scores if mask is None else scores + mask, dim)
        slopes = None
        if need[0] or need[1]:
            slopes = softmax_gradient(times_adjoint(g, v), weights, dim) * scale
        return (
            bmm(slopes, k) if need[0] else None,
            adjoint_times(slopes, q) if need[1] else None,
            adjoint_times(weights, g) if need[2] else None,
        )

    def lift(size, ndim, scale, causal):
        return scale, causal


def plain_arrays(*tensors):
    """The arrays of tensors (or None) that nothing else is to be done with; None where there is."""
    st = state()
    if st.special or st.grad or not all(t is None or plain(t) for t in tensors):
        return None
    return [None if t is None else t.array for t in tensors]


def attention_gradients(gradient, arrays, scale, causal):
    """What flows to query, key and value, if there is a kernel; the rule above is its twin."""
    return None


gradients = door.native_or(attention_gradients)
