"""Levels of interpretation: what transforms open, and the boxes that live in them.

At the base a tensor's value is an array.  A transform opens a level and boxes tensors in it; an
operation on boxes is interpreted by the highest level among its inputs, in terms of operations one
level down (`Box.process`).
"""

from rushlight.kernels.metadata import size_of
from rushlight.tape import views
from rushlight.tape.core import TensorBase, alias, box, declare_fields, state, wants

REQUIRES_GRAD = (
    "You are attempting to call Tensor.requires_grad_() (or perhaps using "
    "torch.autograd.functional.* APIs) inside of a function being transformed by a functorch "
    "transform. This is unsupported, please attempt to use the functorch transforms (e.g. grad, "
    "vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being "
    "transformed instead."
)
BACKWARD = (
    "backward() called inside a functorch transform. This is not supported, please use "
    "functorch.grad or functorch.vjp instead or call backward() outside of functorch transforms."
)
CAPTURED = (
    "During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call "
    "in-place operation (aten::{0}) that would mutate a captured Tensor. This is not supported; "
    "please rewrite the function being transformed to explicitly accept the mutated Tensor(s) as "
    "inputs."
)
# Which in-place operations PyTorch has several of, told apart by what they are given.
OF_TENSORS = frozenset({"add", "sub", "mul", "div"})
OF_BOTH = frozenset(
    [
        "bitwise_and",
        "bitwise_or",
        "bitwise_xor",
        "eq",
        "fill",
        "floor_divide",
        "fmod",
        "ge",
        "gt",
        "le",
        "lerp",
        "lt",
        "masked_fill",
        "ne",
        "pow",
        "remainder",
    ]
)


class Level:
    """An open transform of this thread; levels are numbered from the outside."""

    transform = True  # is it one of `torch.func`, and no `dual_level`?
    derives = False  # is it a derivative, under which what is captured is not written to?

    def __init__(self):
        self.number = 0
        self.open = False
        self.recording = True  # is its function running, and not its own backward?
        self.converted = []
        self.split = None  # see `batching.Split`
        self.randomness = None  # and the length of the batch, where there is one
        self.size = 0
        self.counted = 0  # bytes that a batch's operations have made

    def __enter__(self):
        st = state()
        st.special += 1
        self.number = len(st.levels) + 1
        self.open = True
        st.levels.append(self)
        return self

    def __exit__(self, *exc):
        st = state()
        self.open = False
        st.levels.remove(self)
        st.special -= 1
        for t in self.converted:
            t.box.restore(t)


class Box:
    """A tensor's value at a level: a tensor of a lower level, and what the transform adds."""

    def __init__(self, owner, value):
        self.owner = owner
        self.level = owner.number
        self.value = value

    records = False  # has a tensor at this level a node of its own?

    @property
    def shape(self):
        return size_of(self.sizes())

    def sizes(self):
        """The shape that the function sees, as a plain tuple."""
        return sizes_of(self.value)

    @property
    def dtype(self):
        return self.value.dtype

    def stride(self):
        """The strides of what the function sees."""
        return self.value.stride()

    @property
    def grad_fn(self):
        return self.value.grad_fn

    def wants(self):
        return wants(self.value)

    def require_grad(self, flag):
        self.value.requires_grad_(flag)

    def forget(self):
        """Drop what a detached tensor does not have."""

    def copied(self):
        """A box around a copy of the value."""
        return type(self)(self.owner, self.value.clone())

    def at(self, x):
        """The box of `x` if it lives at this level, else None."""
        return box_at(self.owner, x)

    def write(self, op, inputs, params):
        """An in-place operation, one of whose inputs lives at this level; returns the target."""
        target = inputs[0]
        result = op.run(unshared(inputs), params)
        if self.at(target) is None:
            self.admit(target, op)
        self.overwrite(target, result)
        return target


def sizes_of(t):
    """The shape of a tensor of any level, as a plain tuple."""
    if t.box is None:
        return t.array.shape
    b = t.box
    return b.sizes()


declare_fields(Box, dim=None)  # which dim of the value is hidden?


def box_at(level, x):
    """The box of `x` if it lives at a level, else None."""
    if isinstance(x, TensorBase):
        t = x
        if t.box is not None:
            b = t.box
            if b.owner is level:
                return b
    return None


def unshared(inputs):
    """Inputs for the value of an in-place operation whose target is about to be overwritten.

    What is saved for backward is a copy of the target.
    """
    target = inputs[0]
    if not state().grad or all(x.box is None and not wants(x) for x in values_of(inputs)):
        return inputs
    copy = target.clone()
    return tuple([copy if x is target else x for x in inputs])


def values_of(inputs):
    """The tensors among inputs, without the outermost box."""
    tensors = [x for x in inputs if isinstance(x, TensorBase)]
    return [x if x.box is None else x.box.value for x in tensors]


def refuse_captured(op, inputs, levels):
    """Refuse an in-place operation on a tensor from outside of a function that is differentiated."""
    t = inputs[0]
    for level in reversed(levels):
        if t.box is not None and t.box.owner is level:
            t = t.box.value
        elif level.derives and level.recording and root_of(t).born < level.number:
            raise RuntimeError(CAPTURED.format(inplace_name(op, inputs)))


def root_of(t):
    """The tensor that `t` is a view of, or itself."""
    return t if t.origin is None else t.origin.base


def inplace_name(op, inputs):
    """What PyTorch calls an in-place operation: add_.Tensor."""
    name = stem(op)
    if name in OF_TENSORS or name in OF_BOTH:
        before = 2 if name in ("lerp", "masked_fill") else 1
        given = [isinstance(x, TensorBase) for x in inputs[before:]]
        return f"{name}_.{'Tensor' if any(given) or name in OF_TENSORS else 'Scalar'}"
    return f"{name}_"


def stem(op):
    """PyTorch's name of an operation that is done in place, without the underscore."""
    if op.name.startswith("random_fill"):
        return op.label.removesuffix("Backward0").lower()
    return op.name.removesuffix("_").removesuffix("_tensor").removesuffix("_number")


def refuse_inside(message):
    """Refuse what can only be done outside of the functions that `torch.func` transforms."""
    if inside():
        raise RuntimeError(message)


def inside():
    """Is a function running that `torch.func` transforms?"""
    return any(level.transform for level in state().levels)


def lift(target, adopt):
    """Turn a tensor, with the base that it is a view of, into one that `adopt` boxes."""
    root = root_of(target)
    done = root.array is None and target.array is not None  # by a write to another view
    again = None
    if root is not target:
        held = root.box.value if done else root
        again = target.origin.replay or views.restride(target, held)
    if not done:
        value = alias(root)
        root.array, root.node, root.nr, root.rg, root.shared, root.version = (
            None,
            None,
            0,
            False,
            None,
            0,
        )
        root.box = adopt(value)
    if again is not None:
        seen = again(root)
        target.array, target.box, target.shared, target.origin = (
            None,
            seen.box,
            seen.shared,
            seen.origin,
        )
        target.node, target.nr, target.rg = seen.node, seen.nr, seen.rg


def boxed(made):
    """A tensor around a box."""
    t = box(None)
    t.box = made
    t.born = len(state().levels)
    return t
