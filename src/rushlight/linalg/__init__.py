"""Linear algebra: `torch.linalg`."""

from rushlight.alias import missing
from rushlight.ops.late import Late as _Late
from rushlight.ops.linalg_checks import LinAlgError
from rushlight.ops.publish import namespaces

globals().update(namespaces["linalg"])

_late = _Late("linalg")

__all__ = sorted({"LinAlgError", *namespaces["linalg"], *_late})

__getattr__ = missing(__name__, late=_late)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
