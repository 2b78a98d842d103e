"""Modules that hold parameters, as lists and dicts; `container` publishes them."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from rushlight.nn.modules.module import Module
from rushlight.tape.core import TensorBase
from rushlight.tensor.parameter import Parameter
from rushlight.tensor.switches import typename


def check_iterable(called: str, what: str, given: Any, not_tensors: bool = False) -> None:
    if not isinstance(given, Iterable) or (not_tensors and isinstance(given, TensorBase)):
        raise TypeError(f"{called} should be called with {what}, but got {type(given).__name__}")


def pairs(name: str, given: Any) -> Iterator[tuple[str, Any]]:
    """Keys and values from a sequence of pairs, which are checked one by one."""
    for i, pair in enumerate(given):
        element = f"{name} update sequence element #{i}"
        if not isinstance(pair, Iterable):
            raise TypeError(f"{element} should be Iterable; is{type(pair).__name__}")
        if len(pair) != 2:  # type: ignore[arg-type]
            raise ValueError(
                f"{element} has length {len(pair)}; 2 is required"  # type: ignore[arg-type]
            )
        yield pair[0], pair[1]  # type: ignore[index]


def as_parameter(value: Any) -> Any:
    """Tensors become parameters; anything else stays."""
    bare = isinstance(value, TensorBase) and not isinstance(value, Parameter)
    return Parameter(value) if bare else value


def described(key: Any, value: Any, kind: Any) -> str:
    """The line of a value in the repr of its container."""
    if not isinstance(value, TensorBase):
        return f"  ({key}): Object of type: {type(value).__name__}"
    size = "x".join(str(length) for length in value.size())
    name = "Parameter" if isinstance(value, Parameter) else "Tensor"
    return f"  ({key}): {name} containing: [{kind} of size {size}]"


class ParameterList(Module):
    """A list of parameters that are registered; tensors in it become parameters.

    Args:
        values: those to start with. What is no tensor stays as it is.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.ParameterList([torch.ones(2), torch.ones(3)])
        ParameterList(
            (0): Parameter containing: [torch.float32 of size 2]
            (1): Parameter containing: [torch.float32 of size 3]
        )
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self += values

    def name_at(self, idx: Any) -> str:
        idx = operator.index(idx)
        if not -len(self) <= idx < len(self):
            raise IndexError(f"index {idx} is out of range")
        return str(idx % len(self))

    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return type(self)([self[i] for i in range(len(self))[idx]])
        return getattr(self, self.name_at(idx))

    def __setitem__(self, idx: int, param: Any) -> None:
        setattr(self, self.name_at(idx), as_parameter(param))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return iter([self[i] for i in range(len(self))])

    def __iadd__(self, parameters: Iterable[Any]) -> Any:
        return self.extend(parameters)

    def append(self, value: Any) -> Any:
        """Add a value at the end."""
        self._size += 1
        self[-1] = value
        return self

    def extend(self, values: Iterable[Any]) -> Any:
        """Add values at the end.

        Raises:
            TypeError: for what is not iterable, and for a tensor.
        """
        check_iterable("ParameterList.extend", "an iterable", values, not_tensors=True)
        for value in values:
            self.append(value)
        return self

    def extra_repr(self) -> str:
        return "\n".join(
            [described(i, value, getattr(value, "dtype", None)) for i, value in enumerate(self)]
        )

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError("ParameterList should not be called.")


class ParameterDict(Module):
    """A dict of parameters that are registered; tensors in it become parameters.

    Args:
        parameters: a mapping, or pairs of names and values, to start with. A plain dict is
            entered in the order of its keys.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.ParameterDict({"scale": torch.ones(2)})["scale"]
        Parameter containing:
        tensor([1., 1.], requires_grad=True)
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def _key_to_attr(self, key: str) -> str:
        if not isinstance(key, str):
            raise TypeError(
                "Index given to ParameterDict cannot be used as a key as it is not a string (type "
                f"is '{type(key).__name__}'). Open an issue on github if you need non-string keys."
            )
        return key

    def __getitem__(self, key: str) -> Any:
        return getattr(self, self._key_to_attr(key))

    def __setitem__(self, key: str, value: Any) -> None:
        name = self._key_to_attr(key)
        self._keys[key] = None
        setattr(self, name, as_parameter(value))

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, self._key_to_attr(key))

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def copy(self) -> ParameterDict:
        """Another dict of the same parameters."""
        return ParameterDict(OrderedDict(self.items()))

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of a key, which is entered with `default` if it is not there."""
        if key not in self:
            self[key] = default
        return self[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default`."""
        return self[key] if key in self else default  # noqa: SIM401 (this is `get`)

    def clear(self) -> None:
        """Take all values out."""
        for key in list(self._keys):
            del self[key]

    def pop(self, key: str) -> Any:
        """Take a value out and return it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the last key and its value out and return both."""
        key = next(reversed(self._keys), None)
        if key is None:
            raise KeyError("popitem(): dictionary is empty")
        return key, self.pop(key)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A dict of these keys, all with the value `default`."""
        return ParameterDict((key, default) for key in keys)

    def keys(self) -> Any:
        """The keys."""
        return self._keys.keys()

    def items(self) -> Iterator[tuple[str, Any]]:
        """Keys and values."""
        return ((key, self[key]) for key in self._keys)

    def values(self) -> Iterator[Any]:
        """The values."""
        return (self[key] for key in self._keys)

    def update(self, parameters: Any) -> None:
        """Add the values of a mapping or of pairs.

        Raises:
            TypeError: for anything else.
        """
        check_iterable("ParametersDict.update", "an iterable of key/value pairs", parameters)
        if isinstance(parameters, (OrderedDict, ParameterDict)):
            found: Any = parameters.items()
        elif isinstance(parameters, Mapping):
            found = sorted(parameters.items())
        else:
            found = pairs("ParameterDict", parameters)
        for key, value in found:
            self[key] = value

    def extra_repr(self) -> str:
        return "\n".join([described(key, value, typename(value)) for key, value in self.items()])

    def __call__(self, input: Any) -> NoReturn:
        raise RuntimeError("ParameterDict should not be called.")

    def __or__(self, other: Any) -> ParameterDict:
        joined = self.copy()
        joined.update(other)
        return joined

    def __ror__(self, other: Any) -> ParameterDict:
        joined = other.copy()
        joined.update(self)
        return joined

    def __ior__(self, other: Any) -> ParameterDict:
        self.update(other)
        return self
