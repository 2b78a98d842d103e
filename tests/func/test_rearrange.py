"""`rearrange` against PyTorch's."""

import pytest

import rushlight
from tests.func.programs import agree

X = "X = torch.arange(24.0, dtype=torch.float64).reshape(2, 3, 4)\nresult = func.rearrange("
PATTERNS = [
    "X, 'a b c -> c a b'",
    "X, 'a b c->(a b) c'",
    "X, 'a b (c d) -> a d (b c)', d=2",
    "X, 'a b (c d) -> a d (b c)', c=2, d=2",
    "X, 'a b (c d e) -> (e d c) a b', c=2, e=1",
    "X, '... c -> c ...'",
    "X, 'a ... -> a (...)'",
    "X, 'a ... -> (a ...)'",
    "X, 'a b c ... -> a b c ...'",
    "X, 'a b c -> a b c 1'",
    "X, 'a b c -> a () b c'",
    "X, 'a b a1 -> a1 (b a)'",
    "[X, X + 1], 't a b c -> a b c t'",
    "X[0, 0, 0], '->'",
]
REFUSED = [
    "X, '(...) -> ...'",
    "X, 'a b -> b a'",
    "X, 'a b c -> a b'",
    "X, 'a b c -> a b c d'",
    "X, 'a a c -> a c'",
    "X, 'a b c'",
    "X, 'a b c -> -> a'",
    "X, 'a b c -> (a b'",
    "X, 'a b c -> a) b c'",
    "X, 'a b c -> ((a b) c)'",
    "X, 'a b c -> ... a b c'",
    "X, 'a b . -> a b'",
    "X, '... ... -> ...'",
    "X, 'a b 2 -> a b'",
    "X, 'a b $ -> a b'",
    "X, '_a b c -> b _a c'",
    "X, 'a b c -> a b c', z=2",
    "X, 'a b (c d) -> a b c d', c='x'",
    "X, '-> '",
    "3, 'a -> a'",
    "[], 'a -> a'",
]
UNFITTING = {
    "a b (c d) -> a b c d": ({}, "cannot infer the sizes of two dimensions at once d2 and d3"),
    "(a b) c d -> a b c d": ({"a": 5}, r"into larger dimension: 2 vs \(5, '\?'\)"),
    "a b c -> c b a": ({"a": 3}, r"\(2 != 3\) when matching dimension pack \(d0,\)"),
    "a b 1 -> a b": ({}, r"\(4 != 1\)"),  # PyTorch 2.13 sums over such a dim
}


@pytest.mark.parametrize("call", PATTERNS + REFUSED)
def test_rearrange(call):
    agree(f"{X}{call})")


@pytest.mark.parametrize("pattern", UNFITTING)
def test_sizes_that_do_not_fit(pattern):
    lengths, words = UNFITTING[pattern]
    with pytest.raises(Exception, match=words):
        rushlight.func.rearrange(rushlight.zeros(2, 3, 4), pattern, **lengths)


def test_rearrange_batches():  # which PyTorch's does not
    x = rushlight.arange(12.0).reshape(2, 6)
    found = rushlight.vmap(lambda a: rushlight.func.rearrange(a, "(p q) -> q p", p=3))(x)
    assert rushlight.equal(found, x.reshape(2, 3, 2).mT)
