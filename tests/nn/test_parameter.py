"""Parameters and buffers are PyTorch's."""

import copy
import pickle

import pytest

import rushlight
from rushlight.nn import Parameter, UninitializedBuffer, UninitializedParameter
from tests.tensor.expressions import check, rows

SETUP = """
import copy, pickle
x = torch.ones(2, requires_grad=True)
y = x * 2
i = torch.arange(3)
s = torch.tensor(2.5)
n = torch.tensor(3)
e = torch.empty(0)
c = torch.tensor(1 + 2j)
b = torch.tensor(True)
sg = torch.tensor(2., requires_grad=True)
"""

PARAMETERS = rows("""
x.as_subclass(torch.nn.Parameter)
torch.Tensor._make_subclass(torch.nn.Parameter, torch.ones(2), True)
torch.Tensor._make_subclass(torch.nn.Parameter, torch.ones(2))
torch.nn.Parameter(torch.ones(2,dtype=torch.int64))
torch.nn.Parameter(y)
torch.nn.Parameter(y).is_leaf
torch.nn.Parameter(3)
torch.nn.Parameter()
torch.nn.Parameter(x).data_ptr()==x.data_ptr()
torch.nn.Parameter([1.,2.])
torch.nn.Parameter(torch.ones(2),False)
torch.nn.Parameter(torch.ones(2))*2
type(torch.nn.Parameter(torch.ones(2)).detach())
type(torch.nn.Parameter(torch.ones(2)).data)
type(torch.nn.Parameter(torch.ones(2)).clone())
type(copy.deepcopy(torch.nn.Parameter(torch.ones(2))))
isinstance(torch.ones(2),torch.nn.Parameter)
pickle.loads(pickle.dumps(torch.nn.Parameter(torch.ones(2))))
copy.deepcopy(torch.nn.Parameter(torch.ones(2),False))
copy.copy(torch.nn.Parameter(torch.ones(2)))
torch.nn.Parameter.__module__
torch.nn.Buffer(torch.ones(2))
type(torch.nn.Buffer(torch.ones(2)))
isinstance(torch.nn.Buffer(torch.ones(2)),torch.nn.Buffer)
isinstance(torch.ones(2),torch.nn.Buffer)
torch.nn.Parameter(torch.nn.Parameter(torch.ones(2)))
torch.nn.Parameter(x) is x
""")


@pytest.mark.parametrize("expression", PARAMETERS)
def test_expression(expression):
    check(expression, SETUP)


def test_a_marked_subclass_instance_is_a_parameter():
    check(
        "isinstance(p, torch.nn.Parameter), type(p).__name__, p.requires_grad, p.is_leaf",
        """
class Mine(torch.Tensor):
    pass

p = torch.nn.Parameter(torch.ones(2).as_subclass(Mine))
""",
    )


class Named(Parameter):
    """A subclass that pickle can find."""


def test_subclasses_of_parameter():
    p = Named(rushlight.ones(2), requires_grad=False)
    p.tag = 1
    assert repr(p) == "Parameter containing:\nNamed([1., 1.])"
    twin = pickle.loads(pickle.dumps(p))
    assert (type(twin), twin.tag, twin.requires_grad) == (Named, 1, False)
    assert type(copy.deepcopy(p)) is Named


def test_deepcopy_of_tied_parameters():
    p = Parameter(rushlight.ones(2))
    a, b = copy.deepcopy([p, p])
    assert a is b
    assert a is not p


def test_gradients_reach_parameters():
    check("p.grad", "p = torch.nn.Parameter(torch.ones(2)); (p * p).sum().backward()")


def test_uninitialized_parameter():
    check(
        "repr(p), isinstance(p, torch.nn.Parameter), p.requires_grad",
        "p = torch.nn.UninitializedParameter()",
    )
    p = UninitializedParameter()
    with pytest.raises(RuntimeError, match="Can't access the shape of an uninitialized parameter"):
        p.shape
    with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter"):
        p + 1
    with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter"):
        rushlight.exp(p)
    p.materialize((2, 3))
    assert (type(p), p.shape, p.requires_grad, p.is_leaf) == (Parameter, (2, 3), True, True)
    assert rushlight.nn.parameter.is_lazy(UninitializedBuffer())
    assert not rushlight.nn.parameter.is_lazy(p)


def test_uninitialized_buffer():
    b = UninitializedBuffer()
    b.materialize((2,), dtype=rushlight.float64)
    assert type(b) is rushlight.Tensor
    assert b.dtype is rushlight.float64
