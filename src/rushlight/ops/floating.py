"""What belongs to machine numbers: neighbours, scaling by powers of two, common divisors."""

import math

import numpy as np

from rushlight.ops.families import Binary, lacks
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

    def vjp_b(g, a, b):
        return g * (a == b)


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
