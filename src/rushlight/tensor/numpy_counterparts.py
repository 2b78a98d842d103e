"""What NumPy's functions do with tensors: their counterparts among our operations, if any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from rushlight.ops.publish import namespaces
from rushlight.tape.core import TensorBase, wants
from rushlight.tensor.from_data import from_numpy
from rushlight.tensor.numpy_functions import ALWAYS, FUNCTIONS, as_tensor, promoted

SAME_NAME = (
    "add subtract multiply divide floor_divide remainder fmod negative positive exp exp2 log log2 "
    "log10 log1p expm1 sqrt square reciprocal sin cos tan hypot sinh cosh tanh maximum minimum "
    "fmax fmin isnan isinf isfinite signbit copysign nextafter sign floor ceil trunc greater "
    "greater_equal less less_equal not_equal logical_and logical_or logical_xor logical_not "
    "bitwise_and bitwise_or bitwise_xor gcd lcm ldexp heaviside logaddexp logaddexp2"
)
RENAMED = {
    "equal": "eq",
    "power": "pow", "float_power": "float_power", "absolute": "abs", "fabs": "abs", "rint": "round",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "degrees": "rad2deg", "rad2deg": "rad2deg",
    "radians": "deg2rad", "deg2rad": "deg2rad", "invert": "bitwise_not",
    "left_shift": "bitwise_left_shift", "right_shift": "bitwise_right_shift",
    "conjugate": "conj_physical",
}  # fmt: skip
UFUNCS = {getattr(np, name): name for name in SAME_NAME.split()} | {
    getattr(np, name): ours for name, ours in RENAMED.items()
}
REDUCED = {
    np.add: "sum", np.multiply: "prod", np.maximum: "amax", np.minimum: "amin",
    np.logical_and: "all", np.logical_or: "any",
}  # fmt: skip
ACCUMULATED = {np.add: "cumsum", np.multiply: "cumprod"}


def array_ufunc(ufunc: Any, method: str, inputs: Any, kwargs: Any) -> Any:
    """What a universal function of NumPy does with tensors among its operands."""
    out = kwargs.pop("out", None)
    dtype = kwargs.pop("dtype", None)
    result = recorded_ufunc(ufunc, method, inputs, kwargs)
    if result is NotImplemented:
        result = plain_ufunc(ufunc, method, inputs, kwargs)
    if dtype is not None:
        result = result.to(from_numpy(np.empty(0, dtype)).dtype)
    return result if out is None else delivered(result, out)


def recorded_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of our counterpart; NotImplemented where there is none."""
    if ufunc is np.matmul and method == "__call__" and not kwargs:
        return function("matmul")(*promoted(inputs))
    if method == "__call__" and ufunc in UFUNCS and not kwargs:
        return function(UFUNCS[ufunc])(*map(as_tensor, inputs))
    if method == "reduce" and ufunc in REDUCED:
        options = {k: kwargs.get(k, default) for k, default in (("axis", 0), ("keepdims", False))}
        if kwargs.keys() <= options.keys():
            return FUNCTIONS[getattr(np, REDUCED[ufunc])](as_tensor(inputs[0]), **options)
    if method == "accumulate" and ufunc in ACCUMULATED and kwargs.keys() <= {"axis"}:
        return function(ACCUMULATED[ufunc])(as_tensor(inputs[0]), kwargs.get("axis", 0))
    if method == "outer" and ufunc in UFUNCS and not kwargs:
        a, b = map(as_tensor, inputs)
        return function(UFUNCS[ufunc])(a.reshape((*a.shape, *[1] * b.dim())), b)
    return NotImplemented


def plain_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """NumPy's own result, for tensors that nothing needs to be recorded of, as tensors."""
    name = f"numpy.{ufunc.__name__}"
    refuse_recorded(name if method == "__call__" else f"{name}.{method}", inputs)
    found = getattr(ufunc, method)(*map(as_array, inputs), **kwargs)
    if isinstance(found, tuple):
        return tuple(from_numpy(np.asarray(x)) for x in found)
    return None if found is None else from_numpy(np.asarray(found))


def delivered(result: Any, out: tuple[Any, ...]) -> Any:
    """Results put where `out=` says, tensors or arrays."""
    results = result if isinstance(result, tuple) else (result,)
    for value, target in zip(results, out, strict=True):
        if isinstance(target, TensorBase):
            target.copy_(value)
        else:
            np.copyto(target, value.numpy(), casting="same_kind")
    return out[0] if len(out) == 1 else out


def array_function(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """What any other function of NumPy does with tensors among its arguments."""
    rule = FUNCTIONS.get(func)
    recorded = any(map(is_tracked, flat((args, tuple(kwargs.values())))))
    if rule is not None and (recorded or func in ALWAYS):
        return rule(*args, **kwargs)
    if recorded:
        refuse_recorded(f"{func.__module__}.{func.__name__}", flat((args, tuple(kwargs.values()))))
    return func(*converted(args), **{k: converted(v) for k, v in kwargs.items()})


def refuse_recorded(name: str, inputs: Any) -> None:
    """Refuse a function without a counterpart for tensors that require grad."""
    if any(map(is_tracked, inputs)):
        raise TypeError(
            f"{name} has no counterpart among the operations on tensors, so it cannot be recorded "
            "for a tensor that requires grad. Use tensor.detach().numpy() to leave the graph."
        )


# -- arguments ---------------------------------------------------------------------------------


def function(name: str) -> Callable[..., Any]:
    """The torch function of a name."""
    return namespaces["torch"][name]


def is_tracked(x: Any) -> bool:
    """Is `x` a tensor that requires grad, or one boxed by a transform?"""
    return isinstance(x, TensorBase) and (x.array is None or wants(x))


def flat(x: Any) -> Iterator[Any]:
    """The leaves of nested lists and tuples."""
    if isinstance(x, (list, tuple)):
        for y in x:
            yield from flat(y)
    else:
        yield x


def as_array(x: Any) -> Any:
    return x.numpy() if isinstance(x, TensorBase) else x


def converted(x: Any) -> Any:
    """An argument with arrays in place of tensors."""
    if isinstance(x, (list, tuple)) and type(x) in (list, tuple):
        return type(x)(converted(y) for y in x)
    return as_array(x)
