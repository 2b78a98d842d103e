"""The same operation on each tensor of a list: `torch._foreach_add` and its like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushlight.kernels.metadata import type_name
from rushlight.ops.publish import enter, named, namespaces
from rushlight.tape.core import TensorBase
from rushlight.tensor.attach import FOREACH

BINARY = "add sub mul div maximum minimum clamp_max clamp_min"
TERNARY = "addcmul addcdiv lerp"


def checked(name: str, tensors: Any) -> list[Any]:
    """The list of tensors that a function is given."""
    if not isinstance(tensors, (list, tuple)):
        raise TypeError(
            f"{name}(): argument 'self' (position 1) must be tuple of Tensors, not "
            f"{type_name(type(tensors))}"
        )
    if not tensors:
        raise RuntimeError("Tensor list must have at least one tensor.")
    return list(tensors)


def for_each(other: Any, n: int) -> list[Any]:
    """What stands beside each of `n` tensors: the elements of a list, or always the same."""
    if isinstance(other, TensorBase) and other.dim() == 1:
        other = other.tolist()
    if not isinstance(other, (list, tuple)):
        return [other] * n
    if len(other) != n:
        if all(isinstance(x, TensorBase) for x in other):
            raise RuntimeError(
                f"Tensor lists must have the same number of tensors, got {n} and {len(other)}"
            )
        raise RuntimeError("Tensor list must have same number of elements as scalar list.")
    return list(other)


def extreme(name: str) -> Callable[[Any, Any], Any]:
    """The larger or smaller of a tensor and a tensor or number."""
    least = name in ("maximum", "clamp_min")
    pairwise = namespaces["torch"]["maximum" if least else "minimum"]

    def choose(x: Any, y: Any) -> Any:
        if isinstance(y, TensorBase):
            return pairwise(x, y)
        return x.clamp(min=y) if least else x.clamp(max=y)

    return choose


def operation(name: str) -> Callable[..., Any]:
    if name in ("maximum", "minimum", "clamp_min", "clamp_max"):
        return extreme(name)
    return namespaces["torch"][name]


def publish(name: str, each: Callable[..., list[Any]], forms: str = "new written") -> None:
    """Publish `_foreach_name`, the form that writes the results over the first list, or both."""
    public = f"_foreach_{name}"

    def function(self: Any, *args: Any, **kwargs: Any) -> Any:
        return tuple(each(checked(public, self), *args, **kwargs))

    def inplace(self: Any, *args: Any, **kwargs: Any) -> Any:
        results = each(checked(f"{public}_", self), *args, **kwargs)
        for x, result in zip(self, results, strict=True):
            x.copy_(result)
        return self

    doc = f"`torch.{name}` of each tensor of a list."
    if "new" in forms:
        enter("torch", public, named(function, public, doc, "torch"))
    if "written" in forms:
        enter("torch", f"{public}_", named(inplace, f"{public}_", doc, "torch"))


def unary(name: str) -> Callable[..., list[Any]]:
    return lambda xs: [operation(name)(x) for x in xs]


def binary(name: str) -> Callable[..., list[Any]]:
    def each(xs: list[Any], other: Any, *, alpha: Any = 1) -> list[Any]:
        do = operation(name)
        scaled = {} if alpha == 1 else {"alpha": alpha}
        return [do(x, y, **scaled) for x, y in zip(xs, for_each(other, len(xs)), strict=True)]

    return each


def ternary(name: str) -> Callable[..., list[Any]]:
    def each(xs: list[Any], ys: Any, zs: Any, values: Any = 1, *, value: Any = 1) -> list[Any]:
        do, n = operation(name), len(xs)
        rows = zip(xs, for_each(ys, n), for_each(zs, n), strict=True)
        if name == "lerp":
            return [do(*row) for row in rows]
        factors = for_each(values if value == 1 else value, n)
        return [do(*row, value=v) for row, v in zip(rows, factors, strict=True)]

    return each


def pow_each(xs: Any, exponent: Any) -> list[Any]:
    return [x**y for x, y in zip(xs, for_each(exponent, len(xs)), strict=True)]


def norm_each(xs: list[Any], ord: Any = 2, dtype: Any = None) -> list[Any]:
    return [namespaces["linalg"]["vector_norm"](x, ord, dtype=dtype) for x in xs]


def power_of_number(self: Any, exponent: Any) -> Any:
    """`torch._foreach_pow`, of a number too."""
    if isinstance(self, (int, float)):
        return tuple([self**y for y in exponent])
    return tuple(pow_each(checked("_foreach_pow", self), exponent))


OF_TWO = {name: binary(name) for name in BINARY.split()}
OF_THREE = {name: ternary(name) for name in TERNARY.split()}
RULES = {**OF_TWO, **OF_THREE, "pow": pow_each}
for each_name in FOREACH.split():
    publish(each_name, RULES.get(each_name) or unary(each_name))
enter("torch", "_foreach_pow", power_of_number)
publish("norm", norm_each, "new")
publish("max", lambda xs: [x.max() for x in xs], "new")
publish("clone", lambda xs: [x.clone() for x in xs], "new")
publish("zero", lambda xs: [x.new_zeros(()) for x in xs], "written")
publish("copy", lambda xs, ys, non_blocking=False: for_each(ys, len(xs)), "written")
