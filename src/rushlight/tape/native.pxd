cdef extern from "native.hpp":
    object state "rl_state"()
    int set_state "rl_set_state"(object state) except -1
    object new "rl_new"(object type)
    int adopt "rl_adopt"(object cls, bint keep) except -1
    int set_package "rl_set_package"(object prefix) except -1
    object user_code "rl_user_code"()
    int user_lasti "rl_user_lasti"()
    bint differentiable "rl_differentiable"(object array)
    bint is_complex "rl_is_complex"(object array)
    int inherit_slots "rl_inherit_slots"(object cls) except -1
    Py_ssize_t dims "rl_dims"(object array)
    Py_ssize_t length "rl_length"(object array, Py_ssize_t dim)
    object shape "rl_shape"(object array)
    tuple begin_with "rl_begin_with"(object first, tuple rest, int skip)
    bint settings_follow "rl_settings_follow"(tuple args)
    Py_ssize_t identity "rl_identity"(object o)
    bint same_shape "rl_same_shape"(object a, object b)
    int untrack "rl_untrack"(object o) except -1
    int track "rl_track"(object o) except -1
