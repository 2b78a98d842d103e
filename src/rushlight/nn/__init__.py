"""Building blocks of networks: `torch.nn`."""

from rushlight.alias import missing
from rushlight.nn import functional, init, modules, parameter
from rushlight.nn.modules import *
from rushlight.nn.modules import __all__ as _modules
from rushlight.nn.parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "Buffer",
    "LinearCrossEntropyLoss",  # noqa: F405 (imported when asked for)
    "LinearCrossEntropyOptions",  # noqa: F405 (likewise)
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "factory_kwargs",
    "functional",
    "grad",  # noqa: F405 (imported when asked for)
    "init",
    "modules",
    "parameter",
    "utils",  # noqa: F405 (likewise)
    *_modules,
]


def factory_kwargs(kwargs: dict[str, object] | None) -> dict[str, object]:
    """The arguments `device`, `dtype` and `memory_format` of those of a layer, for factories.

    Raises:
        TypeError: if one is given both by itself and in `factory_kwargs`, or another is given.

    Example:
        >>> factory_kwargs({"dtype": None})
        {'dtype': None}
    """
    if kwargs is None:
        return {}
    names = {"device", "dtype", "memory_format"}
    if kwargs.keys() - (names | {"factory_kwargs"}):
        raise TypeError(f"unexpected kwargs {kwargs.keys() - (names | {'factory_kwargs'})}")
    given = dict(kwargs.get("factory_kwargs", {}))  # type: ignore[call-overload]
    for name in names & kwargs.keys():
        if name in given:
            raise TypeError(f"{name} specified twice, in **kwargs and in factory_kwargs")
        given[name] = kwargs[name]
    return given


__getattr__ = missing(
    __name__,
    ("attention", "grad", "parallel", "utils"),
    elsewhere={
        "DataParallel": "rushlight.nn.parallel",
        "LinearCrossEntropyLoss": "rushlight.nn.modules.linear_cross_entropy_options",
        "LinearCrossEntropyOptions": "rushlight.nn.modules.linear_cross_entropy_options",
    },
)
