"""NumPy's functions on tensors: `np.sin(x)`, `np.ones(3) * x`, `np.concatenate([x, y])`.

A universal function becomes the operation of ours that does the same, and is recorded like it.  The
other functions are in `rushlight.tensor.numpy_functions`; of them, those that give arrays when
PyTorch's tensors are put in still do so, unless a tensor among the arguments requires grad.
"""

from __future__ import annotations

from typing import Any

from rushlight.ops.publish import enter


def array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """NumPy's door for universal functions; behind it stands what takes a while to import."""
    from rushlight.tensor import numpy_counterparts

    return numpy_counterparts.array_ufunc(ufunc, method, inputs, kwargs)


def array_function(self: Any, func: Any, types: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """NumPy's door for all other functions."""
    from rushlight.tensor import numpy_counterparts

    return numpy_counterparts.array_function(func, args, kwargs)


enter("Tensor", "__array_ufunc__", array_ufunc)
enter("Tensor", "__array_function__", array_function)
