"""Arrays that native kernels have to leave to NumPy, or take with care."""

import numpy as np


def misaligned(a):
    memory = np.empty(a.nbytes + 1, np.uint8)[1:].view(a.dtype).reshape(a.shape)
    memory[...] = a
    return memory


def strided(a):
    wide = np.zeros((*a.shape, 2), a.dtype)
    wide[..., 0] = a
    return wide[..., 0]


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


WRITABLE = {
    "transposed": lambda a: a.T.copy().T,
    "strided": strided,
    "reversed": lambda a: a[::-1].copy()[::-1],
    "byte-swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "misaligned": misaligned,
}
ODD = {**WRITABLE, "read-only": read_only}
