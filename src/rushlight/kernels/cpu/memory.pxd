cimport numpy as np

cdef np.ndarray allocate(int ndim, np.npy_intp* shape, int dtype)
