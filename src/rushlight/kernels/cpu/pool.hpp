// Large loops on several threads.  A loop is cut into chunks that threads claim one by one: a
// helper that the system does not run claims nothing, and the caller does its share alone.
#pragma once
#include <Python.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace rl {

struct Job {
    void (*run)(void* body, std::ptrdiff_t begin, std::ptrdiff_t end);
    void* body;
    std::ptrdiff_t items, chunk;
};

// The way from any extension module to the threads, which the module `pool` has for all of them.
struct PoolDoor {
    bool (*run)(const Job& job, int helpers);
    int threads;
};

// With the interpreter's lock held.  Without a pool everybody works alone.
inline const PoolDoor& find_pool() {
    static const PoolDoor alone = {nullptr, 1};
    const PoolDoor* door = nullptr;
    if (PyObject* module = PyImport_ImportModule("rushlight.kernels.cpu.pool")) {
        if (PyObject* capsule = PyObject_GetAttrString(module, "_door")) {
            door = static_cast<const PoolDoor*>(PyCapsule_GetPointer(capsule, "rushlight.pool"));
            Py_DECREF(capsule);
        }
        Py_DECREF(module);
    }
    PyErr_Clear();
    return door ? *door : alone;
}

inline const PoolDoor& pool_door() {
    static const PoolDoor* door = nullptr;  // no guard: the search may meet another thread's
    if (!door) door = &find_pool();
    return *door;
}

constexpr std::ptrdiff_t CHUNK = 1 << 15, MANY = 1 << 17;  // elements; measured, see performance.md

template <class Body>
void run_body(void* body, std::ptrdiff_t begin, std::ptrdiff_t end) {
    (*static_cast<Body*>(body))(begin, end);
}

// body(begin, end) over 0 .. items, each item being `weight` elements.  The cuts do not depend on
// the number of threads.  Large loops let other Python threads run.
template <class Body>
void parallel(std::ptrdiff_t items, std::ptrdiff_t weight, Body body) {
    if (weight < 1) weight = 1;
    if (items * weight < MANY) {
        if (items) body(std::ptrdiff_t(0), items);
        return;
    }
    const PoolDoor& door = pool_door();
    const int helpers = door.threads - 1;
    PyThreadState* state = PyEval_SaveThread();
    const std::ptrdiff_t chunk = weight >= CHUNK ? 1 : CHUNK / weight;
    const Job job = {run_body<Body>, &body, items, chunk};
    if (helpers < 1 || items <= chunk || !door.run(job, helpers))
        for (std::ptrdiff_t at = 0; at < items; at += chunk) job.run(&body, at, std::min(at + chunk, items));
    PyEval_RestoreThread(state);
}

// The number of cuts that `parallel` would make, and partial results for each, added in order.
template <class T, class Body>
T total(std::ptrdiff_t n, Body body) {
    if (n < MANY) return body(std::ptrdiff_t(0), n);
    std::vector<T> parts((n + CHUNK - 1) / CHUNK);
    parallel(n, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t at = begin; at < end; at += CHUNK)
            parts[at / CHUNK] = body(at, at + CHUNK < end ? at + CHUNK : end);
    });
    double sum = 0;
    for (T part : parts) sum += part;
    return T(sum);
}

}  // namespace rl
