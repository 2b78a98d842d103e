// What the tape needs from C and cannot say in Python: thread-local state, bare
// allocation, and the place in the user's program that is executing.
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <cstring>

#include <numpy/arrayobject.h>

// ---- thread state -----------------------------------------------------------------
// The State object is owned by the thread's dictionary; the thread-local pointer only
// finds it quickly.
static thread_local PyObject* rl_state_pointer = nullptr;

static inline PyObject* rl_state() {
    PyObject* s = rl_state_pointer ? rl_state_pointer : Py_None;
    Py_INCREF(s);
    return s;
}

static inline int rl_set_state(PyObject* state) {
    PyObject* owner = PyThreadState_GetDict();
    if (!owner || PyDict_SetItemString(owner, "rushlight", state) < 0) return -1;
    rl_state_pointer = state;
    return 0;
}

// ---- allocation --------------------------------------------------------------------
static inline PyObject* rl_new(PyObject* type) {
    static PyObject* empty = PyTuple_New(0);
    PyTypeObject* t = reinterpret_cast<PyTypeObject*>(type);
    PyTypeObject* base = t;  // a Python class's own __new__ is for the program's calls
    while (base->tp_flags & Py_TPFLAGS_HEAPTYPE) base = base->tp_base;
    return base->tp_new(t, empty, nullptr);
}

// Tensor and the nodes' classes come from class statements but add no field to the compiled base: an
// object of theirs goes without the search for what such a class might have added, and a node's memory
// is kept for the next node.
static const int rl_kept_most = 256;
static PyObject* rl_kept[rl_kept_most];
static int rl_kept_count = 0;
static Py_ssize_t rl_kept_size = 0;

static PyTypeObject* rl_compiled_base(PyTypeObject* type) {
    while (type->tp_flags & Py_TPFLAGS_HEAPTYPE) type = type->tp_base;
    return type;
}

static void rl_dealloc(PyObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    if (type->tp_finalize && PyObject_CallFinalizerFromDealloc(self) < 0) return;
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, rl_dealloc)
    rl_compiled_base(type)->tp_dealloc(self);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

static PyObject* rl_alloc_kept(PyTypeObject* type, Py_ssize_t n) {
    if (n || !rl_kept_count) return PyType_GenericAlloc(type, n);
    PyObject* o = rl_kept[--rl_kept_count];
    std::memset(reinterpret_cast<char*>(o) + sizeof(PyObject), 0, rl_kept_size - sizeof(PyObject));
    return PyObject_Init(o, type);  // not shown to the collector, see `rl_untrack`
}

static void rl_free_kept(void* o) {
    if (rl_kept_count == rl_kept_most || PyObject_GC_IsFinalized(static_cast<PyObject*>(o)))
        return PyObject_GC_Del(o);
    rl_kept[rl_kept_count++] = static_cast<PyObject*>(o);
}

static inline int rl_adopt(PyObject* cls, int keep) {
#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED) && !defined(Py_TRACE_REFS)
    PyTypeObject* type = reinterpret_cast<PyTypeObject*>(cls);
    PyTypeObject* base = rl_compiled_base(type);
    if (type->tp_basicsize != base->tp_basicsize || type->tp_dealloc == base->tp_dealloc) return 0;
    type->tp_dealloc = rl_dealloc;
    if (keep && (!rl_kept_size || rl_kept_size == type->tp_basicsize)) {
        rl_kept_size = type->tp_basicsize;
        type->tp_alloc = rl_alloc_kept;
        type->tp_free = rl_free_kept;
    }
#endif
    return 0;
}

// ---- where the user is ----------------------------------------------------------------
static PyObject* rl_package = nullptr;  // the path whose frames are ours, not the user's
static thread_local int rl_lasti = -1;

static inline int rl_set_package(PyObject* prefix) {
    Py_INCREF(prefix);
    Py_XSETREF(rl_package, prefix);
    return 0;
}

static inline bool rl_ours(PyCodeObject* code) {
    PyObject* name = code->co_filename;
    if (!rl_package || !PyUnicode_Check(name)) return false;
    Py_ssize_t n = PyUnicode_GET_LENGTH(rl_package);
    if (PyUnicode_GET_LENGTH(name) < n) return false;
    int kind = PyUnicode_KIND(name);
    if (kind != PyUnicode_KIND(rl_package)) return PyUnicode_Tailmatch(name, rl_package, 0, n, -1) == 1;
    return std::memcmp(PyUnicode_DATA(name), PyUnicode_DATA(rl_package), n * kind) == 0;
}

#if PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030E0000 && !defined(PYPY_VERSION)
// The interpreter's frame is read in place: asking for a frame object would cost more than
// the node that wants to know.
using rl_unit = uint16_t;  // an instruction; CPython names the type in private headers only
struct rl_frame {
#if PY_VERSION_HEX < 0x030C0000
    PyObject *func, *globals, *builtins, *locals;
    PyCodeObject* code;
    PyObject* object;
    rl_frame* previous;
    rl_unit* instruction;
    int stacktop;
    bool entry;
    char owner;
#else
    PyCodeObject* code;
    rl_frame* previous;
    PyObject *func, *globals, *builtins, *locals, *object;
    rl_unit* instruction;
    int stacktop;
    uint16_t return_offset;
    char owner;
#endif
};

static inline rl_frame* rl_top() {
    PyThreadState* t = PyThreadState_GET();
#if PY_VERSION_HEX < 0x030D0000
    return reinterpret_cast<rl_frame*>(t->cframe->current_frame);
#else
    return reinterpret_cast<rl_frame*>(t->current_frame);
#endif
}

static inline PyObject* rl_user_code() {
    for (rl_frame* f = rl_top(); f; f = f->previous) {
        PyCodeObject* code = f->code;
        if (f->owner == 3) continue;  // the interpreter's own, where C called it
        if (!code || !PyCode_Check(reinterpret_cast<PyObject*>(code)) || rl_ours(code)) continue;
        rl_lasti = int((f->instruction - reinterpret_cast<rl_unit*>(code->co_code_adaptive)) *
                       sizeof(rl_unit));
        Py_INCREF(code);
        return reinterpret_cast<PyObject*>(code);
    }
    Py_RETURN_NONE;
}
#else
static inline PyObject* rl_user_code() {
    PyFrameObject* f = PyEval_GetFrame();
    Py_XINCREF(f);
    while (f) {
        PyCodeObject* code = PyFrame_GetCode(f);
        if (!rl_ours(code)) {
            rl_lasti = PyFrame_GetLasti(f);
            Py_DECREF(f);
            return reinterpret_cast<PyObject*>(code);
        }
        Py_DECREF(code);
        PyFrameObject* back = PyFrame_GetBack(f);
        Py_DECREF(f);
        f = back;
    }
    Py_RETURN_NONE;
}
#endif

static inline int rl_user_lasti() { return rl_lasti; }

// ---- arrays ---------------------------------------------------------------------------
static inline bool rl_differentiable(PyObject* array) {
    int num = PyArray_TYPE(reinterpret_cast<PyArrayObject*>(array));
    return (num >= NPY_FLOAT && num <= NPY_CLONGDOUBLE) || num == NPY_HALF || num >= NPY_USERDEF;
}

static inline bool rl_is_complex(PyObject* array) {
    int num = PyArray_TYPE(reinterpret_cast<PyArrayObject*>(array));
    return num >= NPY_CFLOAT && num <= NPY_CLONGDOUBLE;
}

// ---- operators ------------------------------------------------------------------------
// A class statement gives its type slots that look the operator's method up; where the method
// is the base's own, the base's slot does the same without the look-up.
static inline int rl_inherit_slots(PyObject* cls) {
    if (!PyType_Check(cls)) return 0;
    PyTypeObject* type = reinterpret_cast<PyTypeObject*>(cls);
    while (PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && type->tp_base &&
           PyType_HasFeature(type->tp_base, Py_TPFLAGS_HEAPTYPE)) type = type->tp_base;
    PyTypeObject* base = type->tp_base;
    PyTypeObject* derived = reinterpret_cast<PyTypeObject*>(cls);
    if (!base || !base->tp_as_number || !derived->tp_as_number) return 0;
    binaryfunc PyNumberMethods::*slots[] = {
        &PyNumberMethods::nb_add, &PyNumberMethods::nb_subtract, &PyNumberMethods::nb_multiply,
        &PyNumberMethods::nb_true_divide, &PyNumberMethods::nb_matrix_multiply};
    for (auto slot : slots)
        if (base->tp_as_number->*slot) derived->tp_as_number->*slot = base->tp_as_number->*slot;
    if (base->tp_as_mapping && base->tp_as_mapping->mp_subscript && derived->tp_as_mapping)
        derived->tp_as_mapping->mp_subscript = base->tp_as_mapping->mp_subscript;
    if (base->tp_as_number->nb_power) derived->tp_as_number->nb_power = base->tp_as_number->nb_power;
    if (base->tp_as_number->nb_negative) derived->tp_as_number->nb_negative = base->tp_as_number->nb_negative;
    return 0;
}

static inline Py_ssize_t rl_identity(PyObject* o) { return reinterpret_cast<Py_ssize_t>(o); }

static inline Py_ssize_t rl_dims(PyObject* array) {
    return PyArray_NDIM(reinterpret_cast<PyArrayObject*>(array));
}

static inline Py_ssize_t rl_length(PyObject* array, Py_ssize_t dim) {
    PyArrayObject* a = reinterpret_cast<PyArrayObject*>(array);
    Py_ssize_t n = PyArray_NDIM(a);
    if (dim < 0) dim += n;
    return dim >= 0 && dim < n ? Py_ssize_t(PyArray_DIM(a, dim)) : -1;
}

static inline PyObject* rl_shape(PyObject* array) {
    PyArrayObject* a = reinterpret_cast<PyArrayObject*>(array);
    int n = PyArray_NDIM(a);
    PyObject* shape = PyTuple_New(n);
    for (int i = 0; shape && i < n; ++i) {
        PyObject* length = PyLong_FromSsize_t(PyArray_DIM(a, i));
        if (!length) Py_CLEAR(shape);
        else PyTuple_SET_ITEM(shape, i, length);
    }
    return shape;
}

// ---- arguments ------------------------------------------------------------------------
// `(first, *rest[skip:])`
static inline PyObject* rl_begin_with(PyObject* first, PyObject* rest, int skip) {
    Py_ssize_t n = PyTuple_GET_SIZE(rest);
    PyObject* all = PyTuple_New(n + 1 - skip);
    if (!all) return nullptr;
    Py_INCREF(first);
    PyTuple_SET_ITEM(all, 0, first);
    for (Py_ssize_t i = skip; i < n; ++i) {
        PyObject* x = PyTuple_GET_ITEM(rest, i);
        Py_INCREF(x);
        PyTuple_SET_ITEM(all, i + 1 - skip, x);
    }
    return all;
}

// Is there nothing but the commonest builtin objects behind the first one?
static inline bool rl_settings_follow(PyObject* args) {
    for (Py_ssize_t i = 1, n = PyTuple_GET_SIZE(args); i < n; ++i) {
        PyObject* x = PyTuple_GET_ITEM(args, i);
        if (!PyLong_CheckExact(x) && !PyBool_Check(x) && !PyFloat_CheckExact(x) && x != Py_None)
            return false;
    }
    return true;
}

static inline bool rl_same_shape(PyObject* a, PyObject* b) {
    PyArrayObject *x = reinterpret_cast<PyArrayObject*>(a), *y = reinterpret_cast<PyArrayObject*>(b);
    int n = PyArray_NDIM(x);
    if (n != PyArray_NDIM(y)) return false;
    for (int i = 0; i < n; ++i)
        if (PyArray_DIM(x, i) != PyArray_DIM(y, i)) return false;
    return true;
}

// ---- the collector --------------------------------------------------------------------
// A long graph is millions of objects that live long and form no cycle: walking them is most of
// what the collector would do.  They are hidden from it until somebody hangs a hook on one.
static inline int rl_untrack(PyObject* o) {
    if (PyObject_IS_GC(o) && PyObject_GC_IsTracked(o)) PyObject_GC_UnTrack(o);
    return 0;
}

static inline int rl_track(PyObject* o) {
    if (PyObject_IS_GC(o) && !PyObject_GC_IsTracked(o)) PyObject_GC_Track(o);
    return 0;
}
