"""assert_close says what PyTorch's says; lists of tensors are worked on as there."""

import pytest

import rushlight
from tests.tensor.expressions import check, rows

SETUP = """
A = torch.testing.assert_close
x, y = torch.tensor([1., 2., 3.]), torch.tensor([1., 2., 4.])
nan = torch.tensor([float('nan')])
a, b = [torch.ones(2) * 3, torch.ones(3) * 2], [torch.ones(2), torch.ones(3) * 5]
"""

COMPARISONS = rows("""
A(x, y)
A(x, x + 1e-7)
A(torch.ones(2, 2), torch.ones(2, 3))
A(x, x.double())
A(x, x.double(), check_dtype=False)
A(torch.tensor(1.), torch.tensor(2.))
A(1.0, 2.0)
A(1, 2)
A(1, 1.0)
A(1, 1.0, check_dtype=False)
A(True, False)
A([1., x], [1., y])
A([1.], [1., 2.])
A({'a': 1}, {'a': 1, 'b': 2})
A({'a': [1, 2]}, {'a': [1, 3]})
A([[1, 2], [3, x]], [[1, 2], [3, y]])
A(x.long(), y.long())
A(torch.tensor([True]), torch.tensor([False]))
A(nan, nan)
A(nan, nan, equal_nan=True)
A(float('nan'), float('nan'))
A(x, y, rtol=0, atol=0)
A(x, y, rtol=0.5, atol=0)
A(x, y, rtol=0)
A(x, y, atol=0)
A(x, y, msg='mine')
A(x, y, msg=lambda m: 'mine: ' + m)
A(None, None)
A(None, torch.ones(1))
A('a', 'b')
A(np.ones(2), np.zeros(2))
A(np.ones(2), torch.zeros(2).double())
A(x, 2.0)
A(torch.ones(2, 3).t(), torch.ones(3, 2), check_stride=True)
A(torch.tensor([1 + 1j]), torch.tensor([1 + 2j]))
A(torch.empty(0), torch.empty(0))
A(torch.ones(2, 2), torch.tensor([[1., 1.], [3., 1.5]]))
""")

FOREACH = rows("""
torch._foreach_add(a, b)
torch._foreach_add(a, 1.5)
torch._foreach_add(a, [1., 2.])
torch._foreach_add(a, b, alpha=2)
torch._foreach_add(a, torch.tensor(2.), alpha=3)
torch._foreach_sub(a, b, alpha=2)
torch._foreach_mul(a, torch.tensor(2.))
torch._foreach_div(a, 2)
torch._foreach_addcmul(a, b, b, value=2)
torch._foreach_addcmul(a, b, b, [1., 2.])
torch._foreach_addcmul(a, b, b, torch.tensor([1., 2.]))
torch._foreach_norm(a)
torch._foreach_norm(a, 1)
torch._foreach_norm(a, 2, torch.float64)
torch._foreach_lerp(a, b, 0.5)
torch._foreach_lerp(a, b, b)
torch._foreach_lerp(a, b, [.1, .2])
torch._foreach_pow(a, 2)
torch._foreach_pow(a, b)
torch._foreach_pow(2.0, a)
torch._foreach_maximum(a, 2.5)
torch._foreach_minimum(a, b)
torch._foreach_clamp_min(a, [1., 9.])
torch._foreach_sqrt(a)
torch._foreach_max(a)
torch._foreach_clone(a)
torch._foreach_add(a, b[:1])
torch._foreach_add([], [])
torch._foreach_add(a, [1.])
torch._foreach_sqrt([])
torch._foreach_sqrt(a[0])
(torch._foreach_add_(a, b), a)
(torch._foreach_addcdiv_(a, b, b, value=2), a)
(torch._foreach_neg_(a), a)
(torch._foreach_copy_(a, b), a)
(torch._foreach_zero_(a), a)
(torch._foreach_clamp_max_(a, 1.), a)
""")


@pytest.mark.parametrize("expression", COMPARISONS + FOREACH)
def test_answers(expression):
    check(expression, SETUP)


def test_gradients_flow_through_lists():
    x = rushlight.ones(2, requires_grad=True)
    total = sum(t.sum() for t in rushlight._foreach_mul([x, x], [2.0, 3.0]))
    total.backward()
    assert x.grad.tolist() == [5.0, 5.0]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float64", "complex64"])
def test_tensors_to_try_things_on(dtype):
    make, dtype = rushlight.testing.make_tensor, getattr(rushlight, dtype)
    t = make((4, 3), dtype=dtype, device="cpu", noncontiguous=True)
    assert t.shape == (4, 3)
    assert t.dtype is dtype
    assert not t.is_contiguous()
    if not dtype.is_complex:
        few = make(100, dtype=dtype, device="cpu", low=0, high=2, exclude_zero=True)
        assert (few > 0).all()
        assert (few < 2).all()


def test_bounds_in_the_wrong_order():
    with pytest.raises(ValueError, match="`low` must be less than `high`, but got 2 >= 1"):
        rushlight.testing.make_tensor(3, dtype=rushlight.float32, device="cpu", low=2, high=1)
    with pytest.raises(ValueError, match="not supported for boolean and integral dtypes"):
        rushlight.testing.make_tensor(3, dtype=rushlight.int32, device="cpu", requires_grad=True)
