"""Nodes as a program sees them: names, edges, saved values, hooks.

Each operation has its own class (`type(y.grad_fn)` is `<class 'AddBackward0'>`), made when the
operation is first recorded.
"""

import weakref

from rushlight.tape import dispatch, errors, hooks
from rushlight.tape.core import Node, adopt_nodes
from rushlight.tape.saved import Packed, packed

WRITTEN_BY_HAND = frozenset(
    {"AccumulateGrad", "CopyBackwards", "CopySlices", "Identity", "NotImplemented"}
)
FREED_BEFORE_HOOKS = (
    "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of "
    "the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if "
    "you need to backward through the graph a second time or if you need to access saved variables "
    "after calling backward."
)


class GraphNode(Node):
    """The methods of every node."""

    __slots__ = ()

    def name(self):
        """The node's name, 'AddBackward0'."""
        own = type(self).__name__
        return f"torch::autograd::{own}" if own in WRITTEN_BY_HAND else own

    @property
    def next_functions(self):
        """Per input, the node that made it (AccumulateGrad for a leaf) and its output number."""
        nrs = self.nrs_ or (0,) * len(self.next_)
        return tuple([(as_node(e), nr) for e, nr in zip(self.next_, nrs, strict=True)])

    @property
    def metadata(self):
        """A dict of the user's own, kept with the node."""
        if self.extras_ is None:
            self.extras_ = {}
        return self.extras_

    @property
    def requires_grad(self):
        return True

    def _sequence_nr(self):
        return self.sequence_

    def _set_sequence_nr(self, number):
        self.sequence_ = number

    @property
    def _input_metadata(self):
        return [None] * (1 if self.outputs_ is None else len(self.outputs_))

    @property
    def _register_hook_dict(self):
        return lambda table: hooks.of_node(self).post.update(table)

    def register_hook(self, fn):
        """Call `fn(grad_inputs, grad_outputs)` after the node ran; it may return new grad_inputs."""
        return hooks.of_node(self).post.add(fn)

    def register_prehook(self, fn):
        """Call `fn(grad_outputs)` before the node runs; it may return new grad_outputs."""
        return hooks.of_node(self).pre.add(fn)

    def __call__(self, *grads):
        """The node's rule on cotangents, as backward would run it."""
        if self.op_ is None:
            out = self.backprop_(list(grads) if self.outputs_ is not None else grads[0])
        else:
            out = dispatch.vjp(self, tuple(grads) if self.outputs_ is not None else grads[0])
        return out[0] if len(out) == 1 else tuple(out)

    def __reduce_ex__(self, protocol):
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")

    def backprop_(self, g):
        raise NotImplementedError(f"{self.name()} has no rule")

    def release_(self, place):
        """Drop saved values."""


class OperationNode(GraphNode):
    """The node of an operation; `_saved_*` come to its class when somebody asks for one."""

    __slots__ = ()

    def __getattr__(self, name):
        if "saved_" in name and furnished(self):
            return getattr(self, name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __dir__(self):
        furnished(self)
        return object.__dir__(self)


def furnished(node):
    """Give the class of a node its `_saved_*`; False where it has them."""
    cls = type(node)
    if "_furnished" in cls.__dict__:
        return False
    cls._furnished = True
    for name, shown in saved_attributes(node.op_).items():
        setattr(cls, name, shown)
    return True


def saved_attributes(op):
    """{name: property} of an operation's nodes; see `name_saved`."""
    return {}


def name_saved(properties):
    """Name the function that `saved_attributes` is."""
    global saved_attributes
    saved_attributes = properties


def as_node(target):
    """The node of an edge's target: itself, or the AccumulateGrad of a leaf."""
    if target is None or isinstance(target, Node):
        return target
    return accumulator_of(target)


class AccumulateGrad(GraphNode):
    """Where backward ends: adds the gradient into `variable.grad`."""

    __slots__ = ()

    @property
    def variable(self):
        """The leaf."""
        return self.saved_[0]

    def _sequence_nr(self):
        return 2**64 - 1

    def backprop_(self, g):
        from rushlight.tape.engine import accumulate

        accumulate(self.variable, g, False, False)
        return ()

    __call__ = backprop_


AccumulateGrad.__module__ = "builtins"


class Restored(GraphNode):
    """Hands a gradient on to a leaf, for a copy of it that an unpack hook made."""

    __slots__ = ()

    def backprop_(self, g):
        return [g]


def accumulator_of(leaf):
    """The AccumulateGrad node of a leaf: the same one as long as anybody holds it."""
    node = leaf.accumulator() if leaf.accumulator is not None else None
    if node is None:
        node = AccumulateGrad()
        node.next_ = ()
        node.saved_ = (leaf,)
        leaf.accumulator = weakref.ref(node)
    return node


def saved_value(node, k):
    """What `_saved_*` shows: a tensor, checked, or the plain value."""
    if node.freed_ is not None and node.saved_ is None:
        errors.raise_freed(node)
    value = dispatch.unpack(node, k)
    return tuple(value) if isinstance(value, tuple) else value


class SavedTensor:
    """A saved tensor before unpacking; `register_hooks` packs it another way.

    `k` counts what the node saved; it is -1 for what a node does not keep.
    """

    __module__ = "torch._C._autograd"

    def __init__(self, node, k):
        self.node = node
        self.k = k

    @property
    def data(self):
        """What is kept: the tensor, or what a pack hook made of it."""
        entry = self.entry()
        if entry is None or isinstance(entry, Packed):
            return entry and entry.value
        return dispatch.unpack(self.node, self.k)

    def entry(self):
        return None if self.k < 0 else self.node.saved_[self.k]

    def register_hooks(self, pack_hook, unpack_hook):
        """Keep `pack_hook(tensor)` in its place, and give `unpack_hook` of that when asked."""
        if not (callable(pack_hook) and callable(unpack_hook)):
            raise TypeError(
                "register_hooks(): incompatible function arguments. The following argument types are "
                "supported: two functions"
            )
        if self.node.freed_ is not None:
            raise RuntimeError(FREED_BEFORE_HOOKS)
        entry = self.entry()
        if entry is None:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor with value None is forbidden"
            )
        if isinstance(entry, Packed):
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already "
                "been set. Hint: only one pair of hooks is allowed at a time."
            )
        entry = packed(entry, self.node, pack_hook, unpack_hook)
        self.node.saved_ = (*self.node.saved_[: self.k], entry, *self.node.saved_[self.k + 1 :])


def node_class(op):
    """The class of an operation's nodes, made on first use together with its plan of what to save."""
    from rushlight.tape.declare import lay_plan

    lay_plan(op)
    body = {"__slots__": (), "__module__": "builtins"}
    op.node_class = type(op.label, (OperationNode,), body)
    adopt_nodes(op.node_class)
    return op.node_class


def place_of(node):
    """Where the user recorded a node: 'file:line, in function: source'."""
    return errors.place(node.code_, node.lasti_)
