"""Function transforms: `torch.func`."""

from rushlight.alias import missing
from rushlight.func.forward import jvp
from rushlight.func.jacobians import hessian, jacfwd, jacrev, linearize
from rushlight.func.modules import (
    functional_call,
    replace_all_batch_norm_modules_,
    stack_module_state,
)
from rushlight.func.rearranging import rearrange
from rushlight.func.reverse import grad, grad_and_value, vjp
from rushlight.func.vmap import vmap
from rushlight.func.wrapping import debug_unwrap, functionalize

__all__ = [
    "debug_unwrap",
    "functional_call",
    "functionalize",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "rearrange",
    "replace_all_batch_norm_modules_",
    "stack_module_state",
    "vjp",
    "vmap",
]

__getattr__ = missing(__name__)
