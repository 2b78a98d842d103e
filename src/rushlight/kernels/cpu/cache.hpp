// Memory of large arrays, kept for the next one instead of given back: the system clears every page
// that it hands out anew, which takes longer than most operations on it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>
#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif
#ifdef _WIN32
#include <malloc.h>
#endif

namespace rl {

constexpr std::size_t LARGE = 1 << 18;  // bytes from which on blocks are kept; smaller ones malloc keeps
constexpr std::size_t ALIGNMENT = 64, HUGE_PAGE = 1 << 21;

struct CacheStatistics {
    std::size_t allocated, allocated_peak, kept, limit, reused, made, released;
};

// While blocks are kept, taking one that none of them suits gives as much memory back first: what is
// used and kept together is never more than was in use at some time.
class Cache {
  public:
    void* take(std::size_t size) {
        std::lock_guard<std::mutex> lock(mutex);
        void* block = nullptr;
        auto found = by_size.lower_bound(size);
        if (found != by_size.end() && found->first <= size + size / 8) {
            block = found->second->block;
            size = found->first;
            forget(found);
            ++counts.reused;
        } else {
            const std::size_t wanted = size < counts.kept ? size : counts.kept;
            release(counts.kept - wanted);
            block = make(size);
            if (!block) {
                release(0);
                block = make(size);
            }
            if (!block) return nullptr;
            ++counts.made;
        }
        used[block] = size;
        counts.allocated += size;
        if (counts.allocated > counts.allocated_peak) counts.allocated_peak = counts.allocated;
        return block;
    }

    // False if the block is none of this cache's.
    bool give(void* block) {
        std::lock_guard<std::mutex> lock(mutex);
        auto found = used.find(block);
        if (found == used.end()) return false;
        const std::size_t size = found->second;
        used.erase(found);
        counts.allocated -= size;
        if (size > counts.limit) {
            unmake(block);
            return true;
        }
        release(counts.limit - size);
        order.push_back({block, size});
        auto entry = std::prev(order.end());
        entry->place = by_size.emplace(size, entry);
        counts.kept += size;
        return true;
    }

    // The bytes of a block in use; 0 if it is none of this cache's.
    std::size_t size_of(void* block) {
        std::lock_guard<std::mutex> lock(mutex);
        auto found = used.find(block);
        return found == used.end() ? 0 : found->second;
    }

    void set_limit(std::size_t limit) {
        std::lock_guard<std::mutex> lock(mutex);
        counts.limit = limit;
        release(limit);
    }

    CacheStatistics statistics() {
        std::lock_guard<std::mutex> lock(mutex);
        return counts;
    }

    void reset_peak() {
        std::lock_guard<std::mutex> lock(mutex);
        counts.allocated_peak = counts.allocated;
    }

  private:
    struct Entry;
    using Order = std::list<Entry>;
    using BySize = std::multimap<std::size_t, Order::iterator>;
    struct Entry {
        void* block;
        std::size_t size;
        BySize::iterator place{};
        Entry(void* block, std::size_t size) : block(block), size(size) {}
    };

    void forget(BySize::iterator found) {
        counts.kept -= found->first;
        order.erase(found->second);
        by_size.erase(found);
    }

    // Gives the longest kept blocks back until at most `most` bytes are left.
    void release(std::size_t most) {
        while (counts.kept > most) {
            unmake(order.front().block);
            forget(order.front().place);
            ++counts.released;
        }
    }

#ifdef _WIN32
    static void* make(std::size_t size) { return _aligned_malloc(size, ALIGNMENT); }
    static void unmake(void* block) { _aligned_free(block); }
#else
    static void* make(std::size_t size) {
        void* block = nullptr;
        if (posix_memalign(&block, ALIGNMENT, size)) return nullptr;
#ifdef MADV_HUGEPAGE
        if (size >= 2 * HUGE_PAGE) {
            const std::uintptr_t page = 4096, start = (reinterpret_cast<std::uintptr_t>(block) + page - 1) & ~(page - 1);
            madvise(reinterpret_cast<void*>(start), reinterpret_cast<std::uintptr_t>(block) + size - start, MADV_HUGEPAGE);
        }
#endif
        return block;
    }
    static void unmake(void* block) { std::free(block); }
#endif

    static std::size_t first_limit() {
        const std::size_t most = std::size_t(1) << 30;
#if defined(__linux__)
        const std::size_t memory = std::size_t(sysconf(_SC_PHYS_PAGES)) * std::size_t(sysconf(_SC_PAGESIZE)) / 8;
        return memory < most ? memory : most;
#else
        return most / 2;
#endif
    }

    std::mutex mutex;
    Order order;  // the longest kept first
    BySize by_size;
    std::unordered_map<void*, std::size_t> used;
    CacheStatistics counts{0, 0, 0, first_limit(), 0, 0, 0};
};

// Never destroyed: arrays may outlive every static.
inline Cache& cache() {
    static Cache* one = new Cache;
    return *one;
}

}  // namespace rl
