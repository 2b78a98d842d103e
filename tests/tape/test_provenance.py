"""Beyond PyTorch: errors about the graph name the lines of the program they come from."""

import inspect
from pathlib import Path

import pytest

import rushlight as torch
from rushlight.tape.nodes import place_of

HERE = Path(__file__).name


def line_of(text):
    """Where in this file a line with this text stands."""
    source = Path(__file__).read_text().splitlines()
    (number,) = [i for i, line in enumerate(source, 1) if f"# {text}" in line]
    return f"{HERE}:{number}"


def message(act):
    with pytest.raises(RuntimeError) as caught:
        act()
    return str(caught.value)


def test_node_knows_its_line():
    x = torch.ones(2, requires_grad=True)
    y = x * 2  # the product
    assert line_of("the product") in place_of(y.grad_fn)
    assert "y = x * 2" in place_of(y.grad_fn)
    assert "in test_node_knows_its_line" in place_of(y.grad_fn)


def test_nodes_of_composed_functions_belong_to_the_caller():
    x = torch.ones(2, 2, requires_grad=True)
    y = x.mean().sqrt()  # the mean
    node = y.grad_fn
    while node is not None and node.name() != "torch::autograd::AccumulateGrad":
        assert line_of("the mean") in place_of(node)
        node = node.next_functions[0][0]


def test_nodes_of_a_lambda_and_a_comprehension():
    x = torch.ones(2, requires_grad=True)
    double = lambda t: t * 2  # noqa: E731  # in the lambda
    ys = [double(x).exp() for _ in range(2)]  # in the list
    assert line_of("in the list") in place_of(ys[1].grad_fn)
    assert line_of("in the lambda") in place_of(ys[1].grad_fn.next_functions[0][0])


def test_modified_names_both_lines():
    x = torch.ones(2, requires_grad=True)
    y = x * 1
    z = y * y  # saved here
    y.add_(1)  # written here
    text = message(z.sum().backward)
    assert "is at version 1; expected version 0" in text.splitlines()[0]
    assert line_of("saved here") in text
    assert line_of("written here") in text


def test_freed_names_the_operation_and_the_backward():
    x = torch.ones(2, requires_grad=True)
    y = x.exp()  # the exponential
    y.sum().backward()  # the first backward
    text = message(y.sum().backward)
    assert text.startswith("Trying to backward through the graph a second time")
    assert line_of("the exponential") in text
    assert line_of("the first backward") in text


def test_freed_by_grad():
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    torch.autograd.grad(y.sum(), x)  # the first grad
    assert line_of("the first grad") in message(lambda: torch.autograd.grad(y.sum(), x))


def test_function_nodes_know_their_line():
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            ctx.saved_tensors
            return g * 2

    x = torch.ones(2, requires_grad=True)
    y = Double.apply(x)  # applied here
    assert line_of("applied here") in place_of(y.grad_fn)
    y.sum().backward()
    assert line_of("applied here") in message(y.sum().backward)


def test_root_without_graph_says_why():
    x = torch.ones(2)
    assert "does not require grad" in message(x.sum().backward)
    assert "int64" in message(lambda: torch.tensor(3).backward())


def test_nodes_made_inside_backward_belong_to_the_caller_of_backward():
    x = torch.ones(2, requires_grad=True)
    y = (x * x).sum()
    (g,) = torch.autograd.grad(y, x, create_graph=True)  # differentiated here
    assert line_of("differentiated here") in place_of(g.grad_fn)


def test_code_without_source():
    space = {"torch": torch}
    exec("x = torch.ones(2, requires_grad=True)\ny = x.exp()", space)
    assert "<string>:2" in place_of(space["y"].grad_fn)


def test_keeping_a_place_keeps_no_frame():
    def function():
        big = torch.ones(2, requires_grad=True)
        return big * 2

    y = function()
    assert not any(inspect.isframe(v) for v in (y.grad_fn.code_, y.grad_fn.lasti_))
    assert y.grad_fn.code_ is function.__code__
