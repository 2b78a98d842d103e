"""The straight path: exact Tensors, with no mode open, through an operation's native kernel.

Every function here declines what it is not for, and the general door (`Op.run`) takes that over.
Python's operators begin here: they are slots of the class that Tensor is made from.
"""

import numpy as np

from rushlight.tape import native
from rushlight.tape.core import TensorBase, box, bump, plain, state, wants
from rushlight.tape.dispatch import finish, finish_many, record


def binary(op, a, b):
    """A two-operand operator: the straight path, else the operation's general door."""
    t = quick(op, a, b)
    return op.operator(a, b) if t is None else t


def product(a, b):
    """`a @ b`: the straight path for vectors and matrices, else the general door."""
    if plain(a) and plain(b):
        ta = a
        tb = b
        if ta.array is not None and tb.array is not None and native.dims(tb.array) == 1:
            t = quick(DOT if native.dims(ta.array) == 1 else MV, a, b)
            if t is not None:
                return t
    return binary(MATMUL, a, b)


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
                        node.fix = (
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
    return op.general(a)


def shortcut(op, kernel, args, kwargs):
    """The straight path of a call with parameters, by a kernel's `shortcut`; None to decline."""
    st = state()
    if st.special:
        return None
    arrays = args
    if len(args) == 1:
        t = args[0]
        arrays = (t.array,)
    else:
        for x in args[1:]:
            if isinstance(x, TensorBase) and not plain(x):
                return None
        arrays = tuple([x.array if isinstance(x, TensorBase) else x for x in args])
    made = kernel.shortcut(arrays, kwargs)
    if made is None:
        return None
    if op.many:
        return finish_many(op, args[:1], made[1], made[0], st)
    if len(made) == 2:
        return finish(op, args[:1], made[1], made[0], st)
    inputs = tuple([None if i < 0 else args[i] for i in made[2]])
    return finish(op, inputs, made[1], made[0], st)


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
    """`self[index]`: the straight path for ints, slices and None, else the general way."""
    if plain(self):
        t = self
        st = state()
        if t.array is not None and not st.special:
            out = part(t, index if type(index) is tuple else (index,), st)
            if out is not None:
                return out
    return SUBSCRIPT(self, index)


def part(whole, key, st):
    """Ints, slices and None one by one, as PyTorch records them; None to decline."""
    if SELECT.short is None:  # the pure build
        return None
    t = whole
    at = 0
    for x in key:
        if type(x) is int:
            made = SELECT.short.along(t.array, at, x)
            op = SELECT
        elif type(x) is slice:
            made = SLICE.short.along(t.array, at, x)
            op = SLICE
            if made is not None and made[0].shape == t.array.shape and not x.start:
                n = t.array.shape[at]
                if x.stop is None or x.stop >= n:  # a whole dim is no view
                    at += 1
                    continue
            at += 1
        elif x is None:
            made = UNSQUEEZE.short.along(t.array, at, None)
            op = UNSQUEEZE
            at += 1
        else:
            return None
        if made is None:
            return None
        t = finish(op, (t,), made[1], made[0], st)
    return None if t is whole else t


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
SUBSCRIPT = None


def install_indexing(select, slice, unsqueeze, general):
    """Name the operations behind `x[...]`, and the function that reads every other index."""
    global SELECT, SLICE, UNSQUEEZE, SUBSCRIPT
    SELECT, SLICE, UNSQUEEZE, SUBSCRIPT = select, slice, unsqueeze, general


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
        return id(self)

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
        return len(self.box.shape)
