"""First values are the numbers that PyTorch draws for the same seed."""

import pytest

from tests.nn.twins import agree

CALLS = """
init.uniform_(w, 2, 3)
init.normal_(w, 2, 3)
init.trunc_normal_(w)
init.trunc_normal_(w, 0.5, 0.2, 0, 0.6)
init.trunc_normal_(w, 0, 1, 2.5, 3)
init.trunc_normal_(w, 9, 1, -1, 1)
init.trunc_normal_(w.double(), 0, 1, -0.1, 0.1)
init.constant_(w, 3)
init.ones_(w), init.zeros_(w)
init.eye_(w)
init.eye_(v)
init.dirac_(k)
init.dirac_(k, 2)
init.dirac_(k, 3)
init.dirac_(torch.empty(2, 3, 4)), init.dirac_(torch.empty(2, 2, 2, 2, 3))
init.dirac_(w)
init.xavier_uniform_(w), init.xavier_uniform_(k, 2)
init.xavier_normal_(w), init.xavier_normal_(k, 2)
init.xavier_uniform_(v)
init.kaiming_uniform_(w), init.kaiming_uniform_(k, 1, 'fan_out', 'relu')
init.kaiming_normal_(w), init.kaiming_normal_(k, 1, 'FAN_OUT', 'tanh')
init.kaiming_uniform_(w, mode='fan')
init.kaiming_uniform_(w, nonlinearity='nope')
init.kaiming_normal_(torch.empty(0, 3))
init.orthogonal_(w), init.orthogonal_(torch.empty(3, 3), 2), init.orthogonal_(k)
init.orthogonal_(torch.empty(5, 2)), init.orthogonal_(torch.empty(0, 2))
init.orthogonal_(v)
init.sparse_(w, 0.5), init.sparse_(torch.empty(7, 3), 0.3, 2)
init.sparse_(v, 0.5)
[init.calculate_gain(n) for n in ('linear', 'conv2d', 'sigmoid', 'tanh', 'relu', 'selu')]
init.calculate_gain('leaky_relu'), init.calculate_gain('leaky_relu', 0.2)
init.calculate_gain('leaky_relu', True)
init.calculate_gain('nope')
init.xavier_uniform(w)
init.uniform(w, generator=torch.Generator().manual_seed(7))
init.normal_(nn.Parameter(w))
""".strip().splitlines()


@pytest.mark.parametrize("call", CALLS)
def test_call(call):
    def program(t):
        names = {"torch": t, "nn": t.nn, "init": t.nn.init}
        names |= {"w": t.empty(3, 4), "v": t.empty(4), "k": t.empty(4, 3, 3, 3)}
        return eval(call, names)

    agree(program)
