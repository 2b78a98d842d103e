"""A quick way to a parameter of a fixed name."""

from __future__ import annotations

from typing import Any


class Slot:
    """Stands in a layer's class for a parameter, which is then found without a failed search.

    Python asks `Module.__getattr__` only after it has looked everywhere else and made an error of
    it: a third of a microsecond, for every parameter at every call. What is in the instance's own
    dict goes before, as for an attribute that is nowhere in the class; if the parameter has been
    removed, `__getattr__` is asked after all.
    """

    def __set_name__(self, cls: type, name: str) -> None:
        self.name = name

    def __get__(self, module: Any, cls: type | None = None) -> Any:
        if module is None:
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {self.name!r}")  # type: ignore[union-attr]
        try:
            return module.__dict__["_parameters"][self.name]
        except KeyError:
            raise AttributeError(self.name) from None
