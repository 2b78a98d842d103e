"""Write docs/subgradients.md: the gradient at every point where there is no single right one.

python tools/subgradients.py            write the page
python tools/subgradients.py --check    write nothing, fail where it is not current
"""

import sys
import warnings
from pathlib import Path
from typing import Any

import rushlight

PAGE = Path(__file__).resolve().parent.parent / "docs" / "subgradients.md"
HEAD = """# Gradients at singular points

Where a function has a kink, a tie, a pole or a branch, its gradient there is a convention. PyTorch's
hold here too, number by number: a test runs every row on both. The last column is the gradient under
[`autograd.safe_grad()`](reference/autograd.md), where it differs: what an operation makes of a
cotangent of zero is then zero, even if its derivative is infinite, and so is what it makes of an
infinite one where its derivative is zero. The page is written by `tools/subgradients.py`.

`F` is `torch.nn.functional`, `x` is of dtype float64 (or complex128), and the gradient is that of the
sum of the result.
"""
INF, NAN = float("inf"), float("nan")
EDGE, ZERO, TIE = [-1.0, 0.0, 1.0], [0.0], [2.0, 1.0, 2.0]

SECTIONS: dict[str, list[tuple[str, list[Any]]]] = {
    "Kinks": [
        ("x.abs()", EDGE),
        ("x.sign()", EDGE),
        ("x.relu()", EDGE),
        ("F.leaky_relu(x)", EDGE),
        ("F.relu6(x)", [0.0, 6.0]),
        ("F.elu(x, 2.0)", ZERO),
        ("F.celu(x, 2.0)", ZERO),
        ("F.selu(x)", ZERO),
        ("F.prelu(x, torch.tensor([0.25], dtype=x.dtype))", ZERO),
        ("F.threshold(x, 1.0, 5.0)", EDGE),
        ("F.hardtanh(x)", EDGE),
        ("F.hardsigmoid(x)", [-3.0, 3.0]),
        ("F.hardswish(x)", [-3.0, 3.0]),
        ("F.hardshrink(x)", [-0.5, 0.5]),
        ("F.softshrink(x)", [-0.5, 0.5]),
        ("F.softsign(x)", ZERO),
        ("F.logsigmoid(x)", ZERO),
        ("x.clamp(-1, 1)", EDGE),
        ("x.clamp(min=0)", EDGE),
        ("x.clamp(max=0)", EDGE),
        ("x.clamp(min=torch.zeros_like(x))", EDGE),
        ("F.l1_loss(x, torch.zeros_like(x))", ZERO),
        ("F.smooth_l1_loss(x, torch.zeros_like(x), reduction='sum')", EDGE),
        ("F.huber_loss(x, torch.zeros_like(x), reduction='sum')", EDGE),
        ("F.hinge_embedding_loss(x, -torch.ones_like(x), reduction='sum')", EDGE),
        ("F.margin_ranking_loss(x, torch.zeros_like(x), torch.ones_like(x))", ZERO),
        ("torch.copysign(x, torch.ones_like(x))", EDGE),
        ("torch.nan_to_num(x)", [NAN, INF, 1.0]),
    ],
    "Steps": [
        ("x.floor()", EDGE),
        ("x.round()", [0.5, 1.0]),
        ("x.trunc()", EDGE),
        ("x.frac()", EDGE),
        ("x.fmod(1.0)", EDGE),
        ("x.remainder(1.0)", EDGE),
        ("torch.div(x, 1.0, rounding_mode='floor')", EDGE),
    ],
    "Ties": [
        ("x.max()", TIE),
        ("x.amax()", TIE),
        ("x.max(0).values", TIE),
        ("x.min(0).values", [1.0, 2.0, 1.0]),
        ("x.median()", [1.0, 1.0, 2.0]),
        ("x.median(0).values", [1.0, 1.0, 2.0]),
        ("x.nanmedian()", [1.0, NAN, 1.0]),
        ("x.mode().values", [2.0, 1.0, 2.0]),
        ("x.topk(1).values", TIE),
        ("x.sort().values[:2]", TIE),
        ("x.cummax(0).values", [1.0, 1.0]),
        ("x.quantile(0.5)", [1.0, 1.0, 2.0]),
        ("x.aminmax().max", TIE),
        ("torch.maximum(x, x.detach())", [1.0]),
        ("torch.minimum(x, x.detach())", [1.0]),
        ("torch.fmax(x, x.detach())", [1.0]),
        ("F.max_pool1d(x[None, None], 3)", TIE),
        ("F.adaptive_max_pool1d(x[None, None], 1)", TIE),
        ("x.norm(INF)", [2.0, -2.0]),
    ],
    "Norms and distances": [
        ("x.norm()", [0.0, 0.0]),
        ("x.norm(1)", [0.0, 1.0]),
        ("x.norm(3)", [0.0, 0.0]),
        ("x.norm(0.5)", [0.0, 1.0]),
        ("x.norm(INF)", [0.0, 0.0]),
        ("torch.linalg.vector_norm(x)", [0.0, 0.0]),
        ("torch.linalg.matrix_norm(x.reshape(2, 2), 'nuc')", [1.0, 0.0, 0.0, 0.0]),
        ("torch.dist(x, torch.zeros_like(x))", [0.0, 0.0]),
        ("torch.cdist(x[None], torch.zeros_like(x)[None])", [0.0, 0.0]),
        ("F.pairwise_distance(x[None], torch.zeros_like(x)[None], eps=0)", [0.0, 0.0]),
        ("F.normalize(x, dim=0)", [0.0, 0.0]),
        ("F.cosine_similarity(x, torch.ones_like(x), dim=0)", [0.0, 0.0]),
        ("torch.hypot(x, torch.zeros_like(x))", ZERO),
        ("x.std()", [1.0, 1.0]),
        ("x.var()", [1.0]),
        ("x.square().sum().sqrt()", [0.0, 0.0]),
    ],
    "Infinite derivatives and poles": [
        ("x.sqrt()", [0.0, 1.0]),
        ("x.rsqrt()", ZERO),
        ("x.log()", ZERO),
        ("x.reciprocal()", ZERO),
        ("x.pow(0.5)", ZERO),
        ("x.pow(0)", ZERO),
        ("x.pow(1)", ZERO),
        ("x.pow(2)", ZERO),
        ("torch.zeros_like(x).pow(x)", [0.0, 1.0, -1.0]),
        ("x.pow(torch.zeros_like(x))", ZERO),
        ("x.asin()", [-1.0, 1.0]),
        ("x.acos()", [-1.0, 1.0]),
        ("x.acosh()", [1.0]),
        ("x.atanh()", [-1.0, 1.0]),
        ("x.erfinv()", [-1.0, 1.0]),
        ("x.logit()", [0.0, 1.0]),
        ("x.lgamma()", ZERO),
        ("x.digamma()", ZERO),
        ("torch.atan2(x, torch.zeros_like(x))", ZERO),
        ("x.sinc()", ZERO),
        ("torch.xlogy(x, x)", ZERO),
        ("torch.special.entr(x)", ZERO),
        ("x.prod()", [0.0, 2.0, 3.0]),
        ("x.prod()", [0.0, 0.0, 3.0]),
        ("x.cumprod(0)", [0.0, 2.0]),
        ("x.logsumexp(0)", [-INF, 0.0]),
        ("x.logsumexp(0)", [-INF, -INF]),
        ("x.softmax(0)[0]", [-INF, 0.0]),
        ("torch.logaddexp(x, torch.full_like(x, -INF))", [-INF]),
        ("F.binary_cross_entropy(x, torch.zeros_like(x))", [0.0]),
        ("F.kl_div(x, torch.zeros_like(x), reduction='sum')", [-1.0]),
    ],
    "Complex numbers": [
        ("x.abs()", [0j, 1j]),
        ("x.angle()", [0j, 1j]),
        ("x.sgn().real", [0j, 1j]),
        ("x.sqrt().real", [0j, 1j]),
        ("x.log().real", [0j, 1j]),
    ],
    "Branches not taken": [
        ("torch.where(x > 0, x.sqrt(), 0 * x)", [0.0, 4.0]),
        ("torch.where(x > 0, x.log(), x)", [0.0, 4.0]),
        ("torch.where(x != 0, x.sin() / x, 1 + 0 * x)", [0.0, 1.0]),
        ("x.sqrt().masked_fill(x <= 0, 0)", [0.0, 4.0]),
        ("x.sqrt() * (x > 0)", [0.0, 4.0]),
        ("x.sqrt().clamp(min=1)", [0.0, 4.0]),
        ("x.log().relu()", [0.0, 4.0]),
        ("x.reciprocal()[1:]", [0.0, 4.0]),
        ("x.sqrt().maximum(torch.ones_like(x))", [0.0, 4.0]),
        ("x.norm() * 0", [0.0, 0.0]),
        ("x.square().sum().sqrt() * 0", [0.0, 0.0]),
    ],
}


def gradient(torch: Any, code: str, point: list[Any], safe: bool = False) -> list[Any]:
    """The gradient of an expression at a point, or [] where it does not require grad."""
    dtype = torch.complex128 if isinstance(point[0], complex) else torch.float64
    x = torch.tensor(point, dtype=dtype, requires_grad=True)
    names = {"torch": torch, "F": torch.nn.functional, "x": x, "INF": INF}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = eval(code, names).sum()
        if safe:
            with torch.autograd.safe_grad():
                result.backward()
        else:
            result.backward()
    return [value + 0 for value in x.grad.tolist()]


def number(value: Any) -> str:
    """0, 0.5, inf, nan, 1-2j."""
    if isinstance(value, complex):
        return f"{value.real + 0.0:.4g}{value.imag + 0.0:+.4g}j"
    return f"{value:.4g}"


def numbers(values: list[Any]) -> str:
    return ", ".join(map(number, values))


def page() -> str:
    """The page as it should be."""
    parts = [HEAD]
    for title, rows in SECTIONS.items():
        parts.append(f"\n## {title}\n\n| function | x | gradient | with `safe_grad()` |")
        parts.append("\n| --- | --- | --- | --- |\n")
        for code, point in rows:
            plain = numbers(gradient(rushlight, code, point))
            safe = numbers(gradient(rushlight, code, point, safe=True))
            changed = "" if safe == plain else safe
            parts.append(f"| `{code}` | {numbers(point)} | {plain} | {changed} |\n")
    return "".join(parts)


def main() -> int:
    now = page()
    if "--check" in sys.argv:
        return int(PAGE.read_text() != now)
    PAGE.write_text(now)
    return 0


if __name__ == "__main__":
    sys.exit(main())
