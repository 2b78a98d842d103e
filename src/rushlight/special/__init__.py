"""Special functions: `torch.special`."""

from rushlight.alias import missing
from rushlight.ops.late import Late as _Late
from rushlight.ops.publish import namespaces

globals().update(namespaces["special"])

_late = _Late("special")

__all__ = sorted({*namespaces["special"], *_late})

__getattr__ = missing(__name__, late=_late)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
