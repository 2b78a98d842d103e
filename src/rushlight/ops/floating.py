"""What belongs to machine numbers: neighbours, scaling by powers of two, common divisors."""

import math

import numpy as np

from rushlight.ops import return_types
from rushlight.ops.families import Binary, Operation, as_tensor_argument, lacks
from rushlight.tape.dispatch import conj


class nextafter(Binary):
    """The next number after `input` towards `other`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.nextafter(torch.tensor([1.0]), torch.tensor([2.0])) - 1
        tensor([1.1921e-07])
    """

    numbers = (False, False)
    refuses = lacks("nextafter_cpu", "bool int complex")

    def forward(a, b):
        return np.nextafter(a, b)

    def vjp_a(g, a, b):
        return g * (a != b)

    def vjp_b(g):
        return g.new_zeros(g.shape)


class frexp(Operation):
    """Each element as `mantissa * 2 ** exponent`, the mantissa's size between 1/2 and 1.

    Returns:
        a named tuple of `mantissa` and `exponent`, the latter int32.

    Raises:
        RuntimeError: for other than floating dtypes.

    Example:
        >>> import rushlight as torch
        >>> torch.frexp(torch.tensor([6.0, 0.0])).mantissa
        tensor([0.7500, 0.0000])
    """

    def settled(self):
        self.many = True

    def result(self, out):
        return return_types.frexp(out)

    def bind(input):
        if as_tensor_argument("frexp", "input", 1, input).dtype.category != 2:
            raise RuntimeError("torch.frexp() only supports floating-point dtypes")
        return (input,), ()

    def forward(x):
        mantissa, exponent = np.frexp(x if x.dtype.itemsize > 2 else x.astype(np.float32))
        return np.asarray(mantissa).astype(x.dtype, copy=False), np.asarray(exponent, np.int32)

    def vjp_x(g, ans1):
        return g[0] / ans1.exp2()

    def jvp_x(t, ans1):
        return t / ans1.exp2(), None

    def lift(size, ndim):
        return ()


class ldexp(Binary):
    """`input * 2 ** other`, elementwise.

    Example:
        >>> import rushlight as torch
        >>> torch.ldexp(torch.tensor([1.5]), torch.tensor([3]))
        tensor([12.])
    """

    kind = "float"
    numbers = (False, False)

    def forward(a, b):
        return a * np.power(a.dtype.type(2), b)

    def vjp_a(g, b):
        return g * conj(2.0**b)

    def vjp_b(g, ans):
        return g * conj(ans) * math.log(2.0)


class gcd(Binary):
    """The greatest common divisor, elementwise, of integers.

    Example:
        >>> import rushlight as torch
        >>> torch.gcd(torch.tensor([12, 7]), torch.tensor([18, 21]))
        tensor([6, 7])
    """

    numbers = (False, False)
    refuses = lacks("gcd_cpu", "bool float complex")

    def forward(a, b):
        return np.gcd(a, b)


class lcm(Binary):
    """The least common multiple, elementwise, of integers.

    Example:
        >>> import rushlight as torch
        >>> torch.lcm(torch.tensor([4, 7]), torch.tensor([6, 2]))
        tensor([12, 14])
    """

    numbers = (False, False)
    refuses = lacks("lcm_cpu", "bool float complex")

    def forward(a, b):
        return np.lcm(a, b)
