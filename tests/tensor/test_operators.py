"""Python's operators: results, in-place forms, reflected forms and refusals, as PyTorch's."""

import operator

import pytest

import rushlight

torch = pytest.importorskip("torch")

LIBRARIES = (rushlight, torch)
BOTH_WAYS = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow"]
BITS = ["and_", "or_", "xor", "lshift", "rshift"]


def seen(call):
    """What a program sees of a call in each library: the result, or the error."""
    found = []
    for lib in LIBRARIES:
        try:
            found.append(repr(call(lib)))
        except Exception as error:
            found.append(f"{type(error).__name__}: {str(error).splitlines()[0]}")
    return found


def agree(call):
    ours, theirs = seen(call)
    assert ours == theirs


@pytest.mark.parametrize("name", BOTH_WAYS + BITS)
@pytest.mark.parametrize("values", [[1, 2, 3], [1.5, -2.0, 3.0], [True, False, True]])
@pytest.mark.parametrize("other", [2, 2.5, True, "a", None, [1, 2]])
def test_with_other_operands(name, values, other):
    work = getattr(operator, name)
    agree(lambda lib: work(lib.tensor(values), other))
    agree(lambda lib: work(other, lib.tensor(values)))


@pytest.mark.parametrize("name", ["eq", "ne", "lt", "le", "gt", "ge"])
@pytest.mark.parametrize("other", [2, 2.5, True, "a", None])
def test_comparisons(name, other):
    work = getattr(operator, name)
    agree(lambda lib: work(lib.tensor([1, 2, 3]), other))
    agree(lambda lib: work(other, lib.tensor([1, 2, 3])))


@pytest.mark.parametrize("name", [f"i{name}".rstrip("_") for name in BOTH_WAYS + BITS])
@pytest.mark.parametrize("values", [[1, 2, 3], [1.5, -2.0, 3.0]])
@pytest.mark.parametrize("other", [2, "a"])
def test_in_place(name, values, other):
    work = getattr(operator, name)

    def call(lib):
        x = lib.tensor(values)
        same = work(x, other)
        return same is x, x, x._version

    agree(call)


@pytest.mark.parametrize("name", ["abs", "neg", "pos", "invert"])
@pytest.mark.parametrize("values", [[1, -2], [1.5, -2.0], [True, False], [1 + 2j]])
def test_of_one(name, values):
    agree(lambda lib: getattr(operator, name)(lib.tensor(values)))


def test_gradients_through_reflected_operators():
    for name in BOTH_WAYS[:4] + ["pow"]:
        results = []
        for lib in LIBRARIES:
            x = lib.tensor([1.0, 3.0], requires_grad=True)
            y = getattr(operator, name)(2, x)
            y.sum().backward()
            names = [f.name() for f, _ in y.grad_fn.next_functions if f is not None]
            results.append((x.grad.tolist(), y.grad_fn.name(), names))
        assert results[0] == results[1]


def test_parts_can_be_written():
    agree(lambda lib: written_parts(lib))


def written_parts(lib):
    x = lib.tensor([1 + 2j, 3 + 4j])
    x.real = lib.tensor([5.0, 6.0])
    x.imag += 1
    return x, x.real, x.imag


def test_hash_is_identity():
    x = rushlight.tensor([1.0])
    assert hash(x) == id(x)
    assert x in {x}


def test_large_integers():
    agree(lambda lib: lib.tensor([1]) + 2**70)
    agree(lambda lib: lib.tensor([1]) + 2**63)
    agree(lambda lib: lib.tensor([1], dtype=lib.uint8) + 300)
    agree(lambda lib: lib.tensor([255], dtype=lib.uint8) == -1)


@pytest.mark.parametrize("name", ["__radd__", "__rmul__"])
def test_reflected_operators_want_a_tensor_in_front(name):
    for lib in (rushlight, torch):
        with pytest.raises(TypeError, match=f"descriptor '{name}' .* doesn't apply to a 'int'"):
            getattr(lib.Tensor, name)(2, lib.ones(3))


def test_reflected_matmul_of_no_tensor():
    assert rushlight.ones(3).__rmatmul__(3) is NotImplemented
