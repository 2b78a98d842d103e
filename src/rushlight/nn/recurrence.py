"""How recurrent layers compute: cells, layers of one direction, and stacks of them.

A cell is a function of the projected input of a step, the state, and the weights that the state
meets. A state is a tuple: (h,), or (h, c) for the LSTM. A sequence comes as a list of steps, whose
batches get smaller where a packed sequence's shorter samples have ended.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import rushlight as torch
from rushlight.nn import functional as F

State = tuple[Any, ...]


# -- cells ---------------------------------------------------------------------------------------


def tanh_step(x: Any, state: State, weight: Any, bias: Any, projection: Any = None) -> State:
    """h' = tanh(x + W h)."""
    return ((x + F.linear(state[0], weight, bias)).tanh(),)


def relu_step(x: Any, state: State, weight: Any, bias: Any, projection: Any = None) -> State:
    """h' = relu(x + W h)."""
    return ((x + F.linear(state[0], weight, bias)).relu(),)


def gru_step(x: Any, state: State, weight: Any, bias: Any, projection: Any = None) -> State:
    """h' = z h + (1 - z) n, where n sees r h."""
    (h,) = state
    xr, xz, xn = x.chunk(3, 1)
    hr, hz, hn = F.linear(h, weight, bias).chunk(3, 1)
    r = (xr + hr).sigmoid()
    z = (xz + hz).sigmoid()
    n = (xn + r * hn).tanh()
    return (n + z * (h - n),)


def lstm_step(*args: Any) -> State:
    """See `rushlight.ops.recurrent`, which few programs need."""
    from rushlight.ops import recurrent

    return recurrent.lstm_step(*args)


STEPS: dict[str, Callable[..., State]] = {
    "RNN_TANH": tanh_step,
    "RNN_RELU": relu_step,
    "LSTM": lstm_step,
    "GRU": gru_step,
}


def one_step(
    mode: str, input: Any, state: State, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any
) -> State:
    """A cell called on its own: (N, input_size) and states (N, hidden_size).

    Raises:
        RuntimeError: if sizes do not fit.
    """
    if input.size(1) != w_ih.size(1):
        raise RuntimeError(
            f"input has inconsistent input_size: got {input.size(1)} expected {w_ih.size(1)}"
        )
    for i, h in enumerate(state):
        if input.size(0) != h.size(0):
            raise RuntimeError(
                f"Input batch size {input.size(0)} doesn't match hidden{i} batch size {h.size(0)}"
            )
        if h.size(1) != w_hh.size(1):
            raise RuntimeError(
                f"hidden{i} has inconsistent hidden_size: got {h.size(1)}, expected {w_hh.size(1)}"
            )
    return STEPS[mode](F.linear(input, w_ih, b_ih), state, w_hh, b_hh)


# -- layers ----------------------------------------------------------------------------------------


def run(
    mode: str,
    input: Any,
    state: State,
    weights: list[Any],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_sizes: Any = None,
) -> tuple[Any, State]:
    """A stack of recurrent layers over (T, N, input_size), or over a packed sequence's data.

    Args:
        mode: 'RNN_TANH', 'RNN_RELU', 'LSTM' or 'GRU'.
        input: the sequence.
        state: the first states, each (layers * directions, N, ...).
        weights: of every layer and direction, one after the other.
        has_biases: whether biases are among them.
        num_layers: how many layers.
        dropout: of what is between two layers.
        train: whether dropout is done.
        bidirectional: a second set of weights runs backwards.
        batch_sizes: of a packed sequence, as a list.

    Returns:
        The last layer's outputs, of both directions side by side, and the last states.
    """
    directions = 2 if bidirectional else 1
    per_set = len(weights) // (num_layers * directions)
    first = list(zip(*[h.unbind(0) for h in state], strict=True))
    last: list[State] = []
    for layer in range(num_layers):
        outputs = []
        for direction in range(directions):
            k = layer * directions + direction
            own = weights[k * per_set : (k + 1) * per_set]
            walk: Any = one_way if batch_sizes is None else one_way_packed
            if mode == "LSTM" and batch_sizes is None:
                walk = lstm_walk((input, *first[k], *own), per_set == (4 if has_biases else 2))
            output, end = walk(
                STEPS[mode], input, first[k], own, has_biases, direction == 1, batch_sizes
            )
            outputs.append(output)
            last.append(end)
        input = outputs[0] if directions == 1 else torch.cat(outputs, -1)
        if train and dropout != 0 and layer < num_layers - 1:
            input = F.dropout(input, dropout)
    return input, tuple([torch.stack(list(h)) for h in zip(*last, strict=True)])


def projected(input: Any, weights: list[Any], has_biases: bool) -> tuple[Any, tuple[Any, ...]]:
    """The input's part of all steps at once, and the weights that the steps need."""
    w_ih, w_hh, *rest = weights
    b_ih, b_hh = rest[:2] if has_biases else (None, None)
    rest = rest[2:] if has_biases else rest
    return F.linear(input, w_ih, b_ih), (w_hh, b_hh, rest[0] if rest else None)


def one_way(
    step: Callable[..., State],
    input: Any,
    state: State,
    weights: list[Any],
    has_biases: bool,
    backwards: bool,
    _: Any,
) -> tuple[Any, State]:
    """A layer in one direction over (T, N, ...)."""
    x, own = projected(input, weights, has_biases)
    outputs = []
    steps = x.unbind(0)
    for xt in reversed(steps) if backwards else steps:
        state = step(xt, state, *own)
        outputs.append(state[0])
    if backwards:
        outputs.reverse()
    return torch.stack(outputs), state


def lstm_walk(tensors: tuple[Any, ...], plain: bool) -> Any:
    """How to compute a layer of an LSTM over these; a plain one has no projection."""
    from rushlight.ops import recurrent

    if plain and recurrent.at_once(tensors):
        return one_node
    low = torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu")
    if low is torch.bfloat16 and not any(t.dtype is torch.float64 for t in tensors):
        return functools.partial(in_autocast, plain)
    return one_way


def one_node(
    _: Any,
    input: Any,
    state: State,
    weights: list[Any],
    has_biases: bool,
    backwards: bool,
    __: Any,
) -> tuple[Any, State]:
    """A layer of an LSTM in one direction over (T, N, ...), without a projection."""
    from rushlight.ops import recurrent

    output, *end, _ = recurrent.lstm_layer.run(
        (input.contiguous(), *weights[:2], *(weights[2:] if has_biases else (None, None)), *state),
        (backwards,),
    )
    return output, tuple(end)


def in_autocast(
    plain: bool, step: Any, input: Any, state: State, weights: list[Any], *rest: Any
) -> tuple[Any, State]:
    """A layer of an LSTM on bfloat16, computed wider."""
    low = torch.bfloat16
    with torch.autocast("cpu", enabled=False):
        wide = tuple([t.to(low).float() for t in (input, *state, *weights)])
        walk = lstm_walk(wide, plain)
        output, end = walk(step, wide[0], wide[1:3], list(wide[3:]), *rest)
        return output.to(low), tuple([x.to(low) for x in end])


def one_way_packed(
    step: Callable[..., State],
    data: Any,
    state: State,
    weights: list[Any],
    has_biases: bool,
    backwards: bool,
    batch_sizes: list[int],
) -> tuple[Any, State]:
    """A layer in one direction over a packed sequence."""
    x, own = projected(data, weights, has_biases)
    steps = x.split(batch_sizes)
    if backwards:
        return packed_backwards(step, steps, state, own)
    outputs = []
    ended: list[State] = []  # the states of samples that are over, the shortest first
    for xt in steps:
        going = xt.size(0)
        if going < state[0].size(0):
            ended.append(tuple([h[going:] for h in state]))
            state = tuple([h[:going] for h in state])
        state = step(xt, state, *own)
        outputs.append(state[0])
    ended.append(state)
    return torch.cat(outputs), joined(reversed(ended))


def packed_backwards(
    step: Callable[..., State], steps: Any, first: State, own: tuple[Any, ...]
) -> tuple[Any, State]:
    """From the last step to the first: shorter samples come in where they end."""
    outputs = []
    state = tuple([h[: steps[-1].size(0)] for h in first])
    for xt in reversed(steps):
        going, coming = state[0].size(0), xt.size(0)
        if coming > going:
            state = tuple(
                [torch.cat([h, h0[going:coming]]) for h, h0 in zip(state, first, strict=True)]
            )
        state = step(xt, state, *own)
        outputs.append(state[0])
    return torch.cat(outputs[::-1]), state


def joined(states: Iterator[State]) -> State:
    """States of parts of a batch as those of the whole."""
    return tuple([h[0] if len(h) == 1 else torch.cat(list(h)) for h in zip(*states, strict=True)])
