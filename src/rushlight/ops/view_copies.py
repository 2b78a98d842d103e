"""`torch.transpose_copy` and its like: what a view would show, in memory of its own."""

from rushlight.ops import axes, copies, shape, slices, split, strided
from rushlight.tape.declare import Declaration

of_view = {}


class Copying:
    """Put before a view's family: the same operation, but its results are copies."""

    takes_out = True

    def settled(self):
        super().settled()
        self.is_view = False

    def compute(self, inputs, params):
        out = super().compute(inputs, params)
        return tuple([x.copy() for x in out]) if self.many else out.copy()

    def bound(self, *args, **kwargs):
        variant, inputs, params = self.binding(*args, **kwargs)
        if variant is self or variant in of_view:
            return of_view.get(variant, self).run(inputs, params)
        return variant.run(inputs, params).clone()

    def public(self, function, args, kwargs, out):
        result = super().public(function, args, kwargs, out)
        return None if self.many and out is not None else result


def copying(view, places="torch", **rules):
    """Declare the copying form of a view, with other rules where it needs them."""
    of_view[view] = Declaration(
        f"copy_of_{view.label}",
        (Copying, type(view)),
        {
            **view.declared,
            "__doc__": f"A copy of what `{view.name}` shows.",
            "__module__": __name__,
            "public_name": f"{view.name}_copy",
            "node": f"{view.label}_copy",
            "places": places,
            "aliases": (),
            **rules,
        },
    )


for _view in (
    axes.permute, axes.t, axes.transpose, copies.alias, shape.expand, shape.squeeze,
    shape.unsqueeze, slices.select, slices.slice_, slices.unfold, split.split,
    split.split_with_sizes, split.unbind, strided.as_strided,
):  # fmt: skip
    copying(_view)
for _view in (shape.squeeze_dim, shape.squeeze_dims):
    copying(_view, places=None)
copying(shape.view, forward=shape.unsafe_view.forward)  # any strides will do
