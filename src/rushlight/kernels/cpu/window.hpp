// An array over the memory of another, without a copy and without NumPy's own slow door to it.
#pragma once
#include <Python.h>

#include <numpy/arrayobject.h>

// The caller makes `x` the base of the result.
static inline PyObject* rl_window(PyObject* x, int n, const npy_intp* dims, const npy_intp* steps,
                                  Py_ssize_t shift) {
    PyArrayObject* a = reinterpret_cast<PyArrayObject*>(x);
    PyArray_Descr* descr = PyArray_DESCR(a);
    Py_INCREF(descr);
    int flags = PyArray_ISWRITEABLE(a) ? NPY_ARRAY_WRITEABLE : 0;
    return PyArray_NewFromDescr(&PyArray_Type, descr, n, const_cast<npy_intp*>(dims),
                                const_cast<npy_intp*>(steps), PyArray_BYTES(a) + shift, flags, nullptr);
}
