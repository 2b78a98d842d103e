"""Gradients in one pass over memory, for where nobody will ask for their gradients in turn."""

from rushlight.kernels.quiet import quietly
from rushlight.ops.families import Elementwise, Operation
from rushlight.tape.core import state


def at_once(*tensors):
    """May a gradient be computed in one pass? Recorded or in a transform, it takes formulas."""
    st = state()
    return not st.grad and not st.special and all(t.array is not None for t in tensors)


class activation_gradient(Elementwise):
    """What a kernel makes of a cotangent and an activation's input or result; has no rules."""

    tensors = 2
    places = None

    def forward(g, x, kernel, *params):
        return kernel(g, x, *params)


class loss_gradient(Operation):
    """What a loss of `kernels.losses` makes of a cotangent, a number, for its input; no rules."""

    tensors = 2
    places = None

    def compute(self, inputs, params):
        (kernel, scale, *rest), (x, t) = params, inputs
        return quietly(kernel.gradient, (scale, x.array, t.array, *rest))

    def forward(x, t, kernel, scale, *params):
        return kernel.gradient(scale, x, t, *params)
