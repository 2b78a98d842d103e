"""Attention of several heads; `torch.nn.modules.activation` publishes it."""

from __future__ import annotations

from typing import Any

from rushlight.nn import functional as F
from rushlight.nn import init
from rushlight.nn.modules.linear import NonDynamicallyQuantizableLinear
from rushlight.nn.modules.module import Module
from rushlight.tensor.creation import empty
from rushlight.tensor.parameter import Parameter


class MultiheadAttention(Module):
    """Attention of `num_heads` heads over projections of query, key and value, projected again.

    Args:
        embed_dim: length of the vectors, shared out to the heads.
        num_heads: how many heads.
        dropout: of the weights.
        bias: whether the projections have biases.
        add_bias_kv: one more key and value, learned.
        add_zero_attn: one more key and value of zeros.
        kdim: length of the keys, if another.
        vdim: length of the values, if another.
        batch_first: inputs and outputs are (N, L, E) in place of (L, N, E).
        device: only the CPU.
        dtype: of the parameters.

    Raises:
        ValueError: for sizes that are not positive.
        AssertionError: if the heads do not divide the length.

    Example:
        >>> import rushlight as torch
        >>> x = torch.zeros(5, 2, 8)
        >>> output, weights = torch.nn.MultiheadAttention(8, 4)(x, x, x)
        >>> output.shape, weights.shape
        (torch.Size([5, 2, 8]), torch.Size([2, 5, 5]))
    """

    __constants__ = ["batch_first"]
    bias_k: Any
    bias_v: Any

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "embed_dim and num_heads must be greater than 0, got "
                f"embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        assert self.head_dim * num_heads == embed_dim, "embed_dim must be divisible by num_heads"
        made = {"device": device, "dtype": dtype}
        for name, shape in self.projection_shapes().items():
            self.register_parameter(
                name, None if shape is None else Parameter(empty(shape, **made))
            )
        in_bias = Parameter(empty(3 * embed_dim, **made)) if bias else None
        self.register_parameter("in_proj_bias", in_bias)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, **made)
        self.bias_k = self.bias_v = None
        if add_bias_kv:
            self.bias_k = Parameter(empty((1, 1, embed_dim), **made))
            self.bias_v = Parameter(empty((1, 1, embed_dim), **made))
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def projection_shapes(self) -> dict[str, tuple[int, int] | None]:
        """One matrix for query, key and value, or one for each, the other None."""
        e = self.embed_dim
        if self._qkv_same_embed_dim:
            none: dict[str, Any] = {f"{name}_proj_weight": None for name in "qkv"}
            return {"in_proj_weight": (3 * e, e), **none}
        return {
            "q_proj_weight": (e, e),
            "k_proj_weight": (e, self.kdim),
            "v_proj_weight": (e, self.vdim),
            "in_proj_weight": None,
        }

    def _reset_parameters(self) -> None:
        """Draw new first values."""
        for name, shape in self.projection_shapes().items():
            if shape is not None:
                init.xavier_uniform_(getattr(self, name))
        if self.in_proj_bias is not None:
            init.constant_(self.in_proj_bias, 0.0)
            init.constant_(self.out_proj.bias, 0.0)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Any, Any]:
        turned = self.batch_first and query.dim() == 3
        if turned:  # what is one tensor has to stay one: it is then projected only once
            of = {id(t): t.transpose(1, 0) for t in (query, key, value)}
            query, key, value = of[id(query)], of[id(key)], of[id(value)]
        separate: dict[str, Any] = {}
        if not self._qkv_same_embed_dim:
            separate = {
                f"{name}_proj_weight": getattr(self, f"{name}_proj_weight") for name in "qkv"
            }
            separate["use_separate_proj_weight"] = True
        output, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
            **separate,
        )
        return (output.transpose(1, 0) if turned else output), weights
