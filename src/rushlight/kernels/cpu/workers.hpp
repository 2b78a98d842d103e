// The threads that help with large loops: one pool for the whole process.
#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>
#ifndef _WIN32
#include <pthread.h>
#endif

#include "pool.hpp"

namespace rl {

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

    int helpers() {
        std::lock_guard<std::mutex> lock(mutex);
        return started;
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

inline bool run_in_pool(Job& job, int helpers) { return pool().run(job, helpers); }

inline PoolDoor& own_door() {
    static PoolDoor door = {run_in_pool, 1};
    return door;
}

}  // namespace rl
