"""The straight path: exact Tensors, with no mode open, through an operation's native kernel.

Every function here declines what it is not for, and the general door (`Op.run`) takes that over.
Python's operators begin here: they are slots of the class that Tensor is made from.
"""

import operator

import numpy as np

from rushlight.tape import native
from rushlight.tape.core import TensorBase, box, bump, plain, state, wants
from rushlight.tape.dispatch import elementwise, finish, finish_many, record


def binary(op, a, b):
    """A two-operand operator: the straight path, else the operation's general door."""
    t = quick(op, a, b)
    if t is None and op.plainly and plain(a) and plain(b):
        t = both(op, (a, b))
    return op.operator(a, b) if t is None else t


def both(op, pair):
    """The operation's own NumPy code on tensors that are ready for it; None to decline."""
    st = state()
    if st.special:
        return None
    out = elementwise(op, pair, op.defaults)
    return None if out is None else finish(op, pair, op.defaults, out, st)


def product(a, b):
    """`a @ b`: the straight path for vectors and matrices, else the general door."""
    if plain(a) and plain(b):
        ta = a
        tb = b
        if ta.array is not None and tb.array is not None and native.dims(tb.array) == 1:
            t = quick(DOT if native.dims(ta.array) == 1 else MV, a, b)
            if t is not None:
                return t
        elif ta.array is not None and native.dims(ta.array) > 2:
            return batches(ta, b)
    return binary(MATMUL, a, b)


def batches(a, b):
    """`a @ b` of batches of matrices: of small ones that nothing records at once."""
    tb = b
    st = state()
    if tb.array is not None and not st.special and not (st.grad and (wants(a) or wants(tb))):
        out = MATMUL.fast.call2(a.array, tb.array)
        if out is not None:
            return box(out)
    return MATMUL.operator(a, b)


def quick(op, a, b):
    """The straight path of a two-operand operation; None to decline."""
    ta = None
    tb = None
    if plain(a):
        ta = a
        if plain(b):
            tb = b
            out = op.fast.call2(ta.array, tb.array)
        elif type(b) is float or type(b) is int:
            out = op.fast.call2(ta.array, b)
        else:
            out = None
    elif plain(b) and (type(a) is float or type(a) is int):
        tb = b
        out = op.fast.call2(a, tb.array)
    else:
        out = None
    if out is not None:
        st = state()
        if not st.special:
            t = box(out)
            if st.grad and native.differentiable(out):  # a comparison is not
                mask = 0
                if ta is not None and wants(ta):
                    mask = 1
                if tb is not None and wants(tb):
                    mask = mask | 2
                if mask:
                    node = record(op, (a, b), op.defaults, t, mask, st)
                    fix_a = ta is not None and not native.same_shape(ta.array, out)
                    fix_b = tb is not None and not native.same_shape(tb.array, out)
                    if fix_a or fix_b:  # a kernel never changes the dtype
                        node.fix_ = (
                            (ta.array.shape, ta.array.dtype) if fix_a else None,
                            (tb.array.shape, tb.array.dtype) if fix_b else None,
                        )
                    t.node = node
                    t.rg = True
            return t
    return None


def power(a, b):
    """`a ** b`: the straight path for a number as exponent, else the operation's general door."""
    if plain(a) and (type(b) is float or type(b) is int):
        ta = a
        out = POW_NUMBER.fast.call2(ta.array, b)
        if out is not None:
            st = state()
            if not st.special:
                t = box(out)
                if st.grad and wants(ta):
                    t.node = record(POW_NUMBER, (a,), (b,), t, 1, st)
                    t.rg = True
                return t
    return POW.operator(a, b)


def binary_into(op, a, b):
    """The straight path of an in-place operation that nothing records; None to decline."""
    if not plain(a):
        return None
    st = state()
    ta = a
    if st.special or ta.inference:
        return None
    if isinstance(b, TensorBase):
        tb = b
        if st.grad and (wants(ta) or wants(tb)):
            return None
        if not op.fast.into2(ta.array, tb.array, ta.array):
            return None
    elif (st.grad and wants(ta)) or not op.fast.into2(ta.array, b, ta.array):
        return None
    bump(ta)
    return a


def unary(op, a):
    """A one-operand operation: the straight path, else the operation's general door."""
    if plain(a):
        ta = a
        out = op.fast.call1(ta.array)
        if out is not None:
            st = state()
            if not st.special:
                t = box(out)
                if st.grad and wants(ta):
                    t.node = record(op, (a,), op.defaults, t, 1, st)
                    t.rg = True
                return t
        elif op.plainly:
            st = state()
            if not st.special:
                out = elementwise(op, (a,), op.defaults)
                if out is not None:
                    return finish(op, (a,), op.defaults, out, st)
    return op.general(a)


def shortcut(op, kernel, args, kwargs):
    """The straight path of a call with parameters, by a kernel's `shortcut`; None to decline."""
    st = state()
    if st.special:
        return None
    t = args[0]
    if native.settings_follow(args):
        made = kernel.shortcut(native.begin_with(t.array, args, 1), kwargs)
    else:
        for x in args:
            if isinstance(x, TensorBase) and not plain(x):
                return None
        arrays = [x.array if isinstance(x, TensorBase) else x for x in args]
        made = kernel.shortcut(tuple(arrays), kwargs)
    if made is None:
        return None
    inputs = args if len(args) == 1 else (t,)
    if len(made) == 3:
        inputs = tuple([None if i < 0 else args[i] for i in made[2]])
    elif len(made) == 4:
        op = op.along
    if not op.many:
        return finish(op, inputs, made[1], made[0], st)
    outs = finish_many(op, inputs, made[1], made[0], st)
    return op.result(outs) if op.named else outs


def shortcut_of_sequence(op, args, kwargs):
    """`shortcut` of an operation whose first argument is a sequence of tensors."""
    st = state()
    if st.special:
        return None
    for x in args[0]:
        if not plain(x):
            return None
    made = op.short.shortcut(([x.array for x in args[0]], *args[1:]), kwargs)
    if made is None:
        return None
    return finish(op, tuple(args[0]), made[1], made[0], st)


def getitem(self, index):
    """`self[index]`: the straight path for ints, slices, None and `...`, else the general way."""
    if plain(self):
        t = self
        st = state()
        if t.array is not None and not st.special:
            alone = type(index) is not tuple
            out = part(t, (index,) if alone else index, alone, st)
            if out is not None:
                return out
    return SUBSCRIPT(self, index)


def part(whole, key, alone, st):
    """Ints, slices, None and `...` one by one, as PyTorch records them; None to decline."""
    t = whole
    at = 0
    spread = False
    for x in key:
        kind = type(x)
        if kind is int:
            op = SELECT
        elif kind is slice:
            op = SLICE
            if not alone and x.start is None and x.stop is None and x.step is None:
                at += 1
                continue
        elif x is None:
            op = UNSQUEEZE
        elif x is Ellipsis and not spread:
            spread = True
            rest = native.dims(whole.array) - spoken_of(key)
            if rest < 0:
                return None
            at += rest
            continue
        else:
            return None
        made = None if op.short is None else op.short.along(t.array, at, x)
        if made is None:
            made = along(op, t.array, at, x)
            if made is None:
                return None
        if kind is slice and not alone:
            n = native.length(t.array, at)
            if n == native.length(made[0], at) and takes_whole(x, n):
                at += 1
                continue
        t = finish(op, (t,), made[1], made[0], st)
        if kind is not int:
            at += 1
    if at > native.dims(t.array):
        return None
    if t is not whole:
        return t
    return finish(ALIAS, (t,), (), t.array.view(), st)


def spoken_of(key):
    """How many dims the entries of an index are for."""
    return sum([x is not None and x is not Ellipsis for x in key])


def along(op, a, at, x):
    """The array and parameters for one entry `x` of an index, for dim `at`; None to decline."""
    if op is UNSQUEEZE:
        params = (at,)
    elif at >= a.ndim:
        return None
    elif op is SELECT:
        n = a.shape[at]
        if not -n <= x < n:
            return None
        params = (at, x % n)
    elif x.step is None or (type(x.step) is int and x.step > 0):
        params = (at, *x.indices(a.shape[at]))
    else:
        return None
    return op.forward(a, *params), params


def takes_whole(s, length):
    """Does a slice take a whole dim, with no bound counted from the end?  Then it is no view."""
    return (
        (s.step is None or s.step == 1)
        and not s.start
        and (s.stop is None or operator.index(s.stop) >= length)
    )


def add_into(a, b):
    """a += b on the arrays, if a kernel or NumPy can without casting; was it done?"""
    if a.array is None or b.array is None:
        return False
    if ADD.fast.into2(a.array, b.array, a.array):
        return True
    if a.array.dtype is not b.array.dtype or a.array.shape != b.array.shape:
        return False
    np.add(a.array, b.array, out=a.array)
    return True


def one_like(array):
    """A 1 of the dtype and shape of an array of one element."""
    zero = ZEROS.get(array.dtype) if native.dims(array) == 0 else None
    one = None if zero is None else ADD.fast.call2(zero, 1)
    if one is None:
        one = array.copy()
        one.fill(1)
    return one


ZEROS = {dtype: np.zeros((), dtype) for dtype in (np.dtype(np.float32), np.dtype(np.float64))}

ADD = None
SUB = None
RSUB = None
MUL = None
DIV = None
RDIV = None
MATMUL = None
MV = None
DOT = None
POW = None
POW_NUMBER = None
NEG = None
SELECT = None
SLICE = None
UNSQUEEZE = None
ALIAS = None
SUBSCRIPT = None


def install_indexing(select, slice, unsqueeze, alias, general):
    """Name the operations behind `x[...]`, and the function that reads every other index."""
    global SELECT, SLICE, UNSQUEEZE, ALIAS, SUBSCRIPT
    SELECT, SLICE, UNSQUEEZE, ALIAS, SUBSCRIPT = select, slice, unsqueeze, alias, general


def in_range(dim, n):
    """`dim` if it is one of `n` dims; PyTorch's error otherwise."""
    if n == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    if not -n <= dim < n:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})"
        )
    return dim


def install_products(matmul, mv, dot):
    """Name the operations behind `@`: of two matrices, a matrix and a vector, two vectors."""
    global MATMUL, MV, DOT
    MATMUL, MV, DOT = matmul, mv, dot


def install_operators(add, sub, rsub, mul, div, rdiv, pow, pow_number, neg):
    """Name the operations behind Python's other operators."""
    global ADD, SUB, RSUB, MUL, DIV, RDIV, POW, POW_NUMBER, NEG
    ADD, SUB, RSUB, MUL, DIV = add, sub, rsub, mul, div
    RDIV, POW, POW_NUMBER, NEG = rdiv, pow, pow_number, neg


class Operators(TensorBase):
    """Python's arithmetic operators on tensors, in slots that need no look-up."""

    def __add__(self, other):
        return binary(ADD, self, other)

    def __radd__(self, other):
        return binary(ADD, self, other)

    def __sub__(self, other):
        return binary(SUB, self, other)

    def __rsub__(self, other):
        return binary(RSUB, self, other)

    def __mul__(self, other):
        return binary(MUL, self, other)

    def __rmul__(self, other):
        return binary(MUL, self, other)

    def __truediv__(self, other):
        return binary(DIV, self, other)

    def __rtruediv__(self, other):
        return RDIV.operator(self, other)

    def __matmul__(self, other):
        return product(self, other)

    def __pow__(self, other, modulo=None):
        return power(self, other)

    def __rpow__(self, other, modulo=None):
        return binary(POW, other, self)

    def __hash__(self):
        return native.identity(self)

    def __neg__(self):
        return unary(NEG, self)

    def __getitem__(self, index):
        return getitem(self, index)

    def size(self, dim=None):
        """The shape, or the length of one dim.

        Example:
            >>> import rushlight as torch
            >>> torch.zeros(2, 3).size(-1)
            3
        """
        if type(dim) is int and self.box is None:
            n = native.length(self.array, dim)
            if n >= 0:
                return n
        return self.shape if dim is None else self.shape[in_range(dim, self.dim())]

    def dim(self):
        """How many dims the tensor has."""
        if self.box is None:
            return native.dims(self.array)
        return len(self.box.sizes())
