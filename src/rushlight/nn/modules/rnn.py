"""Recurrent layers: `torch.nn.modules.rnn`."""

from __future__ import annotations

import math
import numbers
import warnings
from typing import Any

from rushlight.nn import init
from rushlight.nn.modules.module import Module
from rushlight.nn.modules.rnn_cells import GRUCell, LSTMCell, RNNCell, RNNCellBase
from rushlight.nn.recurrence import run
from rushlight.nn.utils.rnn import PackedSequence
from rushlight.tensor.creation import empty, zeros
from rushlight.tensor.parameter import Parameter

__all__ = [
    "GRU",
    "GRUCell",
    "LSTM",
    "LSTMCell",
    "RNN",
    "RNNBase",
    "RNNCell",
    "RNNCellBase",
]

GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}
DROPOUT = (
    "dropout should be a number in range [0, 1] representing the probability of an element being "
    "zeroed"
)
NO_PROJECTION = "proj_size argument is only supported for LSTM, not RNN or GRU"


class RNNBase(Module):
    """What recurrent layers share: their weights, and how a call is prepared.

    Args:
        mode: 'RNN_TANH', 'RNN_RELU', 'LSTM' or 'GRU'.
        input_size: length of the inputs of a step.
        hidden_size: length of the state.
        num_layers: layers stacked, each of which gets the outputs of the one before.
        bias: whether biases are there.
        batch_first: inputs and outputs are (N, T, ...) in place of (T, N, ...).
        dropout: probability of dropout between layers.
        bidirectional: a second set of weights runs from the end to the beginning.
        proj_size: the LSTM's outputs are projected to this length, if positive.
        device: only the CPU.
        dtype: of the weights.

    Raises:
        ValueError, TypeError: for sizes that are not positive, or arguments of other types.
    """

    __constants__ = [
        "mode",
        "input_size",
        "hidden_size",
        "num_layers",
        "bias",
        "batch_first",
        "dropout",
        "bidirectional",
        "proj_size",
    ]
    unbatched = "For unbatched 2-D input, hx should also be 2-D but got {}-D tensor"
    batched = "For batched 3-D input, hx should also be 3-D but got {}-D tensor"

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_dropout(dropout, num_layers)
        check_types(bias, batch_first, input_size, hidden_size)
        check_sizes(input_size, hidden_size, num_layers, proj_size)
        if mode not in GATES:
            raise ValueError("Unrecognized RNN mode: " + mode)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse")[: self.directions]:
                names = []
                for name, shape in self.weight_shapes(layer).items():
                    names.append(f"{name}_l{layer}{suffix}")
                    made = Parameter(empty(shape, device=device, dtype=dtype))
                    self.register_parameter(names[-1], made)
                self._all_weights.append(names)
        self.reset_parameters()

    @property
    def directions(self) -> int:
        """2 if it runs both ways, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def real_hidden_size(self) -> int:
        """Length of the outputs of one direction."""
        return self.proj_size or self.hidden_size

    def weight_shapes(self, layer: int) -> dict[str, tuple[int, ...]]:
        """The weights of a layer in one direction: their names and shapes."""
        gates = GATES[self.mode] * self.hidden_size
        inputs = self.real_hidden_size * self.directions if layer else self.input_size
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (gates, inputs),
            "weight_hh": (gates, self.real_hidden_size),
        }
        if self.bias:
            shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
        if self.proj_size > 0:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        return shapes

    @property
    def all_weights(self) -> list[list[Any]]:
        """The weights of every layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Any]:
        return [getattr(self, name, None) for name in self._flat_weights_names]

    def flatten_parameters(self) -> None:
        """Nothing: weights are packed together for GPUs only."""

    def reset_parameters(self) -> None:
        """Draw new first values."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    # -- checks -------------------------------------------------------------------------------

    def check_input(self, input: Any, batch_sizes: Any) -> None:
        """Refuse inputs of another dtype, number of dims or length."""
        dtype = self._flat_weights[0].dtype
        if input.dtype != dtype:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). Convert "
                f"input: input.to({dtype}), or convert model: model.to({input.dtype})"
            )
        dims = 3 if batch_sizes is None else 2
        if input.dim() != dims:
            raise RuntimeError(f"input must have {dims} dimensions, got {input.dim()}")
        if self.input_size != input.size(-1):
            raise RuntimeError(
                "input.size(-1) must be equal to input_size. Expected "
                f"{self.input_size}, got {input.size(-1)}"
            )

    def batch_of(self, input: Any, batch_sizes: Any) -> int:
        """How many samples there are."""
        if batch_sizes is not None:
            return int(batch_sizes[0])
        return input.size(0) if self.batch_first else input.size(1)

    def get_expected_hidden_size(self, input: Any, batch_sizes: Any) -> tuple[int, int, int]:
        """The shape of the state's h."""
        batch = self.batch_of(input, batch_sizes)
        return self.num_layers * self.directions, batch, self.real_hidden_size

    def check_hidden_size(
        self, hx: Any, expected_hidden_size: Any, msg: str = "Expected hidden size {}, got {}"
    ) -> None:
        """Refuse a state of another shape."""
        if hx.size() != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.size())))

    def check_forward_args(self, input: Any, hidden: Any, batch_sizes: Any) -> None:
        """Refuse inputs and states that do not fit."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    # -- calls --------------------------------------------------------------------------------

    def forward(self, input: Any, hx: Any = None) -> Any:
        if isinstance(input, PackedSequence):
            return self.forward_packed(input, hx)
        name = self.mode[:3] if self.mode.startswith("RNN") else self.mode
        if input.dim() not in (2, 3):
            kind = "D tensor instead" if name == "RNN" else "D instead"
            raise ValueError(f"{name}: Expected input to be 2D or 3D, got {input.dim()}{kind}")
        alone = input.dim() == 2
        batch_dim = 0 if self.batch_first else 1
        if alone:
            input = input.unsqueeze(batch_dim)
        if hx is not None:
            self.check_dims(hx, 2 if alone else 3)
            if alone:
                hx = self.of_each(hx, lambda h: h.unsqueeze(1))
        else:
            hx = self.first_state(input, self.batch_of(input, None))
        self.check_forward_args(input, hx, None)
        steps = input.transpose(0, 1) if self.batch_first else input
        output, hidden = self.computed(steps, hx, None)
        if self.batch_first:
            output = output.transpose(0, 1) if name == "LSTM" else output.transpose_(0, 1)
        if alone:
            return output.squeeze(batch_dim), self.of_each(hidden, lambda h: h.squeeze(1))
        return output, hidden

    def forward_packed(self, packed: PackedSequence, hx: Any) -> Any:
        """Over a packed sequence, whose samples are sorted: the states are too, on the way."""
        data, batch_sizes, sorted_indices, unsorted_indices = packed
        if hx is None:
            hx = self.first_state(data, self.batch_of(data, batch_sizes))
        else:
            hx = self.permute_hidden(hx, sorted_indices)
        self.check_forward_args(data, hx, batch_sizes)
        output, hidden = self.computed(data, hx, batch_sizes.tolist())
        made = PackedSequence(output, batch_sizes, sorted_indices, unsorted_indices)
        return made, self.permute_hidden(hidden, unsorted_indices)

    def computed(self, steps: Any, hx: Any, batch_sizes: Any) -> tuple[Any, Any]:
        """Outputs and last state."""
        single = not isinstance(hx, (tuple, list))
        output, state = run(
            self.mode,
            steps,
            (hx,) if single else tuple(hx),
            self._flat_weights,
            self.bias,
            self.num_layers,
            self.dropout,
            self.training,
            self.bidirectional,
            batch_sizes,
        )
        return output, state[0] if single else state

    def first_state(self, input: Any, batch: int) -> Any:
        """The state that a call without one starts with."""
        shape = (self.num_layers * self.directions, batch, self.real_hidden_size)
        return zeros(shape, dtype=input.dtype)

    def of_each(self, hx: Any, change: Any) -> Any:
        """A state changed in every part."""
        return change(hx)

    def check_dims(self, hx: Any, dims: int) -> None:
        if hx.dim() != dims:
            raise RuntimeError((self.unbatched if dims == 2 else self.batched).format(hx.dim()))

    def permute_hidden(self, hx: Any, permutation: Any) -> Any:
        """A state with its samples in another order."""
        if permutation is None:
            return hx
        return self.of_each(hx, lambda h: h.index_select(1, permutation))

    def extra_repr(self) -> str:
        parts = [f"{self.input_size}, {self.hidden_size}"]
        for name, usual in USUAL.items():
            if getattr(self, name) != usual:
                parts.append(f"{name}={getattr(self, name)}")
        return ", ".join(parts)

    def __getstate__(self) -> dict[str, Any]:
        # PyTorch keeps these as attributes and expects them in its files.
        flat = {
            "_flat_weights_names": self._flat_weights_names,
            "_flat_weights": self._flat_weights,
        }
        return {**self.__dict__, **flat}

    def __setstate__(self, state: dict[str, Any]) -> None:
        derived = ("_flat_weights_names", "_flat_weights", "_flat_weight_refs")
        super().__setstate__({k: v for k, v in state.items() if k not in derived})


USUAL = {
    "proj_size": 0,
    "num_layers": 1,
    "bias": True,
    "batch_first": False,
    "dropout": 0,
    "bidirectional": False,
}


def check_dropout(dropout: Any, num_layers: int) -> None:
    number = isinstance(dropout, numbers.Number) and not isinstance(dropout, bool)
    if not number or not 0 <= dropout <= 1:
        raise ValueError(DROPOUT)
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout "
            f"expects num_layers greater than 1, but got dropout={dropout} and "
            f"num_layers={num_layers}",
            stacklevel=4,
        )


def check_types(bias: Any, batch_first: Any, input_size: Any, hidden_size: Any) -> None:
    for name, value, wanted in (
        ("bias", bias, bool),
        ("batch_first", batch_first, bool),
        ("input_size", input_size, int),
        ("hidden_size", hidden_size, int),
    ):
        if not isinstance(value, wanted):
            raise TypeError(
                f"{name} should be of type {wanted.__name__}, got: {type(value).__name__}"
            )


def check_sizes(input_size: int, hidden_size: int, num_layers: int, proj_size: int) -> None:
    if input_size <= 0:
        raise ValueError("input_size must be greater than zero")
    if hidden_size <= 0:
        raise ValueError("hidden_size must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")


class RNN(RNNBase):
    """Elman's network: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it.

    Arguments are those of `RNNBase` after the mode, without `proj_size`, and after `num_layers`
    the `nonlinearity`, 'tanh' or 'relu'.

    Example:
        >>> import rushlight as torch
        >>> output, h = torch.nn.RNN(3, 4)(torch.zeros(5, 2, 3))
        >>> output.shape, h.shape
        (torch.Size([5, 2, 4]), torch.Size([1, 2, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError(NO_PROJECTION)
        if len(args) > 3:
            nonlinearity = args[3]
            args = args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        super().__init__(f"RNN_{nonlinearity.upper()}", *args, **kwargs)
        self.nonlinearity = nonlinearity


class GRU(RNNBase):
    """Gated recurrent units: a state moved towards a candidate by as much as a gate says.

    Arguments are those of `RNNBase` after the mode, without `proj_size`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError(NO_PROJECTION)
        super().__init__("GRU", *args, **kwargs)


class LSTM(RNNBase):
    """Long short-term memory: states (h, c), where gates say what c keeps, takes in and shows.

    Arguments are those of `RNNBase` after the mode.

    Example:
        >>> import rushlight as torch
        >>> output, (h, c) = torch.nn.LSTM(3, 4, batch_first=True)(torch.zeros(2, 5, 3))
        >>> output.shape, c.shape
        (torch.Size([2, 5, 4]), torch.Size([1, 2, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def get_expected_cell_size(self, input: Any, batch_sizes: Any) -> tuple[int, int, int]:
        """The shape of the state's c."""
        batch = self.batch_of(input, batch_sizes)
        return self.num_layers * self.directions, batch, self.hidden_size

    def check_forward_args(self, input: Any, hidden: Any, batch_sizes: Any) -> None:
        self.check_input(input, batch_sizes)
        shapes = (
            self.get_expected_hidden_size(input, batch_sizes),
            self.get_expected_cell_size(input, batch_sizes),
        )
        for i, shape in enumerate(shapes):
            said = f"Expected hidden[{i}] size {{}}, got {{}}"
            self.check_hidden_size(hidden[i], shape, said)

    def first_state(self, input: Any, batch: int) -> Any:
        h = super().first_state(input, batch)
        return h, h.new_zeros((*h.shape[:2], self.hidden_size))

    def of_each(self, hx: Any, change: Any) -> Any:
        return tuple([change(h) for h in hx])

    def check_dims(self, hx: Any, dims: int) -> None:
        if hx[0].dim() != dims or hx[1].dim() != dims:
            kind = "unbatched" if dims == 2 else "batched"
            raise RuntimeError(
                f"For {kind} {dims}-D input, hx and cx should also be {dims}-D but got "
                f"({hx[0].dim()}-D, {hx[1].dim()}-D) tensors"
            )
