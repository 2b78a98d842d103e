"""Saved values off the straight path: described inputs, and what saved-tensor hooks packed."""

from rushlight.kernels import dtypes
from rushlight.tape import errors, gradients
from rushlight.tape.core import Node, SavedOutput, TensorBase, box, state, version_of

SHAPE, DTYPE, INPUTS, SHAPES, DTYPES, REST = 300, 400, 500, 600, 700, 800


def described(inputs, code):
    """What a rule asks to know of its inputs instead of the inputs themselves."""
    kind = code - code % 100
    if kind == SHAPE:
        return shape_of(inputs[code % 100])
    if kind == DTYPE:
        return dtype_of(inputs[code % 100])
    if kind == INPUTS:
        return inputs
    if kind == REST:
        return inputs[code % 100 :]
    describe = shape_of if kind == SHAPES else dtype_of
    return tuple([describe(x) for x in inputs])


def shape_of(x):
    return x.shape if isinstance(x, TensorBase) else ()


def dtype_of(x):
    return x.dtype if isinstance(x, TensorBase) else None


class Several:
    """A tuple of saved tensors (or what pack hooks made of them) and what their counters read."""

    def __init__(self, entries, versions):
        self.entries = entries
        self.versions = versions

    def unpack(self, node):
        """The tensors, checked against in-place writes since."""
        for x, version in zip(self.entries, self.versions, strict=True):
            if isinstance(x, TensorBase) and version_of(x) != version:
                errors.raise_modified(node, x, x.shared, version, x)
        return tuple([x.unpack(node) if isinstance(x, Packed) else x for x in self.entries])


def several(tensors):
    """Tensors as one saved entry."""
    return Several(tensors, [version_of(x) for x in tensors])


PACK_WRITES = (
    "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack "
    "hook cannot be modified by in-place operations as this can lead to unexpected side-effects. "
    "Please open an issue if you need to perform in-place operations on the input to a pack hook."
)


class Packed:
    """A saved tensor in the form that a pack hook gave it, and its place in the graph.

    `source` is the node or the leaf that gradients flow to; None for an own result of the node,
    which would close a cycle.
    """

    def __init__(self, value, unpack_hook, source, nr, rg):
        self.value = value
        self.unpack_hook = unpack_hook
        self.source = source
        self.nr = nr
        self.rg = rg

    def unpack(self, node):
        """The tensor that the unpack hook makes of the packed value."""
        t = self.unpack_hook(self.value)
        if not isinstance(t, TensorBase):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got "
                f"result of type {type(t).__name__}"
            )
        if t is self.source or not self.rg:
            return t
        if isinstance(self.source, TensorBase) and t.dtype.category < dtypes.FLOAT:
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        t = t.detach()
        source = node if self.source is None else self.source
        t.node = source if isinstance(source, Node) else restored(source)
        t.nr, t.rg = self.nr, True
        return t


def restored(leaf):
    """A node whose gradient flows to a leaf: the history of a copy that stands for the leaf."""
    from rushlight.tape.nodes import Restored

    node = Restored()
    node.next_ = (leaf,)
    return node


def pack(node, st, inputs=()):
    """Replace the tensors that `node` saved by what the innermost pack hook makes of them.

    What the unpack hook returns may be anything: gradients are brought to what `inputs` are.
    """
    pack_hook, unpack_hook = st.saved_hooks[-1]
    if pack_hook is not None:
        keeper = getattr(pack_hook, "__self__", None)
        if hasattr(keeper, "before_pack"):
            keeper.before_pack(node)
        node.saved_ = tuple([packed(x, node, pack_hook, unpack_hook) for x in node.saved_])
        node.versions_ = None
        if any(isinstance(x, Packed) for x in node.saved_) and inputs:
            node.fix_ = tuple(
                [described_for(e, x) for e, x in zip(node.next_, inputs, strict=False)]
            )


def described_for(target, x):
    return None if target is None else gradients.described(x)


def packed(x, node, pack_hook, unpack_hook):
    """One saved entry of `node`, packed if it is a tensor."""
    if isinstance(x, SavedOutput):
        t = box(x.array)
        t.box = x.box
        t.shared, t.node, t.nr, t.rg = x.version, node, x.nr, True
        return Packed(packed_value(t, pack_hook), unpack_hook, None, x.nr, True)
    if isinstance(x, TensorBase):
        source = (x if x.rg else None) if x.node is None else x.node
        return Packed(packed_value(x, pack_hook), unpack_hook, source, x.nr, x.rg)
    if isinstance(x, Several):
        entries = tuple([packed(t, node, pack_hook, unpack_hook) for t in x.entries])
        return Several(entries, x.versions)
    return x


def packed_value(t, pack_hook):
    """What a pack hook makes of a tensor, which it may not write to."""
    st = state()
    version, grad, st.grad = version_of(t), st.grad, False
    try:
        value = pack_hook(t)
    finally:
        st.grad = grad
    if version_of(t) != version:
        raise RuntimeError(PACK_WRITES)
    # A node that kept its own result, history and all, would keep itself.
    return t.detach() if value is t and t.node is not None else value


def before_write(t, st):
    """Let pack hooks that keep tensors as they are copy what is about to be overwritten."""
    for pack_hook, _ in st.saved_hooks:
        keeper = getattr(pack_hook, "__self__", None)
        if hasattr(keeper, "before_write"):
            keeper.before_write(t)
