"""What operations have in common: argument binding, promotion, broadcasting, dims, views.

A family says in one place what its members share; `rushlight.tape.declare` explains how a member
is declared.  Class attributes that a member may set:

    tensors      how many leading arguments of `forward` are tensors (-1: one sequence of them)
    differentiable  how many of those, the first ones, a gradient can flow to (0: all)
    node         the node's name where it is not CamelCase(name) + "Backward0"
    kernel       the native shortcut's name where it is not the operation's
    places       where the function is published: names of namespaces, see `rushlight.ops.publish`
    inplace      is there an in-place method `name_`?
    aliases      further public names
    linear       is the result linear in the inputs (all at once)?
    takes_out    does the function take `out=`?
    dim_of_scalar  may a parameter `dim` be the one dim that 0-d tensors have to speak of?
    in_batch     the name of the operation that does this one's work on a batch, if another does
    slow_batch   does vmap warn that it goes from sample to sample, as PyTorch does?
    dynamic      vmap's error where the samples' results have different shapes
"""

import functools
import math
import operator
import warnings

import numpy as np

from rushlight.kernels import door, dtypes, metadata, promotion
from rushlight.kernels.quiet import quietly
from rushlight.ops.dims import wrap_dim as wrap_dim
from rushlight.ops.dims import wrap_dims as wrap_dims
from rushlight.tape import batching, entry, gradients, outputs, overrides, straight
from rushlight.tape.core import TensorBase, plain, state
from rushlight.tape.declare import Declaration
from rushlight.tape.dispatch import OTHER_DTYPE, OTHER_SHAPE_OR_DTYPE, Op, ready

NUMPY_NAMES = {
    "axis": "dim",
    "keepdims": "keepdim",
    "x": "input",
    "a": "input",
    "x1": "input",
    "axis0": "dim0",
    "axis1": "dim1",
    "x2": "other",
}


class Operation(Op, metaclass=Declaration, family=True):
    """The root of all families."""

    tensors = 1
    differentiable = 0
    node = None
    kernel = None
    public_name = None
    places: str | None = "torch Tensor"
    inplace = False
    aliases = ()
    linear = False
    takes_out = True
    dim_of_scalar = True
    bind = None
    pointwise = False
    holomorphic = False
    writes = False
    overlaps = False  # may it be done in place where elements share memory? Or a warning
    out_decides = False  # does it compute in the dtype of `out=`?
    door = None  # place and name in `rushlight.ops.signatures`
    out_key = None  # by which `rushlight.ops.output_rules` knows it
    in_batch = None
    additive = False  # a sum or difference
    moves = False  # does it take parts of its one input, or put it between zeros?
    sums = False  # does it add up the dims `dims`?
    of_units = None  # what a product makes of unit vectors, see `tape/units.py`
    slow_batch = False
    dynamic = None
    declared = {}
    published = False

    def __mro_entries__(self, bases):
        """`class variant(op)`: the class that stands for the operation `op` as a base."""
        return (type(self),)

    def settled(self):
        """Called when the declaration has been read."""

    def __call__(self, *args):
        """Apply to tensors and parameters, positionally, as `forward` lists them."""
        n = 1 if self.arity < 0 else self.arity
        if self.arity < 0:
            return self.run(tuple(args[0]), args[1:])
        return self.run(args[:n], args[n:])

    def bound(self, *args, **kwargs):
        """Apply to a caller's arguments."""
        variant, inputs, params = self.binding(*args, **kwargs)
        return variant.run(inputs, params)

    def binding(self, *args, **kwargs):
        """(operation, inputs, params) of a caller's arguments."""
        if kwargs and not NUMPY_NAMES.keys().isdisjoint(kwargs):
            kwargs = {NUMPY_NAMES.get(name, name): value for name, value in kwargs.items()}
        if self.bind is None:
            return self, self.only_tensors(*args, **kwargs), self.defaults
        bound = self.bind(*args, **kwargs)
        return bound if len(bound) == 3 else (self, *bound)

    def only_tensors(self, input, *others):
        """The inputs of an operation that takes tensors and nothing else."""
        return tuple(
            [
                as_tensor_argument(self.name, "input", i + 1, x)
                for i, x in enumerate((input, *others))
            ]
        )

    def directly(self):
        """May a call go from `bind` to `run` at once?  Not where a family or member steps in."""
        own = type(self)
        plain = own.binding in (Operation.binding, Reduction.binding) and self.bind is not None
        return plain and (own.bound, own.called, own.result) == (
            Operation.bound,
            Operation.called,
            Operation.result,
        )

    def result(self, out):
        """What the caller gets (a named tuple, say) for what the tape returned."""
        return out

    def public(self, function, args, kwargs, out):
        """A public call: overriding arguments first, then `out=`, then the operation."""
        if entry.overridden(args) or (kwargs and entry.overridden(tuple(kwargs.values()))):
            if out is not None:
                kwargs = {**kwargs, "out": out}
            return overrides.take_over(function, args, kwargs)
        try:
            return self.answered(args, kwargs, out)
        except Exception:
            door = ("Tensor", self.name) if function is getattr(self, "method", None) else self.door
            result = entry.Errors.explain(
                door, args, kwargs if out is None else {**kwargs, "out": out}
            )
            if result is None:
                raise
            return result

    def answered(self, args, kwargs, out):
        if out is not None:
            if self.out_decides and kwargs.get("dtype") is None and isinstance(out, TensorBase):
                kwargs = {**kwargs, "dtype": out.dtype}
            return outputs.through(self.name, out, self.called, args, kwargs, self.out_key)
        return self.called(*args, **kwargs)

    def called(self, *args, **kwargs):
        return self.result(self.bound(*args, **kwargs))

    def general(self, a):
        """Off the straight path (see `straight.unary`)."""
        if entry.overridden((a,)):
            return overrides.take_over(self.method, (a,), {})
        return self.called(a)

    def batch(self, values, dims, params, size):
        """The result for inputs with batch dims `dims`, and its batch dim: vmap's rule."""
        if getattr(self, "lift", None) is not None:
            return batching.lifted(self, values, dims, params, size)
        return batching.loop(self, values, dims, params, size)


def as_tensor_argument(name, argument, position, x):
    """`x`, which must be a Tensor: PyTorch's error otherwise."""
    if isinstance(x, TensorBase):
        return x
    raise TypeError(
        f"{name}(): argument '{argument}' (position {position}) must be Tensor, not {type_word(x)}"
    )


def type_word(x):
    """An argument's type as PyTorch's errors call it: int, numpy.ndarray."""
    return metadata.type_name(type(x))


@functools.cache
def warn_once(message):
    """Say something once in the life of the program."""
    warnings.warn(message, UserWarning, stacklevel=6)


# -- elementwise -----------------------------------------------------------------------------

SAME, FLOAT = "same", "float"
CATEGORIES = ("bool", "int", "float", "complex")


def lacks(kernel, categories):
    """Refuse categories of dtypes in the words of PyTorch's `kernel`: `lacks("frac_cpu", "int")`."""
    return dict.fromkeys(categories.split(), kernel)


def refusal(why, dtype):
    """The error for a dtype: PyTorch names its kernel; otherwise `why` is a class and a text."""
    if isinstance(why, tuple):
        return why[0](why[1])
    return NotImplementedError(f"\"{why}\" not implemented for '{dtype.scalar_type}'")


class Elementwise(Operation, family=True):
    """Result i depends on the i-th elements of the inputs, after broadcasting and promotion.

    `kind` is what happens to the inputs' common dtype: SAME computes in it, FLOAT turns integers
    into the default float first. `refuses` says for which categories of that dtype the operation
    is not defined, see `lacks`.
    """

    kind = SAME
    refuses = {}
    inplace = True
    pointwise = True
    holomorphic = True

    def settled(self):
        self.fixing = OTHER_SHAPE_OR_DTYPE
        self.known = set()
        self.plainly = type(self).compute is Elementwise.compute

    def compute(self, inputs, params):
        arrays = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        if not ready(self, arrays):
            arrays = self.operands(arrays)
        try:
            out = quietly(self.forward, (*arrays, *params))
            out = out if type(out) is np.ndarray else np.asarray(out)
            return out if len(arrays) > 1 or out.ndim < 2 else laid_out_as(out, arrays[0])
        except ValueError:
            check_broadcast(arrays)
            raise

    def operands(self, values):
        """Arrays (and numbers) as arrays of the dtype that is computed in."""
        common = promotion.of_operands(*values)
        if self.kind is FLOAT and common.category < 2:
            common = dtypes.get_default_dtype()
        self.check(common)
        wanted = common.numpy
        if getattr(values[0], "dtype", None) is wanted:
            self.known.add(wanted)
        return [as_array(x, wanted) for x in values]

    def batch(self, values, dims, params, size):
        return batching.aligned(self, values, dims, params, size)

    def check(self, dtype):
        """Refuse dtypes that the operation is not defined for."""
        why = self.refuses.get(CATEGORIES[dtype.category])
        if why is not None:
            raise refusal(why, dtype)

    def fixes(self, inputs, out):
        shape, dtype = out.shape, out.dtype
        for x in inputs[: self.edges or None]:
            if fix_of(x, shape, dtype) is not None:
                return tuple([fix_of(x, shape, dtype) for x in inputs[: self.edges or None]])
        return None


class Slope(Elementwise, family=True):
    """What an activation makes of a cotangent and of its input or result."""

    tensors = 2
    places = None

    def __call__(self, *args):
        return straight.binary(self, *args)

    def operator(self, a, b):
        """Off the straight path (see `straight.binary`)."""
        out = self.run((a, b), ())
        self.fast = door.kernel(self.name)  # which is imported when it is first needed
        return out


def laid_out_as(out, x):
    """An array as it would lie in memory had NumPy computed it from `x`, element by element."""
    if out.strides == x.strides or x.flags.c_contiguous or not out.flags.c_contiguous:
        return out
    moved = np.empty_like(x, out.dtype, subok=False)
    moved[...] = out
    return moved


def fix_of(x, shape, dtype):
    """(shape, dtype) of an input whose gradient must be brought to them, or None."""
    if not isinstance(x, TensorBase):
        return None
    own = gradients.described(x)
    return None if own[1] is dtype and own[0] == shape else own


def as_array(x, dtype):
    """An array or number in a NumPy dtype; numbers wrap around as PyTorch's do."""
    if isinstance(x, np.ndarray):
        return x if x.dtype is dtype else x.astype(dtype)
    if dtype.kind in "iu" and isinstance(x, int):
        if not -(1 << 63) <= x < 1 << 64:
            raise OverflowError("int too big to convert")
        bits = 8 * dtype.itemsize
        x = int(x) & ((1 << bits) - 1)
        return np.array(x, f"u{dtype.itemsize}").view(dtype)
    return np.array(x, dtype)


def check_broadcast(arrays):
    """Raise PyTorch's error if shapes do not broadcast."""
    shape = []
    for a in arrays:
        other = list(getattr(a, "shape", ()))
        n = max(len(shape), len(other))
        left = [1] * (n - len(shape)) + shape
        right = [1] * (n - len(other)) + other
        for dim, (p, q) in reversed(list(enumerate(zip(left, right, strict=True)))):
            if p != q and p != 1 and q != 1:
                raise RuntimeError(
                    f"The size of tensor a ({p}) must match the size of tensor b "
                    f"({q}) at non-singleton dimension {dim}"
                )
        shape = [q if p == 1 else p for p, q in zip(left, right, strict=True)]


class Unary(Elementwise, family=True):
    """Elementwise of one tensor."""

    def settled(self):
        super().settled()
        self.plainly = type(self).compute is Unary.compute
        self.function = entry.unary_function(self)
        self.method = entry.unary_method(self)

    def binding(self, input):
        return self, (as_tensor_argument(self.name, "input", 1, input),), ()

    def compute(self, inputs, params):
        out = self.fast.call1(inputs[0].array)
        return super().compute(inputs, params) if out is None else out


class WithNumber(Elementwise, family=True):
    """Elementwise of a tensor and a Python number, the first parameter, that promotes with it."""

    def compute(self, inputs, params):
        values = [inputs[0].array, params[0]]
        x, number = values if ready(self, values) else self.operands(values)
        return np.asarray(quietly(self.forward, (x, number, *params[1:])))


class Binary(Elementwise, family=True):
    """Elementwise of two tensors `a` and `b`, or of a tensor and a number.

    `arguments` are the operands' public names and `numbers` says which may be numbers; both at
    once only with `two_numbers`.  Where `number_nodes` names a node, an operand that is a number
    makes that node, with one edge.
    """

    tensors = 2
    arguments = ("input", "other")
    numbers = (True, True)
    two_numbers = False
    number_nodes = (None, None)

    def settled(self):
        super().settled()
        self.plainly = type(self).compute is Binary.compute
        if self.arguments == Binary.arguments:
            self.function = entry.binary_function(self)
            self.method = entry.binary_method(self)
        self.variants = [
            node and with_number(self, i, node) for i, node in enumerate(self.number_nodes)
        ]

    def compute(self, inputs, params):
        if params == self.defaults:
            a, b = [x.array if isinstance(x, TensorBase) else x for x in inputs]
            out = self.fast.call2(a, b)
            if out is not None:
                return out
        return super().compute(inputs, params)

    def operator(self, a, b):
        """Python's operator off the straight path (see `straight.binary`)."""
        if plain(a) and plain(b) and a.dtype is b.dtype and a.dtype.category > 1:
            if not state().overrides:
                return self.run((a, b), self.defaults)
        elif entry.overridden((a, b)):
            return overrides.take_over(self.method, (a, b), {})
        if not (is_operand(a) and is_operand(b)):
            return NotImplemented
        return self.called(a, b)

    def binding(self, *args, **kwargs):
        if len(args) < 2:
            args = completed(self, args, kwargs)
        a, b = operand(self, 0, args[0]), operand(self, 1, args[1])
        if kwargs or len(args) > 2 or self.bind is not None:
            bound = self.bind(a, b, *args[2:], **kwargs)
            if len(bound) == 3:
                return bound
            params = bound[1]
        else:
            params = self.defaults
        if not isinstance(a, TensorBase) and not isinstance(b, TensorBase) and not self.two_numbers:
            raise wrong_arguments(self.name, (a, b))
        if self.variants[0] and not isinstance(a, TensorBase):
            return self.variants[0], (b,), (a, *params)
        if self.variants[1] and not isinstance(b, TensorBase):
            return self.variants[1], (a,), (b, *params)
        return self, (a, b), params


def with_number(op, position, node):
    """The variant of a Binary whose operand at `position` is a number."""

    def swapped(b, a):
        return op.forward(np.asarray(a).astype(b.dtype), b)

    tensor = "ba"[position]
    rule = getattr(op, f"vjp_{tensor}", None)
    body = {
        "forward": swapped if position == 0 else op.forward,
        "__doc__": op.__doc__,
        "public_name": op.name,
        "places": None,
        "node": node,
        "kind": op.kind,
        "refuses": op.refuses,
        "holomorphic": op.holomorphic,
    }
    return Declaration(
        f"{op.name}_number{position}",
        (WithNumber,),
        body if rule is None else {**body, f"vjp_{tensor}": rule},
    )


def wrong_arguments(name, args):
    """The error for arguments that fit no signature."""
    words = ", ".join([type_word(x) for x in args])
    return TypeError(f"{name}() received an invalid combination of arguments - got ({words})")


def completed(op, args, kwargs):
    """Both operands of a Binary, those given by name taken out of `kwargs`."""
    for name in op.arguments[len(args) :]:
        if name not in kwargs:
            raise TypeError(f'{op.name}() missing 1 required positional arguments: "{name}"')
        args = (*args, kwargs.pop(name))
    return args


def is_operand(x):
    return isinstance(x, (TensorBase, int, float, complex, np.number, np.bool_))


def operand(op, position, x):
    """A tensor or, where allowed, a Python number; NumPy scalars count as numbers."""
    if isinstance(x, TensorBase):
        return x
    if op.numbers[position]:
        if isinstance(x, (int, float, complex)):
            return x
        if isinstance(x, (np.number, np.bool_)):
            return x.item()
    return as_tensor_argument(op.name, op.arguments[position], position + 1, x)


# -- dims ------------------------------------------------------------------------------------


def numel(shape):
    """How many elements a shape has."""
    return math.prod(shape)


def sizes_argument(size):
    """Sizes given as separate ints, or as one sequence, as a tuple of ints."""
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = size[0]
    return tuple([n if type(n) is int else operator.index(n) for n in size])


def int_argument(name, argument, position, value):
    """An argument that must be an int: PyTorch's error otherwise."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name}(): argument '{argument}' (position {position}) must be int, "
            f"not {type(value).__name__}"
        ) from None


class View(Operation, family=True):
    """The result shares the input's memory.

    `lift(size, ndim, *params)` gives the parameters for an input with a batch dim of length
    `size` put in front of its `ndim` dims.
    """

    dim_of_scalar = False
    takes_out = False
    linear = True
    moves = True
    places = "Tensor torch"

    def settled(self):
        self.is_view = True

    def binding(self, input, *args, **kwargs):
        as_tensor_argument(self.name, "input", 1, input)
        return super().binding(input, *args, **kwargs)

    def bound(self, *args, **kwargs):
        if kwargs or not args or not isinstance(args[0], TensorBase) or self.bind is None:
            return super().bound(*args, **kwargs)
        bound = self.bind(*args)
        if len(bound) == 2:
            return self.run(bound[0], bound[1])
        return bound[0].run(bound[1], bound[2])


class Reduction(Operation, family=True):
    """Parameters `dims` (a tuple counted from the front) and `keepdim` say what is reduced.

    A native kernel gets the array and all parameters. `totals` are members whose kernel also takes
    the array alone, for the straight path.
    """

    totals = False

    def binding(self, *args, **kwargs):
        if args and not isinstance(args[0], TensorBase):
            as_tensor_argument(self.name, "input", 1, args[0])
        return super().binding(*args, **kwargs)

    def compute(self, inputs, params):
        out = self.fast.call2(inputs[0].array, params)
        if out is not None:
            return out
        out = quietly(self.forward, (inputs[0].array, *params))
        if self.many:
            return tuple([np.asarray(x, order="C") for x in out])
        return np.asarray(out, order="C")

    def fixes(self, inputs, out):
        own = gradients.described(inputs[0])
        return None if out.dtype == own[1] else (own,)

    def settled(self):
        self.fixing = OTHER_DTYPE
        if self.fast is not door.DECLINES and self.totals:
            self.function = entry.total_function(self)
            self.method = entry.total_method(self)

    def lift(self, size, ndim, *params):
        """Dims move one back for the batch dim in front."""
        at = self.param_names.index("dims")
        return (*params[:at], tuple([d + 1 for d in params[at]]), *params[at + 1 :])


class AlongDim(Reduction, family=True):
    """The parameter `dim`, counted from the front, is the one dim worked along.

    A dim equal to the number of dims stands for the dim that a 0-d tensor is taken to have. Results
    lie in rows, or as `forward` lays them out for the `layout` "K".
    """

    layout = "C"

    def settled(self):
        super().settled()
        self.dim_at = self.param_names.index("dim")

    def compute(self, inputs, params):
        if len(inputs) == 1:
            out = self.fast.call2(inputs[0].array, params)
            if out is not None:
                return out
        arrays = [x.array for x in inputs]
        shape = arrays[0].shape
        alone = params[self.dim_at] == len(shape)
        if alone:
            arrays = [a[..., None] for a in arrays]
        out = quietly(self.forward, (*arrays, *params))
        parts = [np.asarray(x, order=self.layout) for x in (out if self.many else (out,))]
        if alone:
            parts = [x.reshape(shape) for x in parts]
        return tuple(parts) if self.many else parts[0]

    def lift(self, size, ndim, *params):
        """The dim moves one back for the batch dim in front."""
        at = self.dim_at
        return (*params[:at], params[at] + 1, *params[at + 1 :])
