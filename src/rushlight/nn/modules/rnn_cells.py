"""Single steps of recurrent layers; `torch.nn.modules.rnn` publishes them."""

from __future__ import annotations

import math
from typing import Any

from rushlight.nn import init
from rushlight.nn.modules.module import Module
from rushlight.nn.recurrence import one_step
from rushlight.tensor.creation import empty, zeros
from rushlight.tensor.parameter import Parameter


class RNNCellBase(Module):
    """What the cells share.

    Args:
        input_size: length of the input.
        hidden_size: length of the state.
        bias: whether biases are there.
        num_chunks: how many gates.
        device: only the CPU.
        dtype: of the weights.
    """

    __constants__ = ["input_size", "hidden_size", "bias"]
    bias_ih: Any
    bias_hh: Any

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        gates = num_chunks * hidden_size
        made = {"device": device, "dtype": dtype}
        self.weight_ih = Parameter(empty((gates, input_size), **made))
        self.weight_hh = Parameter(empty((gates, hidden_size), **made))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(gates, **made)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new first values."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def stepped(self, mode: str, input: Any, states: Any) -> Any:
        """The next states of (N, input_size) or (input_size); those not given are zero."""
        name = type(self).__name__
        if input.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        for i, h in enumerate(states):
            if h is not None and h.dim() not in (1, 2):
                which = f"hx[{i}]" if len(states) == 2 else "hidden"
                raise ValueError(f"{name}: Expected {which} to be 1D or 2D, got {h.dim()}D instead")
        alone = input.dim() == 1
        if alone:
            input = input.unsqueeze(0)
        given = []
        for h in states:
            if h is None:
                h = zeros((input.size(0), self.hidden_size), dtype=input.dtype)
            given.append(h.unsqueeze(0) if h.dim() == 1 and alone else h)
        after = one_step(
            mode, input, tuple(given), self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh
        )
        return tuple([h.squeeze(0) for h in after]) if alone else after

    def extra_repr(self) -> str:
        parts = [f"{self.input_size}, {self.hidden_size}"]
        if self.bias is not True:
            parts.append(f"bias={self.bias}")
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            parts.append(f"nonlinearity={self.nonlinearity}")
        return ", ".join(parts)


class RNNCell(RNNCellBase):
    """One step of `RNN`: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.RNNCell(3, 4)(torch.zeros(2, 3)).shape
        torch.Size([2, 4])
    """

    __constants__ = [*RNNCellBase.__constants__, "nonlinearity"]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Any:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return self.stepped(f"RNN_{self.nonlinearity.upper()}", input, (hx,))[0]


class LSTMCell(RNNCellBase):
    """One step of `LSTM`: (h, c) to (h', c')."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Any, hx: Any = None) -> Any:
        return self.stepped("LSTM", input, (None, None) if hx is None else tuple(hx))


class GRUCell(RNNCellBase):
    """One step of `GRU`: h to h'."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Any, hx: Any = None) -> Any:
        return self.stepped("GRU", input, (hx,))[0]
