"""The element types of tensors: the dtype constants, the default dtype, finfo and iinfo."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from .metadata import Constant, Frozen, type_name

BOOL, INT, FLOAT, COMPLEX = range(4)  # the categories of promotion, lowest first


class dtype(Constant):
    """An element type. Each is a constant of this module; there is no other way to get one.

    Attributes:
        name: such as 'float32'.
        numpy: the numpy.dtype of arrays of this type. bfloat16 imports ml_dtypes for it at first
            use; complex32 raises TypeError, having none.
        category: 0 for bool, 1 for integers, 2 for floating point, 3 for complex.
        is_floating_point, is_complex, is_signed, itemsize, abbr: as in PyTorch.
        scalar_type: the name some of PyTorch's errors use, such as 'Float' or 'Long'.

    Example:
        >>> float32, float32.itemsize, float32.to_complex()
        (torch.float32, 4, torch.complex64)
    """

    __slots__ = (
        "numpy",
        "category",
        "is_floating_point",
        "is_complex",
        "is_signed",
        "itemsize",
        "abbr",
        "scalar_type",
    )
    numpy: np.dtype[Any]
    category: builtins.int
    is_floating_point: builtins.bool
    is_complex: builtins.bool
    is_signed: builtins.bool
    itemsize: builtins.int
    abbr: str
    scalar_type: str

    def __getattr__(self, name: str) -> Any:
        if name == "numpy":  # the slot is empty: bfloat16 before its first use, or complex32
            object.__setattr__(self, "numpy", _extension_dtype(self))
            return self.numpy
        return super().__getattr__(name)

    def to_real(self) -> dtype:
        """The type of the real part of a number of this type; itself unless complex."""
        return _REAL.get(self, self)

    def to_complex(self) -> dtype:
        """The complex type whose parts have this type's precision; itself if complex already.

        Raises:
            RuntimeError: for integers and bool.
        """
        if self.category < FLOAT:
            raise RuntimeError(f"Unknown Complex ScalarType for {self.scalar_type}")
        return _COMPLEX.get(self, self)


def _define(name: str, category: builtins.int, abbr: str, scalar_type: str) -> dtype:
    bits = 8 if category == BOOL else builtins.int("".join(filter(str.isdigit, name)))
    fields: dict[str, object] = {
        "category": category,
        "is_floating_point": category == FLOAT,
        "is_complex": category == COMPLEX,
        "is_signed": category != BOOL and not name.startswith("uint"),
        "itemsize": bits // 8,
        "abbr": abbr,
        "scalar_type": scalar_type,
    }
    if name not in ("bfloat16", "complex32"):
        fields["numpy"] = np.dtype(name)
    return dtype.define(name, **fields)


def _extension_dtype(wanted: dtype) -> np.dtype[Any]:
    if wanted.name != "bfloat16":
        raise TypeError(f"{wanted} tensors are not supported: NumPy has no such element type")
    try:
        import ml_dtypes
    except ImportError as error:
        raise ImportError(
            "torch.bfloat16 needs the package ml_dtypes, NumPy having no such element type of its "
            "own: pip install ml_dtypes"
        ) from error
    return np.dtype(ml_dtypes.bfloat16)


uint8 = _define("uint8", INT, "u8", "Byte")
uint16 = _define("uint16", INT, "u16", "UInt16")
uint32 = _define("uint32", INT, "u32", "UInt32")
uint64 = _define("uint64", INT, "u64", "UInt64")
int8 = _define("int8", INT, "i8", "Char")
int16 = short = _define("int16", INT, "i16", "Short")
int32 = int = _define("int32", INT, "i32", "Int")
int64 = long = _define("int64", INT, "i64", "Long")
float16 = half = _define("float16", FLOAT, "f16", "Half")
bfloat16 = _define("bfloat16", FLOAT, "bf16", "BFloat16")
float32 = float = _define("float32", FLOAT, "f32", "Float")
float64 = double = _define("float64", FLOAT, "f64", "Double")
complex32 = chalf = _define("complex32", COMPLEX, "c32", "ComplexHalf")
complex64 = cfloat = _define("complex64", COMPLEX, "c64", "ComplexFloat")
complex128 = cdouble = _define("complex128", COMPLEX, "c128", "ComplexDouble")
bool = _define("bool", BOOL, "b8", "Bool")

ALL: tuple[dtype, ...] = (
    bool, uint8, int8, int16, int32, int64, uint16, uint32, uint64,
    float16, bfloat16, float32, float64, complex32, complex64, complex128,
)  # fmt: skip

_REAL = {complex32: float16, complex64: float32, complex128: float64}
_COMPLEX = {
    float16: complex32,
    bfloat16: complex64,
    float32: complex64,
    float64: complex128,
}

_PYTHON_TYPES = {
    builtins.bool: bool,
    builtins.int: int64,
    builtins.float: float64,
    complex: complex128,
}


class _ByNumpy(dict[Any, dtype]):
    """np.dtype -> dtype; what it lacks is bfloat16, a spelling such as np.int32, or an error."""

    def __missing__(self, key: Any) -> dtype:
        np_dtype = np.dtype(key)
        if np_dtype in self:
            return self[np_dtype]
        if np_dtype.name == "bfloat16":
            self[np_dtype] = bfloat16
            return bfloat16
        if not np_dtype.isnative:
            raise ValueError(
                "given numpy array has byte order different from the native byte order. "
                "Conversion between byte orders is currently not supported."
            )
        kind = np_dtype.type
        raise TypeError(
            f"can't convert np.ndarray of type {kind.__module__}.{kind.__name__}. The only "
            "supported types are: float64, float32, float16, complex64, complex128, int64, int32, "
            "int16, int8, uint64, uint32, uint16, uint8, and bool."
        )


# The hot paths index this table themselves, which is twice as fast as calling `of`.
by_numpy = _ByNumpy((d.numpy, d) for d in ALL if d not in (bfloat16, complex32))


def of(np_dtype: Any) -> dtype:
    """The dtype of arrays whose NumPy dtype is `np_dtype`.

    Raises:
        TypeError: if tensors cannot hold such elements (strings, objects, long doubles, ...).
        ValueError: if the elements are not in the machine's byte order.

    Example:
        >>> of(np.dtype("float32"))
        torch.float32
    """
    return by_numpy[np_dtype]


def as_dtype(value: Any, where: str = "", argument: str = "'dtype'") -> dtype:
    """The dtype meant by an argument: a dtype, or one of Python's bool, int, float and complex.

    `where` names the callee, such as 'zeros()', and `argument` the argument in the error.

    Raises:
        TypeError: for anything else, NumPy's dtypes included.

    Example:
        >>> as_dtype(complex), as_dtype(float16)
        (torch.complex128, torch.float16)
    """
    if type(value) is dtype:
        return value
    found = _PYTHON_TYPES.get(value) if isinstance(value, type) else None
    if found is None:
        prefix = f"{where}: " if where else ""
        raise TypeError(
            f"{prefix}argument {argument} must be torch.dtype, not {type_name(type(value))}"
        )
    return found


_default = float32


def get_default_dtype() -> dtype:
    """The dtype of tensors made from Python floats; float32 unless changed.

    Example:
        >>> get_default_dtype()
        torch.float32
    """
    return _default


def set_default_dtype(d: dtype, /) -> None:
    """Choose the dtype of tensors made from Python floats; complex ones follow its precision.

    Raises:
        TypeError: if `d` is not a floating-point dtype.

    Example:
        >>> set_default_dtype(float64)
        >>> get_default_dtype(), get_default_complex_dtype()
        (torch.float64, torch.complex128)
        >>> set_default_dtype(float32)
    """
    global _default
    message = "only floating-point types are supported as the default type"
    if not isinstance(d, dtype):
        raise TypeError(f"invalid dtype object: {message}")
    if not d.is_floating_point:
        raise TypeError(message)
    _default = d


def get_default_complex_dtype() -> dtype:
    """The dtype of tensors made from Python complex numbers: the default dtype's counterpart.

    Raises:
        RuntimeError: if the default dtype is bfloat16, which has none.

    Example:
        >>> get_default_complex_dtype()
        torch.complex64
    """
    if _default is bfloat16:
        raise RuntimeError("invalid default scalar type for complex")
    return _COMPLEX[_default]


class _Info(Frozen):
    """What finfo and iinfo share: read-only numbers, compared by value."""

    __slots__ = ()
    _shown: tuple[str, ...] = ()

    def _fill(self, **values: object) -> Any:
        for name, value in values.items():
            object.__setattr__(self, name, value)
        return self

    def __repr__(self) -> str:
        limits = "".join(f"{name}={getattr(self, name):g}, " for name in self._shown)
        return f"{type(self).__name__}({limits}dtype={self.dtype})"

    def __eq__(self, other: object) -> builtins.bool:
        return type(other) is type(self) and other.dtype == self.dtype

    def __hash__(self) -> builtins.int:
        raise TypeError(f"unhashable type: '{type_name(type(self))}'")

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError(f"cannot pickle '{type_name(type(self))}' object")


# mantissa bits stored, largest exponent
_FLOAT_FORMATS = {
    float16: (10, 15),
    bfloat16: (7, 127),
    float32: (23, 127),
    float64: (52, 1023),
}


class finfo(_Info):
    """The limits of a floating-point dtype; of its parts for a complex one; default: float32.

    Raises:
        TypeError: for integers and bool.

    Example:
        >>> finfo(float32).eps
        1.1920928955078125e-07
    """

    __slots__ = ("bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "tiny")
    _shown = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")

    def __new__(cls, *args: Any, **kwargs: Any) -> finfo:
        d = _info_argument("finfo", args, kwargs) if args or kwargs else _default
        if d.category < FLOAT:
            raise TypeError(
                "torch.finfo() requires a floating point input type. "
                "Use torch.iinfo to handle 'torch.finfo'"
            )
        d = d.to_real()
        mantissa, exponent = _FLOAT_FORMATS[d]
        largest = math.ldexp(2 - 2.0**-mantissa, exponent)
        tiny = 2.0 ** (1 - exponent)
        return object.__new__(cls)._fill(
            bits=8 * d.itemsize,
            dtype=d.name,
            eps=2.0**-mantissa,
            max=largest,
            min=-largest,
            resolution=builtins.float(f"1e-{math.floor(mantissa * math.log10(2))}"),
            smallest_normal=tiny,
            tiny=tiny,
        )


class iinfo(_Info):
    """The limits of an integer dtype.

    Raises:
        TypeError: for floating-point and complex dtypes, and for bool.

    Example:
        >>> iinfo(int16).max
        32767
    """

    __slots__ = ("bits", "dtype", "max", "min")
    _shown = ("min", "max")

    def __new__(cls, *args: Any, **kwargs: Any) -> iinfo:
        d = _info_argument("iinfo", args, kwargs)
        if d.category > INT:
            raise TypeError(
                "torch.iinfo() requires an integer input type. "
                "Use torch.finfo to handle 'torch.iinfo'"
            )
        if d.category == BOOL:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        limits = np.iinfo(d.numpy)
        return object.__new__(cls)._fill(
            bits=limits.bits,
            dtype=d.name,
            max=builtins.int(limits.max),
            min=builtins.int(limits.min),
        )


def _info_argument(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dtype:
    """The one argument of finfo and iinfo, called `type`."""
    if len(args) + len(kwargs) > 1:
        raise TypeError(f"{name}() takes 1 argument, got {len(args) + len(kwargs)}")
    value = args[0] if args else kwargs.get("type", kwargs)
    if value is kwargs:
        raise TypeError(f'{name}() missing 1 required positional arguments: "type"')
    return as_dtype(value, f"{name}()", "'type' (position 1)")
