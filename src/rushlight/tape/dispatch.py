"""From inputs to a result and, where gradients are wanted, a node.

Everything that the straight path (see `tape.straight`) does not take goes through `Op.run`: the
box of the highest level first, then the operation's own `compute` on arrays, then recording.
"""

import numpy as np

from rushlight.kernels.quiet import quietly
from rushlight.tape import errors, gradients, native, nodes, saved, views
from rushlight.tape.core import (
    VIEW_DEFAULT,
    VIEW_INFERENCE,
    VIEW_NO_GRAD,
    VIEW_OF_MANY,
    Node,
    SavedOutput,
    TensorBase,
    box,
    declare_fields,
    new_saved_output,
    new_view,
    share_version,
    state,
    user_code,
    user_lasti,
    version_of,
    wants,
)

# What a rule's argument is read from; see `declare.plan`.
INPUT, PARAM, OUTPUT, SHAPE, DTYPE, INPUTS, SHAPES, DTYPES, REST = range(0, 900, 100)
NEED = -1
INPLACE = 1

ndarray = np.ndarray

# When an operation has to be asked what its gradients must be brought to (see `Op.fixing`).
NEVER, OTHER_SHAPE_OR_DTYPE, OTHER_DTYPE, ALWAYS = range(4)


class Op:
    """One operation as the tape sees it; families (see `rushlight.ops`) derive from it.

    `rules[i]` is the vjp of input i, or `joint` one for all; `picks` say which saved entries are
    its arguments; `plan` and `masks` say what to save and for whose gradient.
    """

    def run(self, inputs, params):
        """Apply to tensors (or Python numbers) `inputs`, with the given static parameters."""
        top = highest_box(inputs)
        if top is not None:
            return top.box.process(self, inputs, params)
        st = state()
        if st.observer is None:
            out = elementwise(self, inputs, params) if self.plainly else None
            if out is None:
                out = self.compute(inputs, params)
        else:
            out = st.observer.compute(self, inputs, params)
        if self.many:
            return finish_many(self, inputs, params, out, st)
        return finish(self, inputs, params, out, st)

    def compute(self, inputs, params):
        """The result on arrays."""
        arrays = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        return self.forward(*arrays, *params)

    def fixes(self, inputs, out):
        """Per input, (shape, dtype) that its gradient must be brought to, or None."""
        return None


declare_fields(
    Op,
    label=None,
    name=None,
    node_class=None,
    fast=None,
    rules=None,
    picks=None,
    joint=None,
    joint_picks=None,
    plan=(),
    masks=(),
    keeps=False,
    defaults=(),
    is_view=False,
    many=False,
    fixing=0,
    known=None,
    plainly=False,
    short=None,
    along=None,
    named=False,
    direct=False,
    binder=None,
    arity=1,
)


def elementwise(op, inputs, params):
    """`op.forward` on operands that are ready; None where they need a closer look."""
    arrays = [x.array if isinstance(x, TensorBase) else x for x in inputs]
    if op.arity == 1:
        out = op.fast.call1(arrays[0])
    elif op.arity == 2 and params == op.defaults:
        out = op.fast.call2(arrays[0], arrays[1])
    else:
        out = None
    if out is not None:
        return out
    if not ready(op, arrays):
        return None
    if op.arity == 1 and not arrays[0].flags.c_contiguous:
        return None  # the result is to lie in memory as the operand does
    try:
        out = quietly(op.forward, (*arrays, *params))
    except ValueError:
        return None  # the general way raises PyTorch's error
    return out if type(out) is ndarray else np.asarray(out)


def ready(op, arrays):
    """Have all operands one dtype that the operation is known to leave alone?

    Real numbers beside floating arrays, and small whole ones beside integers, may stay numbers:
    NumPy promotes them as PyTorch does.
    """
    first = arrays[0]
    if type(first) is not ndarray or first.dtype not in op.known:
        return False
    kind = first.dtype.kind
    for x in arrays[1:]:
        if type(x) is ndarray:
            if x.dtype is not first.dtype:
                return False
        elif type(x) is int:
            if kind != "f" and not (kind in "iu" and 0 <= x < 128):
                return False
        elif type(x) is not float or kind != "f":
            return False
    return True


def collectable(node):
    """Show a node to the garbage collector again: hooks can make it part of a cycle."""
    native.track(node)


def conj(x):
    """The complex conjugate; a real tensor or number is returned as it is."""
    if isinstance(x, TensorBase):
        t = x
        if t.array is not None and not native.is_complex(t.array):
            return x
        return x.conj()
    if isinstance(x, complex):
        return x.conjugate()
    return x


def highest_box(inputs):
    """The input boxed at the highest level, or None when all are arrays' boxes."""
    top = None
    for x in inputs:
        if isinstance(x, TensorBase):
            t = x
            if t.box is not None and (top is None or t.box.level > top.box.level):
                top = t
    return top


def needs(inputs):
    """Bit i is set when input i requires grad."""
    mask = 0
    i = 0
    for x in inputs:
        if isinstance(x, TensorBase):
            t = x
            if wants(t):
                mask = mask | (1 << (i if i < 30 else 30))
        i += 1
    return mask


def finish(op, inputs, params, out, st):
    """Box one result and record it where a gradient is wanted."""
    t = box(out)
    if st.special:
        t.born = len(st.levels)
    if st.grad and not st.inference and native.differentiable(out):
        mask = needs(inputs)
        if mask and op.rules is not None:
            t.node = record(op, inputs, params, t, mask, st)
            t.rg = True
            if op.fixing and t.node.fix_ is None and not fitting(op, inputs, out):
                t.node.fix_ = op.fixes(inputs, out)
    if op.is_view:
        attach_view(t, inputs[0], VIEW_DEFAULT if st.grad else VIEW_NO_GRAD, None)
    elif st.inference:
        t.inference = True
    return t


def fitting(op, inputs, out):
    """Can no input's gradient differ from it in shape or dtype?"""
    if op.fixing == ALWAYS:
        return False
    n = op.edges
    for x in inputs:
        if isinstance(x, TensorBase):
            t = x
            if t.array is None or t.array.dtype is not out.dtype:
                return False
            if op.fixing == OTHER_SHAPE_OR_DTYPE and not native.same_shape(t.array, out):
                return False
        n -= 1
        if n == 0:  # no gradient flows to what comes behind
            break
    return True


def finish_many(op, inputs, params, outs, st):
    """Box several results of one node."""
    boxes = [box(out) for out in outs]
    if st.special:
        for t in boxes:
            t.born = len(st.levels)
    mask = needs(inputs) if st.grad and not st.inference and op.rules is not None else 0
    active = [native.differentiable(out) for out in outs]
    if mask and any(active):
        node = record(op, inputs, params, boxes, mask, st)
        node.outputs_ = tuple([(out.shape, out.dtype) for out in outs])
        nr = 0
        for t in boxes:
            if active[nr]:
                t.node = node
                t.nr = nr
                t.rg = True
            nr += 1
    if op.is_view:
        for t in boxes:
            attach_view(t, inputs[0], VIEW_OF_MANY if st.grad else VIEW_NO_GRAD, None)
    elif st.inference:
        for t in boxes:
            t.inference = True
    return tuple(boxes)


def attach_view(t, source, creation, replay):
    """Make `t` a view of `source`: one version counter, one root."""
    if state().inference:
        creation = VIEW_INFERENCE
    t.inference = source.inference
    t.shared = share_version(source)
    parent = source.origin
    base = source
    if parent is not None:
        base = parent.base
        if parent.creation > creation:
            creation = parent.creation
        if parent.replay is not None:
            replay = views.after(parent.replay, replay or views.restride(t, source))
    t.origin = new_view(base, creation, t.shared.value, replay)


def edge(t):
    """What a gradient of `t` flows to: the node that made it, or the leaf itself.

    A view made in no_grad of a tensor that requires grad does so too, but leads nowhere.
    """
    if t.origin is not None:
        views.refresh(t)
        if t.node is None and not t.rg:
            return None
    if t.node is None:
        return t
    return t.node


def target(x, wanted):
    """The edge to an input, None where no gradient is wanted."""
    if not wanted or not isinstance(x, TensorBase):
        return None
    t = x
    return edge(t) if wants(t) else None


def output_numbers(inputs, targets):
    """Which output of its node each input is; None when all are the first."""
    for x in inputs:
        if isinstance(x, TensorBase):
            t = x
            if t.nr:
                break
    else:
        return None
    return tuple([0 if e is None else x.nr for x, e in zip(inputs, targets, strict=True)])


def new_node(cls, inputs, mask, st):
    """A node of class `cls` with edges to the inputs whose bit is set in `mask`."""
    node = native.new(cls)
    n = len(inputs)
    if n == 1:
        node.next_ = (target(inputs[0], mask & 1),)
    elif n == 2:
        node.next_ = (target(inputs[0], mask & 1), target(inputs[1], mask & 2))
    else:
        node.next_ = tuple(
            [target(x, mask & (1 << (i if i < 30 else 30))) for i, x in enumerate(inputs)]
        )
    node.nrs_ = output_numbers(inputs, node.next_)
    node.sequence_ = st.sequence
    st.sequence += 1
    node.code_ = user_code()
    node.lasti_ = user_lasti()
    if st.anomaly is not None:
        st.anomaly.recorded(node)
    return node


def record(op, inputs, params, out, mask, st, inplace=0):
    """The node of one application of `op`."""
    cls = op.node_class
    if cls is None:
        cls = nodes.node_class(op)
    node = new_node(cls, inputs[: op.edges] if op.edges else inputs, mask, st)
    node.op_ = op
    if op.plan:
        save(node, op, inputs, params, out, mask, st, inplace)
    native.untrack(node)
    native.untrack(node.next_)
    if node.saved_ is not None:
        native.untrack(node.saved_)
    if st.anomaly is not None:
        st.anomaly.computed(node, inputs, params, out)
    return node


def save(node, op, inputs, params, out, mask, st, inplace):
    """Keep what the rules of the inputs in `mask` will read."""
    plan = op.plan
    n = len(plan)
    if n == 1:
        node.saved_ = (entry(op, plan[0], inputs, params, out, inplace),)
    elif n == 2:
        node.saved_ = (
            entry(op, plan[0], inputs, params, out, inplace) if op.masks[0] & mask else None,
            entry(op, plan[1], inputs, params, out, inplace) if op.masks[1] & mask else None,
        )
    elif n == 3:
        node.saved_ = (
            entry(op, plan[0], inputs, params, out, inplace) if op.masks[0] & mask else None,
            entry(op, plan[1], inputs, params, out, inplace) if op.masks[1] & mask else None,
            entry(op, plan[2], inputs, params, out, inplace) if op.masks[2] & mask else None,
        )
    else:
        node.saved_ = tuple(
            [
                entry(op, plan[k], inputs, params, out, inplace) if op.masks[k] & mask else None
                for k in range(n)
            ]
        )
    if op.keeps:
        node.versions_ = versions(node.saved_)
    if st.saved_hooks:
        saved.pack(node, st, inputs)


def entry(op, c, inputs, params, out, inplace):
    """The value that plan code `c` names."""
    if c < 100:
        return inputs[c]
    if c < 200:
        return params[c - 100]
    if c < 300:
        t = out[c - 200] if op.many else out
        return new_saved_output(t, c - 200, inplace)
    if c < 400 and isinstance(inputs[c - 300], TensorBase):
        t = inputs[c - 300]
        if t.box is None:
            return native.shape(t.array)
    if c >= REST:
        return saved.several(inputs[c - REST :])
    return saved.described(inputs, c)


def versions(kept):
    """What the counters of saved tensors read; None when all read 0."""
    dirty = False
    for x in kept:
        if isinstance(x, TensorBase):
            t = x
            if t.inference:
                errors.raise_inference()
            if version_of(t):
                dirty = True
    if not dirty:
        return None
    return tuple([version_of(x) if isinstance(x, TensorBase) else 0 for x in kept])


def unpack(node, k):
    """Saved entry k, checked against in-place writes since."""
    x = node.saved_[k]
    if isinstance(x, TensorBase):
        t = x
        v = 0 if node.versions_ is None else node.versions_[k]
        if version_of(t) != v:
            errors.raise_modified(node, t, t.shared, v, t)
        if t.node is None and not t.rg and node.op_ is not None:
            check_attached(node, k)
        return x
    if isinstance(x, SavedOutput):
        o = x
        if o.version.value != o.expected:
            value = o.array if o.box is None else o.box
            errors.raise_modified(node, value, o.version, o.expected, None)
        out = box(o.array)
        out.box = o.box
        out.shared = o.version
        out.node = node
        out.nr = o.nr
        out.rg = o.array is None or native.differentiable(o.array)
        return out
    if x is None or type(x) is int or type(x) is float or type(x) is tuple:
        return x
    if isinstance(x, (saved.Packed, saved.Several)):
        return x.unpack(node)
    return x


def check_attached(node, k):
    """Refuse a saved input that had a history when it was saved and has none any more."""
    i = node.op_.plan[k]
    if i < len(node.next_) and isinstance(node.next_[i], Node):
        errors.raise_detached()


def call_rule(rule, node, g, picks):
    """A vjp rule on a cotangent and the saved entries that it asks for."""
    n = len(picks)
    if n == 0:
        return rule(g)
    if n == 1:
        return rule(g, unpack(node, picks[0]))
    if n == 2:
        return rule(g, unpack(node, picks[0]), unpack(node, picks[1]))
    return rule(g, *[unpack(node, k) for k in picks])


def joint_rule(op, node, g, needed):
    """The gradients by the one rule for all inputs, which is told which of them are wanted."""
    picks = op.joint_picks
    if NEED not in picks:
        return list(call_rule(op.joint, node, g, picks))
    if op.arity < 0:  # a list of tensors has its gradients together
        needed = None
    need = tuple([e is not None and (needed is None or e in needed) for e in node.next_])
    return list(op.joint(g, *[need if k == NEED else unpack(node, k) for k in picks]))


def vjp(node, g, safe=False, needed=None):
    """Gradients for the inputs of a built-in node, from that of its output (or outputs).

    With `safe`, what an elementwise operation makes of a cotangent of zero is zero. With `needed`,
    only gradients for those targets are computed.
    """
    op = node.op_
    if node.freed_ is not None and op.keeps:
        errors.raise_freed(node)
    if op.joint is not None:
        grads = joint_rule(op, node, g, needed)
    else:
        n = len(node.next_)
        grads = []
        for i in range(n):
            rule = op.rules[i]
            target = node.next_[i]
            if target is None or rule is None:
                grads.append(None)
            elif needed is not None and target not in needed:
                for k in op.picks[i]:
                    unpack(node, k)  # a write since is an error all the same
                grads.append(None)
            else:
                grads.append(call_rule(rule, node, g, op.picks[i]))
    if safe:
        gradients.silence(op, g, grads)
    if node.fix_ is not None:
        gradients.fix(grads, node)
    return grads


def highest_level(inputs):
    """The level of the highest box among the inputs, 0 when all are arrays' boxes."""
    top = highest_box(inputs)
    return 0 if top is None else top.box.level
