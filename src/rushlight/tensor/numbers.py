"""Python numbers on their way into a tensor: what they are taken for, and what does not fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from rushlight.kernels import dtypes, promotion
from rushlight.kernels.metadata import type_name
from rushlight.kernels.numbers import element, fits, stored  # noqa: F401
from rushlight.tape.core import TensorBase


def number_argument(name: str, argument: str, position: int, x: Any) -> Any:
    """A Python number from a number, a NumPy scalar, or a 0-d tensor outside any graph.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(x, (int, float, complex)) and not isinstance(x, np.generic):
        return x
    if isinstance(x, (np.number, np.bool_)):
        return x.item()
    if isinstance(x, TensorBase) and x.dim() == 0 and not x.requires_grad:
        return x.item()
    raise TypeError(
        f"{name}(): argument '{argument}' (position {position}) must be Number, not "
        f"{type_name(type(x))}"
    )


def dtype_of_number(x: Any) -> dtypes.dtype:
    """The dtype of a tensor made from a Python number.

    Example:
        >>> dtype_of_number(True), dtype_of_number(2), dtype_of_number(2.5)
        (torch.bool, torch.int64, torch.float32)
    """
    return promotion.result_dtype([(dtypes.as_dtype(type(x)), promotion.NUMBER)])
