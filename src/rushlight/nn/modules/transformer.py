"""The Transformer and its layers: `torch.nn.modules.transformer`."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable
from typing import Any

from rushlight.nn import functional as F
from rushlight.nn import init
from rushlight.nn.modules.activation import GELU, ReLU
from rushlight.nn.modules.attention import MultiheadAttention
from rushlight.nn.modules.container import ModuleList
from rushlight.nn.modules.dropout import Dropout
from rushlight.nn.modules.linear import Linear
from rushlight.nn.modules.module import Module
from rushlight.nn.modules.normalization import LayerNorm
from rushlight.tape.modes import is_grad_enabled
from rushlight.tensor.creation import full

__all__ = [
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
]


def causal_mask(length: int, device: Any = None, dtype: Any = None) -> Any:
    """Minus infinity above the diagonal, zero elsewhere."""
    return full((length, length), -math.inf, device=device, dtype=dtype).triu(1)


def is_causal_mask(mask: Any, said: bool | None, length: int) -> bool:
    """Is `mask` the causal one?  What has been said about it counts for more than a look."""
    if said is not None or mask is None:
        return said is True
    causal = causal_mask(length, dtype=mask.dtype)
    return mask.size() == causal.size() and bool((mask == causal).all())


def length_of(x: Any, batch_first: bool) -> int:
    """How many steps the sequences have."""
    return x.size(1 if x.dim() == 3 and batch_first else 0)


def activation_of(activation: str | Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function of a name, 'relu' or 'gelu'; a function is its own."""
    if not isinstance(activation, str):
        return activation
    if activation in ("relu", "gelu"):
        return getattr(F, activation)
    raise RuntimeError(f"activation should be relu/gelu, not {activation}")


class _Layer(Module):
    """What encoder and decoder layers share.

    Every block (attention, feed forward) is added to its own input, and normalised: the input with
    `norm_first`, else the sum.
    """

    __constants__ = ["norm_first"]
    attentions: tuple[str, ...]

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Any], Any] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        made = {"device": device, "dtype": dtype}
        for name in self.attentions:
            attention = MultiheadAttention(
                d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first, **made
            )
            self.add_module(name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias, **made)
        self.norm_first = norm_first
        blocks = range(1, len(self.attentions) + 2)
        for i in blocks:
            norm = LayerNorm(d_model, eps=layer_norm_eps, bias=bias, **made)
            self.add_module(f"norm{i}", norm)
        for i in blocks:
            self.add_module(f"dropout{i}", Dropout(dropout))
        self.activation = activation_of(activation)

    def around(self, x: Any, norm: Module, block: Callable[[Any], Any]) -> Any:
        """One block with its shortcut and its normalisation."""
        return x + block(norm(x)) if self.norm_first else norm(x + block(x))

    def attended(
        self, attention: Any, x: Any, memory: Any, mask: Any, padding: Any, is_causal: bool
    ) -> Any:
        """What `x` finds in `memory`."""
        return attention(
            x,
            memory,
            memory,
            attn_mask=mask,
            key_padding_mask=padding,
            is_causal=is_causal,
            need_weights=False,
        )[0]

    def _sa_block(
        self, x: Any, attn_mask: Any, key_padding_mask: Any, is_causal: bool = False
    ) -> Any:
        """Self-attention."""
        return self.dropout1(
            self.attended(self.self_attn, x, x, attn_mask, key_padding_mask, is_causal)
        )

    def fed_forward(self, x: Any) -> Any:
        """Two linear maps, the activation between them."""
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_Layer):
    """Self-attention and two linear maps, each with a shortcut, dropout and normalisation.

    Args:
        d_model: length of the vectors.
        nhead: how many heads attend.
        dim_feedforward: length between the linear maps.
        dropout: its probability.
        activation: between the linear maps: 'relu', 'gelu' or a function.
        layer_norm_eps: of the normalisation.
        batch_first: inputs and outputs are (N, L, E) in place of (L, N, E).
        norm_first: normalise the inputs of the blocks in place of the sums.
        bias: whether linear maps and normalisation have biases.
        device: only the CPU.
        dtype: of the parameters.

    Example:
        >>> import rushlight as torch
        >>> layer = torch.nn.TransformerEncoderLayer(8, 2, dim_feedforward=16)
        >>> layer(torch.zeros(5, 3, 8)).shape
        torch.Size([5, 3, 8])
    """

    attentions = ("self_attn",)

    @property
    def activation_relu_or_gelu(self) -> int:
        """1 for relu, 2 for gelu, 0 for another activation."""
        if self.activation is F.relu or isinstance(self.activation, ReLU):
            return 1
        return 2 if self.activation is F.gelu or isinstance(self.activation, GELU) else 0

    def __getstate__(self) -> dict[str, Any]:
        # PyTorch keeps this as an attribute and expects it in its files.
        return {**self.__dict__, "activation_relu_or_gelu": self.activation_relu_or_gelu}

    def forward(
        self,
        src: Any,
        src_mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool = False,
    ) -> Any:
        padding, mask = canonical(
            (src_key_padding_mask, "src_key_padding_mask"), (src_mask, "src_mask"), src
        )
        x = self.around(src, self.norm1, lambda x: self._sa_block(x, mask, padding, is_causal))
        return self.around(x, self.norm2, self._ff_block)

    def _ff_block(self, x: Any) -> Any:
        return self.dropout2(self.fed_forward(x))


class TransformerDecoderLayer(_Layer):
    """Self-attention, attention to a memory, and two linear maps.

    Arguments are those of `TransformerEncoderLayer`.
    """

    attentions = ("self_attn", "multihead_attn")

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Any:
        def attend_self(x: Any) -> Any:
            return self._sa_block(x, tgt_mask, tgt_key_padding_mask, tgt_is_causal)

        def attend_memory(x: Any) -> Any:
            return self._mha_block(
                x, memory, memory_mask, memory_key_padding_mask, memory_is_causal
            )

        x = self.around(tgt, self.norm1, attend_self)
        x = self.around(x, self.norm2, attend_memory)
        return self.around(x, self.norm3, self._ff_block)

    def _mha_block(
        self, x: Any, mem: Any, attn_mask: Any, key_padding_mask: Any, is_causal: bool = False
    ) -> Any:
        """Attention to the memory."""
        return self.dropout2(
            self.attended(self.multihead_attn, x, mem, attn_mask, key_padding_mask, is_causal)
        )

    def _ff_block(self, x: Any) -> Any:
        return self.dropout3(self.fed_forward(x))


def canonical(padding: tuple[Any, str], mask: tuple[Any, str], x: Any) -> tuple[Any, Any]:
    """A padding mask and an attention mask, each with its name, as what is added to scores."""
    from rushlight.ops.multihead import canonical_mask

    other = None if mask[0] is None else (mask[0].dtype, mask[1])
    return canonical_mask(*padding, x, other), canonical_mask(*mask, x)


def clones(layer: Module, count: int) -> ModuleList:
    """Copies of a layer, which start with the same values."""
    return ModuleList([copy.deepcopy(layer) for _ in range(count)])


class TransformerEncoder(Module):
    """Encoder layers one after the other, and perhaps a normalisation.

    Args:
        encoder_layer: what the layers are copies of.
        num_layers: how many.
        norm: what follows them.
        enable_nested_tensor: in evaluation set what stands at padding to zero before `norm`, where
            PyTorch leaves it out of the computation.
        mask_check: do that only if the padding comes last.
    """

    __constants__ = ["norm"]

    def __init__(
        self,
        encoder_layer: Any,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = clones(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check
        why = keeps_padding(encoder_layer)
        if enable_nested_tensor and why:
            warnings.warn(
                "enable_nested_tensor is True, but self.use_nested_tensor is False because " + why,
                stacklevel=2,
            )
        self.use_nested_tensor = enable_nested_tensor and not why

    def forward(
        self,
        src: Any,
        mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool | None = None,
    ) -> Any:
        padding, mask = canonical(
            (src_key_padding_mask, "src_key_padding_mask"), (mask, "mask"), src
        )
        length = length_of(src, self.layers[0].self_attn.batch_first)
        is_causal = is_causal_mask(mask, is_causal, length)
        output = src
        for layer in self.layers:
            output = layer(output, src_mask=mask, is_causal=is_causal, src_key_padding_mask=padding)
        if padding is not None and mask is None and self.drops_padding(src, padding != 0):
            output = output.masked_fill((padding != 0).unsqueeze(-1), 0.0)
        return output if self.norm is None else self.norm(output)

    def drops_padding(self, src: Any, padding: Any) -> bool:
        """Does PyTorch compute with nested tensors here, which have nothing at padding?"""
        first = self.layers[0]
        if not self.use_nested_tensor or first.training or src.dim() != 3:
            return False
        if self.mask_check and bool((padding[:, :-1] & ~padding[:, 1:]).any()):
            return False
        recorded = src.requires_grad or any(p.requires_grad for p in first.parameters())
        return not (is_grad_enabled() and recorded)


def keeps_padding(layer: Any) -> str:
    """Why PyTorch never computes with nested tensors in an encoder of such layers; '' if it does."""
    if not isinstance(layer, TransformerEncoderLayer):
        return "encoder_layer was not TransformerEncoderLayer"
    if layer.norm_first:
        return "encoder_layer.norm_first was True"
    attention = layer.self_attn
    if not attention.batch_first:
        return (
            "encoder_layer.self_attn.batch_first was not True(use batch_first for better inference "
            "performance)"
        )
    if not attention._qkv_same_embed_dim:
        return "encoder_layer.self_attn._qkv_same_embed_dim was not True"
    if attention.in_proj_bias is None:
        return "encoder_layer.self_attn was passed bias=False"
    if not layer.activation_relu_or_gelu:
        return "encoder_layer.activation_relu_or_gelu was not True"
    if layer.norm1.eps != layer.norm2.eps:
        return "encoder_layer.norm1.eps was not equal to encoder_layer.norm2.eps"
    if attention.num_heads % 2 == 1:
        return "encoder_layer.self_attn.num_heads is odd"
    return ""


class TransformerDecoder(Module):
    """Decoder layers one after the other, and perhaps a normalisation.

    Args:
        decoder_layer: what the layers are copies of.
        num_layers: how many.
        norm: what follows them.
    """

    __constants__ = ["norm"]

    def __init__(self, decoder_layer: Any, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = clones(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Any:
        length = length_of(tgt, self.layers[0].self_attn.batch_first)
        tgt_is_causal = is_causal_mask(tgt_mask, tgt_is_causal, length)
        output = tgt
        for layer in self.layers:
            output = layer(
                output,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=tgt_is_causal,
                memory_is_causal=memory_is_causal,
            )
        return output if self.norm is None else self.norm(output)


class Transformer(Module):
    """An encoder, whose output is the memory of a decoder.

    Args:
        d_model: length of the vectors.
        nhead: how many heads attend.
        num_encoder_layers: layers of the encoder.
        num_decoder_layers: layers of the decoder.
        dim_feedforward: length between the linear maps.
        dropout: its probability.
        activation: between the linear maps: 'relu', 'gelu' or a function.
        custom_encoder: another encoder.
        custom_decoder: another decoder.
        layer_norm_eps: of the normalisation.
        batch_first: inputs and outputs are (N, L, E) in place of (L, N, E).
        norm_first: normalise the inputs of the blocks in place of the sums.
        bias: whether linear maps and normalisation have biases.
        device: only the CPU.
        dtype: of the parameters.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Any], Any] = "relu",
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        shape = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps)
        options = (batch_first, norm_first, bias, device, dtype)
        made: Any = {"eps": layer_norm_eps, "bias": bias, "device": device, "dtype": dtype}
        if custom_encoder is None:
            layer: Any = TransformerEncoderLayer(*shape, *options)
            norm = LayerNorm(d_model, **made)
            custom_encoder = TransformerEncoder(layer, num_encoder_layers, norm)
        self.encoder = custom_encoder
        if custom_decoder is None:
            layer = TransformerDecoderLayer(*shape, *options)
            norm = LayerNorm(d_model, **made)
            custom_decoder = TransformerDecoder(layer, num_decoder_layers, norm)
        self.decoder = custom_decoder
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def forward(
        self,
        src: Any,
        tgt: Any,
        src_mask: Any = None,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        src_key_padding_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Any:
        batch_dim = 0 if self.batch_first else 1
        if src.dim() == 3 and src.size(batch_dim) != tgt.size(batch_dim):
            raise RuntimeError("the batch number of src and tgt must be equal")
        if src.size(-1) != self.d_model or tgt.size(-1) != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(
            src,
            mask=src_mask,
            src_key_padding_mask=src_key_padding_mask,
            is_causal=src_is_causal,
        )
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Any:
        """The mask that lets every step see itself and those before it.

        Example:
            >>> import rushlight as torch
            >>> torch.nn.Transformer.generate_square_subsequent_mask(2)
            tensor([[0., -inf],
                    [0., 0.]])
        """
        return causal_mask(sz, device, dtype)

    def _reset_parameters(self) -> None:
        for parameter in self.parameters():
            if parameter.dim() > 1:
                init.xavier_uniform_(parameter)
