// One name for the float and the double form of a kernel, for callers that know the type at run time.
#pragma once

namespace rl {

// An array's data (or none), which becomes a pointer to whatever a kernel wants.
struct Data {
    void* start = nullptr;
    template <class T> operator T*() const { return static_cast<T*>(start); }
};

#define RL_EITHER(NAME)                                                                        \
    template <class... A> void NAME##_either(bool wide, A... a) {                              \
        if (wide) NAME<double>(a...);                                                          \
        else NAME<float>(a...);                                                                \
    }

}  // namespace rl
