// Large loops on several threads.  A loop is cut into chunks that threads claim one by one: a
// helper that the system does not run claims nothing, and the caller does its share alone.
#pragma once
#include <Python.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>
#ifndef _WIN32
#include <pthread.h>
#endif

namespace rl {

struct Job {
    void (*run)(void* body, std::ptrdiff_t begin, std::ptrdiff_t end);
    void* body;
    std::ptrdiff_t items, chunk;
    std::atomic<std::ptrdiff_t> next{0};
    int active = 0;  // helpers inside, guarded by the pool's mutex

    void work() {
        for (;;) {
            std::ptrdiff_t begin = next.fetch_add(chunk, std::memory_order_relaxed);
            if (begin >= items) return;
            run(body, begin, begin + chunk < items ? begin + chunk : items);
        }
    }
};

class Pool {
  public:
    // One job at a time; false when another thread's is running.
    bool run(Job& job, int helpers) {
        if (!owner.try_lock()) return false;
        {
            std::lock_guard<std::mutex> lock(mutex);
            while (started < helpers) {
                std::thread([this] { serve(); }).detach();
                ++started;
            }
            current = &job;
            seats = helpers;
        }
        if (helpers == 1) wake.notify_one();
        else wake.notify_all();
        job.work();
        {
            std::unique_lock<std::mutex> lock(mutex);
            current = nullptr;
            left.wait(lock, [&] { return job.active == 0; });
        }
        owner.unlock();
        return true;
    }

  private:
    void serve() {
        std::unique_lock<std::mutex> lock(mutex);
        for (;;) {
            wake.wait(lock, [&] { return current != nullptr && seats > 0; });
            Job* job = current;
            ++job->active;
            --seats;
            lock.unlock();
            job->work();
            lock.lock();
            if (--job->active == 0) left.notify_all();
        }
    }

    std::mutex owner, mutex;
    std::condition_variable wake, left;
    Job* current = nullptr;
    int started = 0, seats = 0;
};

// Never destroyed: helpers may outlive every static.  A forked child has no helpers and gets a
// pool of its own.
inline Pool*& pool_pointer() {
    static Pool* pool = nullptr;
    return pool;
}

inline Pool& pool() {
    Pool*& p = pool_pointer();
    if (!p) {
        p = new Pool;
#ifndef _WIN32
        static bool watched = pthread_atfork(nullptr, nullptr, [] { pool_pointer() = nullptr; }) == 0;
        (void)watched;
#endif
    }
    return *p;
}

inline int& thread_count() {
    static int count = [] {
        const char* asked = std::getenv("OMP_NUM_THREADS");
        int n = asked ? std::atoi(asked) : 0;
        return n > 0 ? n : int(std::thread::hardware_concurrency());
    }();
    return count;
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
    PyThreadState* state = PyEval_SaveThread();
    const std::ptrdiff_t chunk = weight >= CHUNK ? 1 : CHUNK / weight;
    const int helpers = thread_count() - 1;
    Job job;
    job.run = run_body<Body>;
    job.body = &body;
    job.items = items;
    job.chunk = chunk;
    if (helpers < 1 || items <= chunk || !pool().run(job, helpers)) job.work();
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
