"""Reverse-mode automatic differentiation on NumPy arrays, whole, in a hundred lines.

>>> x, w = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([[0.5], [-1.0]])
>>> loss = (exp(x @ w) * 2 + w).sum()
>>> loss.backward()
>>> w.grad.round(4).tolist()
[[1.9388], [2.5492]]
"""

from heapq import heappop, heappush

import numpy as np


class Node:
    """One recorded operation: where its inputs' gradients go, and the rule that computes them."""

    count = 0

    def __init__(self, name, inputs, vjp):
        Node.count += 1
        self.sequence = Node.count  # larger than that of every node it depends on
        self.name, self.vjp = name, vjp
        self.edges = [t.node or t for t in inputs]
        self.shapes = [t.data.shape for t in inputs]


class Tensor:
    """An array, the operation that made it (None for a leaf) and, after backward, a gradient."""

    __array_ufunc__ = None  # array * tensor is the tensor's to compute

    def __init__(self, data, node=None):
        self.data, self.node, self.grad = np.asarray(data, float), node, None

    def __add__(self, other):
        return record("add", np.add, lambda g, a, b: (g, g), self, other)

    def __mul__(self, other):
        return record("mul", np.multiply, lambda g, a, b: (g * b, g * a), self, other)

    def __matmul__(self, other):
        return record("matmul", np.matmul, lambda g, a, b: (g @ b.T, a.T @ g), self, other)

    def __pow__(self, n):
        return record("pow", lambda a: a**n, lambda g, a: [g * n * a ** (n - 1)], self)

    def sum(self):
        return record("sum", np.sum, lambda g, a: [g * np.ones_like(a)], self)

    def backward(self):
        """Add d(self)/d(leaf) to the `grad` of every leaf that this tensor came from."""
        gradients, queue = {}, []
        send(self.node or self, np.ones_like(self.data), gradients, queue)
        while queue:
            _, node = heappop(queue)  # the latest: whatever used its result has been here
            parts = node.vjp(gradients.pop(node))
            for edge, shape, part in zip(node.edges, node.shapes, parts, strict=True):
                send(edge, unbroadcast(part, shape), gradients, queue)

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    __radd__, __rmul__ = __add__, __mul__


def record(name, forward, vjp, *inputs):
    """Compute now, and leave on the result how gradients will flow back through it."""
    inputs = [t if isinstance(t, Tensor) else Tensor(t) for t in inputs]
    arrays = [t.data for t in inputs]
    return Tensor(forward(*arrays), Node(name, inputs, lambda g: vjp(g, *arrays)))


def send(edge, g, gradients, queue):
    """Give a gradient to a leaf, or let it wait at a node until all of that node's have met."""
    if isinstance(edge, Tensor):
        edge.grad = g if edge.grad is None else edge.grad + g
    elif edge in gradients:
        gradients[edge] = gradients[edge] + g
    else:
        gradients[edge] = g
        heappush(queue, (-edge.sequence, edge))


def unbroadcast(g, shape):
    """Sum over the dimensions along which NumPy repeated an operand of this shape."""
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)


def exp(x):
    return record("exp", np.exp, lambda g, a: [g * np.exp(a)], x)


def tanh(x):
    return record("tanh", np.tanh, lambda g, a: [g / np.cosh(a) ** 2], x)
