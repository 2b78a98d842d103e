"""`jacrev`, `jacfwd`, `hessian`, `linearize` against PyTorch."""

import pytest

import rushlight
from tests.func.programs import agree

FUNCTIONS = [
    "lambda t: t.sin() * t.sum()",
    "lambda t: (t * t).sum()",
    "lambda t: (A @ t, t.prod())",
    "lambda t: {'a': t[:2].exp(), 'b': t.sum()}",
    "lambda t: torch.outer(t, t * 2)",
    "lambda t: t.norm() * y",
]


@pytest.mark.parametrize("body", FUNCTIONS)
@pytest.mark.parametrize("transform", ["func.jacrev", "func.jacfwd"])
def test_jacobians(transform, body):
    agree(f"{transform}({body})(x)")


@pytest.mark.parametrize(
    "source",
    [
        "func.jacrev(lambda a, b: a * b.sin(), argnums=(0, 1))(x, y)",
        "func.jacfwd(lambda a, b: a * b.sin(), argnums=(1,))(x, y)",
        "func.jacrev(lambda a, b: (a * b).sum(), argnums=1)(x, y)",
        "func.jacrev(lambda t: (t * 2, t.sum()), has_aux=True)(x)",
        "func.jacfwd(lambda t: (t * 2, t.sum()), has_aux=True)(x)",
        "func.jacrev(torch.sin, chunk_size=1)(x)",
        "func.jacrev(torch.sin, chunk_size=2)(x)",
        "func.jacrev(torch.sin, chunk_size=0)(x)",
        "func.jacrev(lambda t: A @ t.exp(), chunk_size=3)(x)",
        "func.jacrev(lambda d: d['p'] * d['q'].sum())({'p': x, 'q': y})",
        "func.jacfwd(lambda d: d['p'] * d['q'].sum())({'p': x, 'q': y})",
        "func.jacrev(lambda t: t * 2)(x + 1j)",
        "func.jacfwd(lambda t: t * 2)(x + 1j)",
        "func.jacrev(lambda t: torch.complex(t, t))(x)",
        "func.vmap(func.jacrev(lambda r: r.sin() * r.sum()))(A)",
        "func.vmap(func.jacfwd(lambda r: r.sin() * r.sum()))(A)",
        "x.requires_grad_(); func.jacrev(lambda t: t**3)(x).sum().backward(); result = x.grad",
    ],
)
def test_arguments(source):
    agree(source)


@pytest.mark.parametrize("body", ["(t**3).sum() * t.prod()", "t.norm()", "(A @ t).logsumexp(0)"])
def test_second_derivatives(body):
    for nested in (
        "func.hessian({0})(x)",
        "func.jacrev(func.jacrev({0}))(x)",
        "func.jacrev(func.jacfwd({0}))(x)",
        "func.jacfwd(func.jacfwd({0}))(x)",
        "func.vmap(func.hessian({0}))(A)",
    ):
        agree(nested.format(f"lambda t: {body}"))


def test_hessian_by_two_arguments():
    agree("func.hessian(lambda a, b: (a**2 * b.exp()).sum(), argnums=(0, 1))(x, y)")


@pytest.mark.parametrize(
    "source",
    [
        "func.linearize(lambda t: t.sin() * t.sum(), x)[0]",
        "func.linearize(lambda t: t.sin() * t.sum(), x)[1](y)",
        "func.linearize(lambda a, b: {'o': a * b}, x, y)[1](y, x)",
        "[along(v) for along in [func.linearize(torch.exp, x)[1]] for v in (x, y)]",
    ],
)
def test_linearize(source):
    agree(source)


PRODUCTS = [
    "lambda t: torch.tanh(A @ t)",
    "lambda t: (t @ A.mT).sigmoid()",
    "lambda t: A @ t.neg()",
    "lambda t: (t[None] @ A.mT).tanh()[0]",
    "lambda t: A @ (t[:, None] * 2)",
    "lambda t: A.mul(torch.inf) @ t",
    "lambda t: func.vmap(torch.dot)(t[None], A[:1]) * t.sum()",
    "lambda t: func.vmap(torch.vdot)(A[:1], t[None]) * t.sum()",
    "lambda t: func.vmap(torch.dot)(t[:1, None], A[:1, :1]) * t.sum()",
    "lambda t: (A @ t).unbind()",
    "lambda t: torch.addmv(A[:, 0], A, t)",
    "lambda t: torch.linalg.multi_dot([A, t]) * (A @ t)",
]


@pytest.mark.parametrize("body", PRODUCTS)
@pytest.mark.parametrize("transform", ["func.jacrev", "func.jacfwd", "func.hessian"])
def test_products_with_unit_vectors(transform, body):
    agree(f"{transform}({body})(x)")
    agree(f"func.vmap({transform}({body}))(A)")
    agree(f"func.jacrev({transform}({body}))(y)")


def test_unit_vectors_that_were_written_to():
    agree(
        "class Doubled(torch.autograd.Function):\n"
        "    generate_vmap_rule = True\n"
        "    forward = staticmethod(lambda t: t.clone())\n"
        "    setup_context = staticmethod(lambda ctx, inputs, output: None)\n"
        "    backward = staticmethod(lambda ctx, g: g.add_(1))\n"
        "result = func.jacrev(lambda t: Doubled.apply(A @ t))(x)"
    )


def test_a_product_with_unit_vectors_is_differentiated():
    W = rushlight.tensor([[0.5, -1.0], [2.0, 0.25]], requires_grad=True)
    x = rushlight.tensor([0.1, 0.2])
    for transform in (rushlight.func.jacfwd, rushlight.func.jacrev):
        jacobian = transform(lambda t: W @ t)(x)
        (gradient,) = rushlight.autograd.grad((jacobian * W.detach()).sum(), W)
        assert gradient.tolist() == W.tolist()
