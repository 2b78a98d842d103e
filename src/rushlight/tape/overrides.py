"""`__torch_function__`: arguments and modes that take calls over."""

from rushlight.tape.core import TensorBase, plain, state


def disabled_implementation(cls, func, types, args=(), kwargs=None):
    """A `__torch_function__` that asks not to be asked."""
    return func(*args, **(kwargs or {}))


def has(x):
    """Does the type of `x` override calls?"""
    if plain(x):
        return False
    function = getattr(type(x), "__torch_function__", None)
    if function is None or is_disabled(function) or is_foreign(type(x)):
        return False
    return not (isinstance(x, TensorBase) and state().subclass_off)


def is_foreign(cls):
    """Is `cls` a tensor of PyTorch itself?  Its override would call our function again."""
    return any(base.__module__ == "torch._C" for base in cls.__mro__)


def is_disabled(function):
    return getattr(function, "__func__", function) is disabled_implementation


def overriding(args, kwargs):
    """The arguments that override, subclasses before their parents, one of each type."""
    found = []
    for x in flat([*args, *(kwargs or {}).values()]):
        if has(x) and all(type(x) is not type(y) for y in found):
            at = next((i for i, y in enumerate(found) if issubclass(type(x), type(y))), len(found))
            found.insert(at, x)
    return found


def flat(args):
    for x in args:
        if type(x) in (list, tuple):
            yield from x
        else:
            yield x


def take_over(function, args, kwargs):
    """Let modes, then overriding arguments, answer the call in place of `function`."""
    st = state()
    kwargs = kwargs or {}
    found = overriding(args, kwargs)
    types = tuple([type(x) for x in found])
    if st.overrides:
        mode = st.overrides.pop()
        try:
            return mode.__torch_function__(function, types, args, kwargs)
        finally:
            st.overrides.append(mode)
    for x in found:
        result = x.__torch_function__(function, types, args, kwargs)
        if result is not NotImplemented:
            return result
    if not found:
        return function(*args, **kwargs)
    raise TypeError(
        f"Multiple dispatch failed for 'torch.{function.__name__}'; all __torch_function__ handlers "
        f"returned NotImplemented:\n\n  - tensor subclasses {list(types)}"
    )


def default_implementation(cls, func, types, args=(), kwargs=None):
    """What Tensor subclasses inherit: run as for plain tensors, results become subclass instances."""
    if cls.__base__.__base__ is TensorBase or not all(issubclass(cls, t) for t in types):
        return NotImplemented  # the former: another library asks Tensor itself
    st = state()
    st.subclass_off += 1
    try:
        out = func(*args, **(kwargs or {}))
    finally:
        st.subclass_off -= 1
    return out if keeps_type(func) else converted(out, cls)


def keeps_type(func):
    """Functions whose results stay as they are: what is no new tensor."""
    return getattr(func, "__name__", "") in ("__get__", "numpy", "item", "tolist")


def converted(out, cls):
    """`out` with its tensors as instances of `cls`."""
    if isinstance(out, TensorBase) and not isinstance(out, cls):
        return out.as_subclass(cls)
    if type(out) in (list, tuple):
        return type(out)(converted(x, cls) for x in out)
    return out
