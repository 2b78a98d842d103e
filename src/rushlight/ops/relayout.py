"""In-place forms of views: the tensor itself takes the other shape, its values stay where they are.

The tensor's history goes on with the view's node; a base does not notice, for no value changed.
"""

from rushlight.ops import axes, shape, strided
from rushlight.ops.publish import enter, named
from rushlight.tape import entry, inplace, overrides, views
from rushlight.tape.core import alias, note, state, version_of
from rushlight.tape.dispatch import needs, record


class t_written(axes.t):
    """`t` in place."""

    node = "TBackward1"
    places = None


class transpose_written(axes.transpose):
    """`transpose` in place."""

    node = "TransposeBackward1"
    places = None


class unsqueeze_written(shape.unsqueeze):
    """`unsqueeze` in place."""

    node = "UnsqueezeBackward1"
    places = None


class squeeze_written(shape.squeeze):
    """`squeeze` in place."""

    node = "SqueezeBackward3"
    places = None


class squeeze_dim_written(shape.squeeze):
    """`squeeze` of one dim in place."""

    node = "SqueezeBackward4"
    places = None


class squeeze_dims_written(shape.squeeze):
    """`squeeze` of several dims in place."""

    node = "SqueezeBackward5"
    places = None


class as_strided_written(strided.as_strided):
    """`as_strided` in place."""

    node = "AsStridedBackward1"
    places = None


WRITTEN = {
    axes.t: t_written,
    axes.transpose: transpose_written,
    shape.unsqueeze: unsqueeze_written,
    shape.squeeze: squeeze_written,
    shape.squeeze_dim: squeeze_dim_written,
    shape.squeeze_dims: squeeze_dims_written,
    strided.as_strided: as_strided_written,
}


def relaid(op, target, params):
    """Give `target` the layout that the view `op` would have."""
    if target.array is None:
        seen = op.run((target,), params)
        target.box, target.node, target.nr, target.rg = seen.box, seen.node, seen.nr, seen.rg
        return target
    st = state()
    mask = needs((target,)) if st.grad else 0
    inplace.check(target, bool(mask))
    before = alias(target)
    target.array = op.forward(target.array, *params)
    node = record(op, (before,), params, target, mask, st, inplace.INPLACE) if mask else None
    note(target)
    if node is not None:
        proceed(target, node)
    return target


def proceed(target, node):
    """Let `node` be the history of the tensor, which as a view leaves its base alone."""
    if target.origin is None:
        views.rebase(target, node)
        return
    target.node, target.nr, target.rg = node, 0, True
    target.origin.replay = None
    target.origin.seen = version_of(target)


def in_place_method(op):
    """The method that changes its tensor's layout."""

    def method(*args, **kwargs):
        if entry.overridden(args):
            return overrides.take_over(method, args, kwargs)
        variant, inputs, params = op.binding(*args, **kwargs)
        return relaid(WRITTEN[variant], inputs[0], params)

    return named(method, f"{op.name}_", f"In-place version of `{op.name}`.", "Tensor")


for _op in (axes.t, axes.transpose, shape.unsqueeze, shape.squeeze, strided.as_strided):
    enter("Tensor", f"{_op.name}_", in_place_method(_op), [f"{name}_" for name in _op.aliases])
enter("torch", "as_strided_", in_place_method(strided.as_strided))
