"""The exponential of matrices, batches at once."""

import numpy as np

# N. Higham, "The scaling and squaring method for the matrix exponential revisited" (2005):
# exp(A) = N(A) / N(-A) to the last digit of float64 for a 1-norm of A up to REACH, with the
# diagonal Padé approximant of degree 13, whose coefficients are
#
#     N[0] = 1,    N[k] = N[k - 1] (14 - k) / (k (27 - k)).
#
# A larger A is halved first, and the result squared as often.
REACH = 5.371920351148152
PADE = np.cumprod([1.0, *[(14 - k) / (k * (27 - k)) for k in range(1, 14)]])


def matrix_exp(a):
    """The exponential of each matrix of `a`; of one that is not finite, NaN."""
    if a.shape[-1] == 1:
        return np.exp(a)
    if not a.size:
        return a.copy()
    size = abs(a).sum(-2).max(-1)
    finite = np.isfinite(size)[..., None, None]
    halvings = np.where(size > REACH, np.ceil(np.log2(size / REACH)), 0)
    halvings = np.where(np.isfinite(halvings), halvings, 0).astype(int)[..., None, None]
    scale = np.ldexp(np.ones((), size.dtype), -halvings)
    x = quotient(np.where(finite, a, 0) * scale)
    for i in range(halvings.max()):
        x = np.where(halvings > i, x @ x, x)
    return np.where(finite, x, np.asarray(np.nan, a.dtype))


def quotient(a):
    """The approximant at matrices of small norm."""
    c = PADE.astype(a.real.dtype)
    one = np.eye(a.shape[-1], dtype=a.dtype)
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    odd = a6 @ (c[13] * a6 + c[11] * a4 + c[9] * a2)
    odd = a @ (odd + c[7] * a6 + c[5] * a4 + c[3] * a2 + c[1] * one)
    even = a6 @ (c[12] * a6 + c[10] * a4 + c[8] * a2)
    even = even + c[6] * a6 + c[4] * a4 + c[2] * a2 + c[0] * one
    return np.linalg.solve(even - odd, even + odd)
