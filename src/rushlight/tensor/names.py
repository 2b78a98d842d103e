"""Names of the torch namespace that are no operations: dtypes, constants, classes, settings."""

from __future__ import annotations

import math
from typing import Any

from rushlight.kernels import dtypes, memory, metadata, promotion, threads
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.publish import enter, public
from rushlight.tape.core import TensorBase
from rushlight.tensor import once, printing
from rushlight.tensor.legacy import tensortype, type_called

ALIASES = ("half", "float", "double", "short", "int", "long", "cfloat", "cdouble", "chalf")
SETTINGS = {
    dtypes: ("dtype", "finfo", "iinfo", "get_default_dtype", "set_default_dtype"),
    metadata: (
        "Size", "device", "layout", "memory_format", "strided", "sparse_coo", "sparse_csr",
        "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged", "contiguous_format", "preserve_format",
        "channels_last", "channels_last_3d", "legacy_contiguous_format", "get_default_device",
        "set_default_device",
    ),
    promotion: ("promote_types", "can_cast"),
    printing: ("set_printoptions",),
    once: ("set_warn_always", "is_warn_always_enabled"),
    memory: (
        "memory_stats", "empty_cache", "set_memory_limit", "reset_peak_memory_stats",
    ),
    threads: ("get_num_threads", "set_num_threads"),
}  # fmt: skip
TYPE_DEPRECATED = (
    "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use "
    "torch.set_default_dtype() and torch.set_default_device() as alternatives."
)

for _d in dtypes.ALL:
    enter("torch", _d.name, _d)
for _name in ALIASES:
    enter("torch", _name, getattr(dtypes, _name))
for _module, _names in SETTINGS.items():
    for _name in _names:
        enter("torch", _name, getattr(_module, _name))
for _name in ("pi", "e", "inf", "nan"):
    enter("torch", _name, getattr(math, _name))
enter("torch", "newaxis", None)


@public("torch")
def is_tensor(obj: Any, /) -> bool:
    """Is `obj` a tensor?

    Example:
        >>> import rushlight as torch
        >>> torch.is_tensor(torch.ones(1)), torch.is_tensor(1)
        (True, False)
    """
    return isinstance(obj, TensorBase)


@public("torch")
def is_inference(input: Any) -> bool:
    """Was `input` made in inference mode?

    Example:
        >>> import rushlight as torch
        >>> with torch.inference_mode():
        ...     x = torch.ones(1)
        >>> torch.is_inference(x)
        True
    """
    return bool(input.is_inference())


@public("torch")
def numel(input: Any) -> int:
    """How many elements `input` has."""
    return int(as_tensor_argument("numel", "input", 1, input).numel())


def result_type(tensor: Any, other: Any) -> dtypes.dtype:
    """The dtype of an operation on two tensors or numbers.

    Example:
        >>> import rushlight as torch
        >>> torch.result_type(torch.arange(3), 2.5)
        torch.float32
    """
    operands = [ranked(tensor), ranked(other)]
    if None in operands:
        raise no_operands(tensor, other)
    return promotion.result_dtype(operands)


def ranked(x: Any) -> Any:
    """The dtype of an operand, and whether it is a tensor with dims, a 0-d one, or a number."""
    if isinstance(x, TensorBase):
        return x.dtype, promotion.DIMENSIONED if x.dim() else promotion.ZERO_DIM
    if isinstance(x, (bool, int, float, complex)):
        return dtypes.as_dtype(type(x)), promotion.NUMBER
    return None


def no_operands(*given: Any) -> TypeError:
    """The complaint about operands that are neither tensors nor numbers."""
    kinds = [
        Any if ranked(x) is None else TensorBase if isinstance(x, TensorBase) else float
        for x in given
    ]
    names = [
        "Tensor" if k is TensorBase else metadata.type_name(type(x))
        for k, x in zip(kinds, given, strict=True)
    ]
    text = (
        "result_type() received an invalid combination of arguments - got "
        f"({', '.join(names)}), but expected one of:\n"
    )
    for form, wanted in RESULT_TYPE_FORMS.items():
        shown = [n if k is w else f"!{n}!" for n, k, w in zip(names, kinds, wanted, strict=True)]
        text += (
            f" * {form}\n      didn't match because some of the arguments have invalid types: "
            f"({', '.join(shown)})\n"
        )
    return TypeError(text)


RESULT_TYPE_FORMS = {
    "(Tensor tensor, Tensor other)": (TensorBase, TensorBase),
    "(Number scalar, Tensor tensor)": (float, TensorBase),
    "(Tensor tensor, Number other)": (TensorBase, float),
    "(Number scalar1, Number scalar2)": (float, float),
}


enter("torch", "result_type", result_type)


def set_default_tensor_type(t: Any, /) -> None:
    """Choose the default dtype by an old tensor type, as `torch.DoubleTensor` or its name."""
    if isinstance(t, str):
        t = type_called(t)
    once.warn(TYPE_DEPRECATED, stacklevel=3)
    if not isinstance(t, tensortype):
        raise TypeError(
            "invalid type object: only floating-point types are supported as the default type"
        )
    dtypes.set_default_dtype(t.dtype)


enter("torch", "set_default_tensor_type", set_default_tensor_type)


@public("torch Tensor")
def is_same_size(input: Any, other: Any) -> bool:
    """Do two tensors have the same shape?"""
    return bool(input.shape == as_tensor_argument("is_same_size", "other", 2, other).shape)


# -- flags of backends that are not there --------------------------------------------------------

for _name in (
    "cuda",
    "xpu",
    "mps",
    "mtia",
    "maia",
    "ipu",
    "xla",
    "vulkan",
    "meta",
    "sparse",
    "sparse_csr",
    "quantized",
    "mkldnn",
    "nested",
):
    enter("Tensor", f"is_{_name}", property(lambda self: False))
enter("Tensor", "is_cpu", property(lambda self: True))
enter("Tensor", "name", property(lambda self: None))


@public("Tensor torch")
def get_device(self: Any) -> int:
    """The index of the tensor's device: -1, for the CPU."""
    return -1


@public("Tensor torch")
def is_distributed(self: Any) -> bool:
    """Is the tensor spread over processes?  Never."""
    return False


@public("Tensor")
def is_coalesced(self: Any) -> bool:
    """Refused: only sparse tensors can be coalesced."""
    raise RuntimeError("is_coalesced expected sparse coordinate tensor layout but got Strided")


@public("Tensor")
def dim_order(self: Any, *, ambiguity_check: Any = False) -> tuple[int, ...]:
    """The dims from the outermost to the innermost in memory.

    Example:
        >>> import rushlight as torch
        >>> torch.ones(2, 3).T.dim_order()
        (1, 0)
    """
    strides = self.stride()
    return tuple(sorted(range(self.dim()), key=lambda d: -strides[d]))
