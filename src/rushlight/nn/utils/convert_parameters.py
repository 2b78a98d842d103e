"""Parameters as one vector and back: `torch.nn.utils.convert_parameters`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rushlight as torch
from rushlight.alias import missing
from rushlight.tape.core import TensorBase
from rushlight.tensor.switches import typename

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Any]) -> Any:
    """All numbers of the parameters, one tensor after the other.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.utils.parameters_to_vector([torch.ones(2), torch.zeros(1, 1)])
        tensor([1., 1., 0.])
    """
    return torch.cat([parameter.view(-1) for parameter in parameters])


def vector_to_parameters(vec: Any, parameters: Iterable[Any]) -> None:
    """Make each parameter a view of its part of a vector.

    Raises:
        TypeError: if `vec` is no tensor.

    Example:
        >>> import rushlight as torch
        >>> x, y = torch.zeros(2), torch.zeros(1)
        >>> torch.nn.utils.vector_to_parameters(torch.arange(3.0), [x, y])
        >>> x, y
        (tensor([0., 1.]), tensor([2.]))
    """
    if not isinstance(vec, TensorBase):
        raise TypeError(f"expected torch.Tensor, but got: {typename(vec)}")
    start = 0
    for parameter in parameters:
        stop = start + parameter.numel()
        parameter.data = vec[start:stop].view_as(parameter).data
        start = stop


__getattr__ = missing(__name__)
