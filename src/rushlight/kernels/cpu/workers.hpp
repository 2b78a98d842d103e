// The threads that help with large loops: one pool for the whole process.
#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#ifndef _WIN32
#include <pthread.h>
#endif

#include "pool.hpp"

namespace rl {

// Tries `ready` for a while, without giving the processor back; was it true?
template <class Ready> bool spun(std::chrono::microseconds most, Ready ready) {
    const auto end = std::chrono::steady_clock::now() + most;
    do
        for (int i = 0; i < 32; ++i) {
            if (ready()) return true;
#if defined(__x86_64__) || defined(__i386__)
            __builtin_ia32_pause();
#elif defined(__aarch64__)
            asm volatile("yield");
#endif
        }
    while (std::chrono::steady_clock::now() < end);
    return false;
}

// A sleeper begins some 50 us after it is woken, when many a loop is over.  So a helper looks out
// for the next loop before it sleeps, longer than Python takes from one large operation to another.
// One that was woken too late looks out too.
constexpr std::chrono::microseconds LOOK_OUT(100), LINGER(20);

class Pool {
  public:
    // One job at a time; false when another thread's is running.
    bool run(const Job& job, int helpers) {
        if (!owner.try_lock()) return false;
        for (; started < helpers; ++started) std::thread([this] { serve(); }).detach();
        current = &job;
        cut(helpers + 1);
        room = helpers * SEAT;
        if (const int missing = helpers - (started - asleep); missing > 0) {
            { std::lock_guard<std::mutex> lock(mutex); }  // who said `asleep` does sleep now
            for (int i = 0; i < missing; ++i) wake.notify_one();
        }
        work(0);
        room &= SEAT - 1;
        if (!spun(LINGER, [&] { return room == 0; })) {
            std::unique_lock<std::mutex> lock(mutex);
            waiting = true;
            left.wait(lock, [&] { return room == 0; });
            waiting = false;
        }
        owner.unlock();
        return true;
    }

    int helpers() { return started; }

  private:
    // Each thread has a slice of the job, whose chunks it claims first: it reads memory on, and what
    // its core read in the last loop.
    void cut(int threads) {
        const std::ptrdiff_t chunk = current->chunk, chunks = (current->items + chunk - 1) / chunk;
        slices = std::min(threads, MOST);
        for (int i = 0; i < slices; ++i) {
            slice[i].next.store(chunks * i / slices * chunk, std::memory_order_relaxed);
            slice[i].end = std::min(current->items, chunks * (i + 1) / slices * chunk);
        }
    }

    void work(int mine) {
        const Job job = *current;
        for (int i = 0; i < slices; ++i) {
            Slice& s = slice[(mine + i) % slices];
            for (;;) {
                const std::ptrdiff_t begin = s.next.fetch_add(job.chunk, std::memory_order_relaxed);
                if (begin >= s.end) break;
                job.run(job.body, begin, std::min(begin + job.chunk, s.end));
            }
        }
    }

    // Takes a seat if the room has one: its number, or 0.  The job then stays until it is given back.
    int enter() {
        int now = room;
        while (now >= SEAT)
            if (room.compare_exchange_weak(now, now - SEAT + 1)) return now / SEAT;
        return 0;
    }

    void serve() {
        for (;;) {
            int seat = 0;
            if (!spun(LOOK_OUT, [&] { return (seat = enter()) != 0; })) {
                std::unique_lock<std::mutex> lock(mutex);
                ++asleep;
                if (room < SEAT) wake.wait(lock);
                --asleep;
                continue;
            }
            work(seat);
            if (--room == 0 && waiting) {
                std::lock_guard<std::mutex> lock(mutex);
                left.notify_one();
            }
        }
    }

    struct alignas(64) Slice {
        std::atomic<std::ptrdiff_t> next;
        std::ptrdiff_t end;
    };

    static constexpr int SEAT = 1 << 16, MOST = 16;
    std::mutex owner, mutex;
    std::condition_variable wake, left;
    const Job* current = nullptr;
    Slice slice[MOST];
    int slices = 0;
    std::atomic<int> room{0};  // free seats, in units of SEAT, and how many helpers are inside
    std::atomic<int> started{0}, asleep{0};
    std::atomic<bool> waiting{false};
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

inline bool run_in_pool(const Job& job, int helpers) { return pool().run(job, helpers); }

inline PoolDoor& own_door() {
    static PoolDoor door = {run_in_pool, 1};
    return door;
}

}  // namespace rl
