"""Recurrent layers, their cells and packed sequences are PyTorch's."""

import itertools

import pytest

from tests.nn.twins import agree

SEQUENCE = "pack_padded_sequence(f(5, 3, 4), [2, 5, 3], enforce_sorted=False)"

RUNS = [
    f"{kind}(4, 3, {options})({given})"
    for kind, options, given in itertools.product(
        ("RNN", "GRU", "LSTM"),
        ("", "2, bidirectional=True", "2, bias=False, batch_first=True"),
        ("f(3, 5, 4)", "f(5, 4)", SEQUENCE),
    )
]

ROWS = """
RNN(4, 3, 1, 'relu')(f(5, 2, 4))
RNN(4, 3, nonlinearity='relu', bidirectional=True)(f(5, 2, 4))
RNN(4, 3, nonlinearity='sin')
RNN(4, 3, proj_size=2)
LSTM(4, 3, 2, proj_size=2, bidirectional=True)(f(5, 2, 4))
LSTM(4, 3, proj_size=2, dtype=torch.float64)(f(5, 2, 4).double())
LSTM(4, 3, 3, dropout=0.5)(f(5, 2, 4))
GRU(4, 3, 2, dropout=0.5, bidirectional=True)(f(5, 2, 4))
GRU(4, 3, dropout=0.5)
GRU(4, 3, 2, dropout=0.5).eval()(f(5, 2, 4))
LSTM(4, 3)(f(5, 2, 4), (f(1, 2, 3), f(1, 2, 3)))
LSTM(4, 3)(f(5, 4), (f(1, 3), f(1, 3)))
GRU(4, 3, 2)(f(5, 2, 4), f(2, 2, 3))
GRU(4, 3)(pack, f(1, 3, 3))
LSTM(4, 3, bidirectional=True)(pack, (f(2, 3, 3), f(2, 3, 3)))
GRU(4, 3)(f(4))
LSTM(4, 3)(f(4))
RNN(4, 3)(f(4))
GRU(4, 3)(f(5, 2, 7))
GRU(4, 3)(f(5, 2, 4).double())
GRU(4, 3)(f(5, 2, 4), f(1, 2, 5))
GRU(4, 3)(f(5, 2, 4), f(2, 3))
GRU(4, 3)(f(5, 4), f(1, 1, 3))
LSTM(4, 3)(f(5, 2, 4), (f(1, 2, 5), f(1, 2, 3)))
LSTM(4, 3)(f(5, 2, 4), (f(1, 2, 3), f(1, 2, 5)))
LSTM(4, 3)(f(5, 2, 4), (f(2, 3), f(2, 3)))
LSTM(4, 3)(f(5, 4), (f(1, 2, 3), f(2, 3)))
LSTM(0, 3)
LSTM(4, 0)
LSTM(4, 3, 0)
LSTM(4, 3, proj_size=3)
LSTM(4, 3, proj_size=-1)
LSTM(4, 3, dropout=2)
LSTM(4, 3, dropout=True)
LSTM(4.0, 3)
LSTM(4, '3')
LSTM(4, 3, bias=1)
LSTM(4, 3, batch_first=1)
RNNBase('X', 4, 3)
LSTM(4, 3, 2, bias=False, dropout=0.5, bidirectional=True, batch_first=True, proj_size=1)
[tuple(w.shape) for ws in LSTM(4, 3, 2).all_weights for w in ws]
RNNCell(4, 3)(f(2, 4))
RNNCell(4, 3, nonlinearity='relu')(f(2, 4), f(2, 3))
RNNCell(4, 3, bias=False)(f(4))
RNNCell(4, 3, nonlinearity='sin')(f(4))
LSTMCell(4, 3)(f(2, 4), (f(2, 3), f(2, 3)))
LSTMCell(4, 3)(f(4))
LSTMCell(4, 3)(f(2, 2, 4))
LSTMCell(4, 3)(f(2, 4), (f(2, 2, 3), f(2, 3)))
GRUCell(4, 3)(f(2, 4), f(2, 3))
GRUCell(4, 3)(f(2, 4), f(2, 3, 3))
GRUCell(4, 3)(f(2, 5))
GRUCell(4, 3)(f(2, 4), f(3, 3))
GRUCell(4, 3)(f(2, 4), f(2, 5))
GRUCell(4, 3, False)
pack
pack.data, pack.batch_sizes, pack.sorted_indices, pack.unsorted_indices
pack.double().data, pack.to(torch.float64).batch_sizes, pack.is_cuda
pad_packed_sequence(pack)
pad_packed_sequence(pack, batch_first=True, padding_value=-1.0, total_length=7)
pad_packed_sequence(pack, total_length=2)
pack_padded_sequence(f(3, 5, 4), torch.tensor([5, 3, 3]), batch_first=True)
pack_padded_sequence(f(3, 5, 4), [2, 5, 3], batch_first=True)
pack_padded_sequence(f(5, 3, 4), [5, 3])
pack_padded_sequence(f(5, 3, 4), [5, 3, 0])
pad_sequence([f(2, 3), f(4, 3), f(1, 3)])
pad_sequence([f(2), f(4)], True, 9.0)
pad_sequence([f(2), f(4)], batch_first=True, padding_side='left')
pad_sequence([f(2)], padding_side='up')
pad_sequence(3)
pad_sequence([])
unpad_sequence(f(2, 4, 3), torch.tensor([3, 1]), batch_first=True)
unpad_sequence(f(4, 2) * 1, torch.tensor([3, 1]))
pack_sequence([f(3, 2), f(2, 2)])
pack_sequence([f(2, 2), f(3, 2)])
pack_sequence([f(2, 2), f(3, 2)], enforce_sorted=False)
unpack_sequence(pack_sequence([f(2, 2), f(3, 2)], enforce_sorted=False))
invert_permutation(torch.tensor([2, 0, 1])), invert_permutation(None)
""".strip().splitlines()


def first_tensor(value, t):
    while not isinstance(value, t.Tensor):
        if not isinstance(value, (list, tuple)):
            return None
        value = value[0]
    return value


@pytest.mark.parametrize("expression", [*RUNS, *ROWS])
def test_expression(expression):
    def program(t):
        inputs = []

        def f(*shape):
            inputs.append(t.randn(shape).requires_grad_())
            return inputs[-1]

        names = {n: getattr(t.nn, n) for n in t.nn.modules.__all__}
        rnn = t.nn.utils.rnn
        names |= {n: getattr(rnn, n) for n in rnn.__all__}
        names |= {"torch": t, "f": f}
        if "pack" in expression:
            names["pack"] = eval(SEQUENCE, names)
        out = eval(expression, names)
        first = first_tensor(out, t)
        if first is not None and first.requires_grad:
            first.square().sum().backward()
        return out, [x.grad for x in inputs]

    agree(program, rtol=1e-4, atol=1e-5)


def test_parameters_and_their_gradients():
    def program(t):
        layer = t.nn.LSTM(3, 4, 2, bidirectional=True, proj_size=2)
        out, (h, c) = layer(t.randn(5, 2, 3))
        (out.sum() + h.sum() + c.sum()).backward()
        return layer.state_dict(), {n: p.grad for n, p in layer.named_parameters()}

    agree(program, rtol=1e-4, atol=1e-5)


def test_weights_may_be_replaced():
    def program(t):
        layer = t.nn.GRU(2, 2)
        layer.weight_ih_l0 = t.nn.Parameter(t.ones(6, 2))
        layer.double()
        return layer(t.ones(3, 1, 2).double())

    agree(program)
