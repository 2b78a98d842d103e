"""Attention of several heads with its projections, for `torch.nn.functional`."""

import math
import warnings

from rushlight.kernels import dtypes
from rushlight.ops.addmm import baddbmm
from rushlight.ops.attention import additive, scaled_dot_product_attention
from rushlight.ops.dropout import dropped
from rushlight.ops.join import cat
from rushlight.ops.linear import linear
from rushlight.ops.matmul import bmm
from rushlight.ops.pad import pad
from rushlight.ops.publish import public

NO_MASK = (
    "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
    "`generate_square_subsequent_mask` to create this mask."
)


@public("F")
def multi_head_attention_forward(
    query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v,
    add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None,
    need_weights=True, attn_mask=None, use_separate_proj_weight=False, q_proj_weight=None,
    k_proj_weight=None, v_proj_weight=None, static_k=None, static_v=None,
    average_attn_weights=True, is_causal=False,
):  # fmt: skip
    """Attention of `num_heads` heads over projections of query, key and value, projected again.

    Args:
        query, key, value: L x N x E, S x N x E and S x N x E, or all without N.
        embed_dim_to_check: E.
        num_heads: how many heads share E.
        in_proj_weight, in_proj_bias: of the three projections, one under the other.
        bias_k, bias_v: one more key and value.
        add_zero_attn: one more key and value of zeros.
        dropout_p: dropout of the weights while `training`.
        out_proj_weight, out_proj_bias: of the last projection.
        training: whether dropout is done.
        key_padding_mask: N x S, keys not to attend to (bool) or what is added to their scores.
        need_weights: return the weights, too.
        attn_mask: L x S or (N * num_heads) x L x S, likewise.
        use_separate_proj_weight: the three projections are q_, k_ and v_proj_weight.
        static_k, static_v: keys and values to use as they are.
        average_attn_weights: return the mean of the heads' weights.
        is_causal: says that `attn_mask` is the causal one.

    Returns:
        The result, L x N x E, and the weights, N x L x S, or None.

    Raises:
        AssertionError, RuntimeError: for shapes that do not fit.
    """
    batched = is_batched(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = one_sample(query, key, value)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, _ = query.shape
    other = None if attn_mask is None else (attn_mask.dtype, "attn_mask")
    padding = canonical_mask(key_padding_mask, "key_padding_mask", query, other)
    if is_causal and attn_mask is None:
        raise RuntimeError(NO_MASK)
    if is_causal and padding is None and not need_weights:
        attn_mask = None
    else:
        attn_mask = canonical_mask(attn_mask, "attn_mask", query)
        is_causal = is_causal and padding is None
    check_widths(query, key, value, embed_dim_to_check, num_heads, use_separate_proj_weight)
    if use_separate_proj_weight:
        weights = (q_proj_weight, k_proj_weight, v_proj_weight)
        q, k, v = separate_projections((query, key, value), weights, in_proj_bias)
    else:
        q, k, v = packed_projections(query, key, value, in_proj_weight, in_proj_bias)
    if attn_mask is not None:
        attn_mask = three_dims(attn_mask, (length, key.shape[0]), batch * num_heads)
    masks = (attn_mask, padding)
    if bias_k is not None or bias_v is not None:
        check_biases(bias_k, bias_v, static_k, static_v)
        k, v = cat([k, bias_k.repeat(1, batch, 1)], 0), cat([v, bias_v.repeat(1, batch, 1)], 0)
        masks = with_one_more_key(masks)
    q = heads_first(q, batch * num_heads)
    k = heads_first(k, batch * num_heads) if static_k is None else checked("k", static_k, q)
    v = heads_first(v, batch * num_heads) if static_v is None else checked("v", static_v, q)
    if add_zero_attn:
        k, v = (cat([t, t.new_zeros((t.size(0), 1, t.size(2)))], 1) for t in (k, v))
        masks = with_one_more_key(masks)
    mask = merged(*masks, batch, num_heads, k.size(1))
    dropout_p = dropout_p if training else 0.0
    attend = with_weights if need_weights else without_weights
    out, weights = attend(q, k, v, mask, dropout_p, is_causal, batch, num_heads)
    out = linear(out, out_proj_weight, out_proj_bias)
    out = out.view(length, batch, out.size(1))
    if weights is not None and average_attn_weights:
        weights = weights.mean(1)
    if batched:
        return out, weights
    return out.squeeze(1), None if weights is None else weights.squeeze(0)


# -- shapes -------------------------------------------------------------------------------------


def is_batched(query, key, value, key_padding_mask, attn_mask, num_heads):
    """Is there a dim of samples?  Refuses numbers of dims that do not go together."""
    n = query.dim()
    if n not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {n}-D query tensor"
        )
    start = f"For {'batched' if n == 3 else 'unbatched'} ({n}-D) `query`, expected "
    if key.dim() != n or value.dim() != n:
        raise AssertionError(
            f"{start}`key` and `value` to be {n}-D but found {key.dim()}-D and {value.dim()}-D "
            "tensors respectively"
        )
    if key_padding_mask is not None and key_padding_mask.dim() != n - 1:
        raise AssertionError(
            f"{start}`key_padding_mask` to be `None` or {n - 1}-D but found "
            f"{key_padding_mask.dim()}-D tensor instead"
        )
    if attn_mask is not None:
        if attn_mask.dim() not in (2, 3):
            raise AssertionError(
                f"{start}`attn_mask` to be `None`, 2-D or 3-D but found {attn_mask.dim()}-D tensor "
                "instead"
            )
        wanted = (num_heads, query.shape[0], key.shape[0])
        if n == 2 and attn_mask.dim() == 3 and attn_mask.shape != wanted:
            raise AssertionError(
                f"Expected `attn_mask` shape to be {wanted} but got {attn_mask.shape}"
            )
    return n == 3


def one_sample(query, key, value):
    """The three with a batch of one; those that are the same tensor stay the same."""
    of = {id(t): t.unsqueeze(1) for t in (query, key, value)}
    return of[id(query)], of[id(key)], of[id(value)]


def check_widths(query, key, value, embed_dim, num_heads, separate):
    """Refuse widths and lengths that do not go together."""
    width = query.size(-1)
    assert width == embed_dim, f"was expecting embedding dimension of {embed_dim}, but got {width}"
    assert width % num_heads == 0, f"embed_dim {width} not divisible by num_heads {num_heads}"
    if separate:
        assert key.shape[:2] == value.shape[:2], (
            f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}"
        )
    else:
        assert key.shape == value.shape, (
            f"key shape {key.shape} does not match value shape {value.shape}"
        )


def check_biases(bias_k, bias_v, static_k, static_v):
    """One more key and value come together, and only to those that are computed."""
    assert bias_v is not None, "bias_k is set but bias_v is None"
    assert bias_k is not None, "bias_v is set but bias_k is None"
    assert static_k is None, "bias cannot be added to static key."
    assert static_v is None, "bias cannot be added to static value."


def heads_first(t, heads):
    """length x N x E as (N * heads) x length x (E / heads)."""
    return t.view(t.shape[0], heads, t.shape[1] * t.shape[2] // max(heads, 1)).transpose(0, 1)


def checked(name, t, q):
    """A key or value that is used as it is."""
    for dim in (0, 2):
        assert t.size(dim) == q.size(dim), (
            f"expecting static_{name}.size({dim}) of {q.size(dim)}, but got {t.size(dim)}"
        )
    return t


# -- projections ----------------------------------------------------------------------------------


def packed_projections(q, k, v, weight, bias):
    """The three projections by one matrix; what is the same tensor is multiplied once."""
    assert weight is not None, "use_separate_proj_weight is False but in_proj_weight is None"
    width = q.size(-1)
    if q is k is v:
        return split_projection(linear(q, weight, bias), 3, width)
    if k is not v:
        return separate_projections((q, k, v), weight.chunk(3), bias)
    first, others = weight.split([width, 2 * width])
    b, bs = (None, None) if bias is None else bias.split([width, 2 * width])
    return linear(q, first, b), *split_projection(linear(k, others, bs), 2, width)


def split_projection(t, count, width):
    """Projections that lie side by side, each contiguous."""
    return t.unflatten(-1, (count, width)).movedim(-2, 0).contiguous().unbind(0)


def separate_projections(tensors, weights, bias):
    """Each tensor times its own matrix."""
    for name, weight in zip("qkv", weights, strict=True):
        assert weight is not None, (
            f"use_separate_proj_weight is True but {name}_proj_weight is None"
        )
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    return [linear(t, w, b) for t, w, b in zip(tensors, weights, biases, strict=True)]


# -- masks ------------------------------------------------------------------------------------------


def canonical_mask(mask, name, query, other=None):
    """A mask as what is added to scores; `other` is the dtype and name of the second mask."""
    if mask is None:
        return None
    if mask.dtype is not dtypes.bool and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {name} are supported")
    if other is not None and mask.dtype is not other[0]:
        warnings.warn(
            f"Support for mismatched {name} and {other[1]} is deprecated. Use same type for both "
            "instead.",
            stacklevel=5,
        )
    return mask if mask.is_floating_point() else additive(~mask, query)


def three_dims(mask, matrix, batch):
    """An attention mask with a dim of samples and heads, or a one."""
    if mask.dim() == 2:
        if mask.shape != matrix:
            raise RuntimeError(
                f"The shape of the 2D attn_mask is {mask.shape}, but should be {matrix}."
            )
        return mask.unsqueeze(0)
    if mask.shape != (batch, *matrix):
        raise RuntimeError(
            f"The shape of the 3D attn_mask is {mask.shape}, but should be {(batch, *matrix)}."
        )
    return mask


def with_one_more_key(masks):
    """Masks that let the key that has been appended take part."""
    return [None if mask is None else pad(mask, (0, 1)) for mask in masks]


def merged(mask, padding, batch, num_heads, length):
    """Both masks as one."""
    if padding is None:
        return mask
    for dim, wanted in enumerate((batch, length)):
        assert padding.shape[dim] == wanted, (
            f"Expected key_padded_mask.shape[{dim}] to be {wanted}, but got {padding.shape[dim]}"
        )
    padding = padding.view(batch, 1, 1, length).expand(-1, num_heads, -1, -1)
    padding = padding.reshape(batch * num_heads, 1, length)
    return padding if mask is None else mask + padding


# -- attention --------------------------------------------------------------------------------------


def with_weights(q, k, v, mask, dropout_p, is_causal, batch, num_heads):
    """The heads' results side by side, and their weights."""
    length, width = q.shape[1:]
    q = q * math.sqrt(1.0 / width)
    turned = k.transpose(-2, -1)
    scores = bmm(q, turned) if mask is None else baddbmm.bound(mask, q, turned)
    weights = scores.softmax(-1)
    if dropout_p > 0:
        weights = dropped(weights, dropout_p, True)
    out = bmm(weights, v).transpose(0, 1).reshape(length * batch, num_heads * v.size(2))
    return out, weights.view(batch, num_heads, length, k.size(1))


def without_weights(q, k, v, mask, dropout_p, is_causal, batch, num_heads):
    """The heads' results side by side."""
    length, width = q.shape[1:]
    if mask is not None:
        shared = mask.size(0) == 1
        mask = mask.unsqueeze(0) if shared else mask.view(batch, num_heads, -1, k.size(1))
    q, k, v = (t.view(batch, num_heads, t.size(1), t.size(2)) for t in (q, k, v))
    out = scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal)
    return out.permute(2, 0, 1, 3).reshape(length * batch, num_heads * width), None
