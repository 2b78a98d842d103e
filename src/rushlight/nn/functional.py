"""Functions of networks: `torch.nn.functional`."""

from rushlight.alias import missing
from rushlight.ops.late import Late as _Late
from rushlight.ops.publish import namespaces

globals().update(namespaces["F"])

_late = _Late("F")

__all__ = sorted({*namespaces["F"], *_late})

__getattr__ = missing(__name__, late=_late)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
