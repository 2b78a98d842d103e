"""What functions that make tensors have in common: sizes, dtype, device, layout, requires_grad.

The options a program leaves out cost one test; those it gives are checked in PyTorch's words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from rushlight.kernels import dtypes, metadata
from rushlight.kernels.dtypes import as_dtype
from rushlight.kernels.metadata import type_name
from rushlight.ops import publish
from rushlight.tape import errors, inplace, outputs, overrides
from rushlight.tape.core import TensorBase, box, note, state

NO_GRAD_DTYPE = "Only Tensors of floating point and complex dtype can require gradients"
NO_PINNED = (
    "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is "
    "available on this system."
)
OUT_OF_MEMORY = (
    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you "
    "tried to allocate {0} bytes. Error code 12 (Cannot allocate memory)"
)
NOT_COMPILED = {"cuda": "CUDA", "xpu": "XPU"}


def check_options(
    name: str,
    layout: Any = None,
    device: Any = None,
    pin_memory: Any = False,
    requires_grad: Any = False,
) -> None:
    """Refuse what no tensor here can be.

    Raises:
        TypeError: for options of the wrong type.
        AssertionError, NotImplementedError: for devices other than the CPU.
        RuntimeError: for unknown devices, sparse layouts and pinned memory.
    """
    if device is not None or metadata.get_default_device() is not metadata.cpu:
        check_device(name, device)
    if layout is not None and layout is not metadata.strided:
        check_layout(name, layout)
    if pin_memory:
        raise RuntimeError(NO_PINNED)
    if requires_grad is not False and requires_grad is not True:
        raise argument_type(name, "requires_grad", "bool", requires_grad)


def check_device(name: str, device: Any) -> None:
    """Refuse a device, or a default device, that is not the CPU."""
    if device is None:
        device = metadata.get_default_device()
    elif not isinstance(device, (metadata.device, str, int, np.integer)):
        raise argument_type(name, "device", "torch.device", device)
    else:
        device = metadata.device(device)
    if device.type != "cpu":
        refuse_device(device.type)


def refuse_device(kind: str) -> NoReturn:
    """The error of a PyTorch built for the CPU alone."""
    if kind in NOT_COMPILED:
        raise AssertionError(f"Torch not compiled with {NOT_COMPILED[kind]} enabled")
    if kind == "meta":
        raise NotImplementedError(
            "rushlight has no tensors on the meta device: every tensor holds its numbers"
        )
    raise NotImplementedError(
        f"Could not run 'aten::empty.memory_format' with arguments from the '{kind.upper()}' "
        "backend. 'aten::empty.memory_format' is only available for these backends: [CPU]."
    )


def check_layout(name: str, layout: Any) -> None:
    if not isinstance(layout, metadata.layout):
        raise argument_type(name, "layout", "torch.layout", layout)
    if layout is not metadata.strided:
        raise NotImplementedError(f"{name}(): rushlight has no sparse tensors (layout={layout})")


def check_format(name: str, memory_format: Any) -> None:
    """Refuse what is no memory format."""
    if memory_format is not None and not isinstance(memory_format, metadata.memory_format):
        raise argument_type(name, "memory_format", "torch.memory_format", memory_format)


def argument_type(name: str, argument: str, wanted: str, got: Any) -> TypeError:
    """PyTorch's complaint about the type of a keyword argument."""
    return TypeError(
        f"{name}(): argument '{argument}' must be {wanted}, not {type_name(type(got))}"
    )


def dtype_or(name: str, dtype: Any, default: Any) -> Any:
    """The dtype a caller gave, or the default if that was None."""
    if dtype is None:
        return default
    return dtype if type(dtype) is dtypes.dtype else as_dtype(dtype, f"{name}()")


def refuse_grad(dtype: Any) -> NoReturn:
    """Gradients were asked for of a dtype that has none."""
    raise RuntimeError(errors.advised(NO_GRAD_DTYPE, "integers", dtype))


def fresh(array: Any, requires_grad: bool = False) -> Any:
    """A tensor around a new array."""
    t = box(array)
    if requires_grad:
        if dtypes.of(array.dtype).category < dtypes.FLOAT:
            refuse_grad(dtypes.of(array.dtype))
        t.rg = True
    st = state()
    if st.inference:
        t.inference = True
    if st.special:
        t.born = len(st.levels)
    return t


def factory(body: Callable[..., Any]) -> Callable[..., Any]:
    """Publish a function without tensor arguments, which only modes can take over."""

    def function(*args: Any, **kwargs: Any) -> Any:
        if state().overrides:
            return overrides.take_over(function, args, kwargs)
        try:
            return body(*args, **kwargs)
        except TypeError as error:
            reword(error)
            raise

    publish.named(function, body.__name__.rstrip("_"), body.__doc__, "torch")
    function.__wrapped__ = body  # type: ignore[attr-defined]
    publish.enter("torch", function.__name__, function)
    return function


def reword(error: TypeError) -> None:
    """Raise PyTorch's sentence on missing arguments in place of Python's."""
    found = re.fullmatch(r"(\w+\(\)) missing (\d+) required [\w-]+ arguments?: (.*)", str(error))
    if found:
        name, count, missing = found.groups()
        listed = re.sub(r",? and |, ", ", ", missing).replace("'", '"')
        raise TypeError(f"{name} missing {count} required positional arguments: {listed}") from None


# -- sizes -----------------------------------------------------------------------------------


def sizes(name: str, args: tuple[Any, ...], keyword: Any = None) -> tuple[int, ...]:
    """The sizes in separate ints, in one sequence, or in the keyword argument `size`.

    Raises:
        TypeError: when there are none, or they are no ints.
    """
    if keyword is not None:
        args = (keyword,)
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        args = tuple(args[0])
    elif not args:
        raise TypeError(f'{name}() missing 1 required positional arguments: "size"')
    elif type(args[0]) is not int and not is_size(args[0]):
        raise TypeError(
            f"{name}(): argument 'size' (position 1) must be tuple of ints, not "
            f"{type_name(type(args[0]))}"
        )
    for n in args:
        if type(n) is not int:
            return tuple([as_size(name, n, i) for i, n in enumerate(args)])
    return args


def sequence_of_sizes(name: str, size: Any) -> tuple[int, ...]:
    """Sizes from an argument that must be a sequence."""
    if not isinstance(size, (tuple, list)):
        raise TypeError(
            f"{name}(): argument 'size' (position 1) must be tuple of ints, not "
            f"{type_name(type(size))}"
        )
    return sizes(name, (size,))


def is_size(x: Any) -> bool:
    if isinstance(x, TensorBase):
        return x.dim() == 0 and x.dtype.category == dtypes.INT
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool)


def as_size(name: str, x: Any, place: int) -> int:
    if is_size(x):
        return int(x)
    raise TypeError(
        f"{name}(): argument 'size' failed to unpack the object at pos {place + 1} "
        f'with error "type must be tuple of ints,but got {type_name(type(x))}"'
    )


# -- memory ----------------------------------------------------------------------------------


def allocated(make: Callable[..., Any], shape: tuple[int, ...], *args: Any, name: str = "") -> Any:
    """`make(shape, *args)`, with PyTorch's errors where NumPy has no memory for it."""
    try:
        return make(shape, *args)
    except (ValueError, MemoryError):
        explain(shape, args[-1], name)
        raise


def explain(shape: tuple[int, ...], dtype: Any, name: str) -> None:
    """Raise PyTorch's error for a shape that cannot be allocated."""
    if any(n < 0 for n in shape):
        if name == "zeros":
            raise RuntimeError("zeros: Dimension size must be non-negative.") from None
        worst = next(n for n in shape if n < 0)
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {worst}: {[*shape]}"
        ) from None
    count = math.prod(shape) * np.dtype(dtype).itemsize
    if count >= 2**63:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={[*shape]}") from None
    if count > 2**31:
        raise RuntimeError(OUT_OF_MEMORY.format(count)) from None


# -- out= ------------------------------------------------------------------------------------


def out_dtype(name: str, out: Any, dtype: Any) -> dtypes.dtype:
    """The dtype to make values in for `out`, which decides it.

    Raises:
        TypeError: if `out` is no tensor.
        RuntimeError: if a `dtype` was given that is another.
    """
    if not isinstance(out, TensorBase):
        raise argument_type(name, "out", "Tensor", out)
    if dtype is not None and as_dtype(dtype, f"{name}()") is not out.dtype:
        raise RuntimeError(
            f"dtype {as_dtype(dtype).scalar_type} does not match dtype of out "
            f"parameter ({out.dtype.scalar_type})"
        )
    return out.dtype


def into(name: str, out: Any, values: Any) -> Any:
    """Put new values into the tensor that `out=` named; it takes their shape without a warning."""
    outputs.refuse_recording(name, (out,), ())
    if out.array.shape != values.shape:
        out.resize_(values.shape)
    inplace.check_overlap(out.array)
    np.copyto(out.array, values, casting="unsafe")
    note(out)
    return out
