"""Complex numbers: parts, conjugates, angles, and the views between real and complex."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from rushlight.kernels import dtypes
from rushlight.ops.families import Binary, Unary, View, as_tensor_argument
from rushlight.ops.publish import public
from rushlight.tape import dispatch, inplace
from rushlight.tape.core import TensorBase, state, wants


class view_as_real(View):
    """A complex tensor as a real one with a last dim of length 2: real and imaginary part.

    Raises:
        RuntimeError: for a real tensor.

    Example:
        >>> import rushlight as torch
        >>> torch.view_as_real(torch.tensor([1 + 2j]))
        tensor([[1., 2.]])
    """

    places = "torch"
    moves = False

    def bind(input):
        as_tensor_argument("view_as_real", "input", 1, input)
        if not input.dtype.is_complex:
            raise RuntimeError("view_as_real is only supported for complex tensors")
        return (input,), ()

    def forward(x):
        return as_strided(x.real, (*x.shape, 2), (*x.strides, x.itemsize // 2))

    def vjp_x(g):
        return view_as_complex(g.contiguous())

    def lift(size, ndim):
        return ()


class view_as_complex(View):
    """A real tensor whose last dim has length 2 as a complex one without it.

    Raises:
        RuntimeError: for other dtypes than float16, float32 and float64, or where the parts do not
            lie side by side.

    Example:
        >>> import rushlight as torch
        >>> torch.view_as_complex(torch.tensor([[1.0, 2.0]]))
        tensor([1.+2.j])
    """

    places = "torch"
    moves = False

    def bind(input):
        as_tensor_argument("view_as_complex", "input", 1, input)
        check_pairs(input)
        return (input,), ()

    def forward(x):
        paired = dtypes.of(x.dtype).to_complex().numpy
        if not x.size:
            return x.reshape(x.shape).view(paired)[..., 0] if x.shape[-1] else x
        return x.view(paired)[..., 0]

    def vjp_x(g):
        return view_as_real(g)

    def lift(size, ndim):
        return ()


def check_pairs(input):
    """PyTorch's refusals of tensors that cannot be seen as complex."""
    if input.dtype not in (dtypes.float16, dtypes.float32, dtypes.float64):
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, "
            f"but got a tensor of scalar type: {input.dtype.scalar_type}"
        )
    if input.dim() == 0:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if input.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    strides = input.stride()
    if strides[-1] != 1:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    if any(s % 2 for s in strides[:-1]):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")


# -- parts and conjugates --------------------------------------------------------------------


@public("torch")
def real(input):
    """The real part, a view; a real tensor itself.

    Example:
        >>> import rushlight as torch
        >>> torch.real(torch.tensor([1 + 2j]))
        tensor([1.])
    """
    return view_as_real(input).select(-1, 0) if input.dtype.is_complex else input


@public("torch")
def imag(input):
    """The imaginary part, a view.

    Raises:
        RuntimeError: for a real tensor.

    Example:
        >>> import rushlight as torch
        >>> torch.imag(torch.tensor([1 + 2j]))
        tensor([2.])
    """
    if not input.dtype.is_complex:
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return view_as_real(input).select(-1, 1)


class conjugate(Unary):
    """The complex conjugate as `conj` records it."""

    public_name = "conj"
    places = None
    linear = False

    def forward(x):
        return np.conjugate(x)

    def vjp_x(g):
        return g.conj()

    def jvp_x(t):
        return t.conj()


@public("torch Tensor")
def conj(input):
    """The complex conjugate; a real tensor itself.

    Example:
        >>> import rushlight as torch
        >>> torch.conj(torch.tensor([1 + 2j]))
        tensor([1.-2.j])
    """
    return conjugate(input) if input.dtype.is_complex else input


class conjugate_physical(Unary):
    """The complex conjugate as `conj_physical` records it."""

    public_name = "conj_physical"
    places = None

    def forward(x):
        return np.conjugate(x)

    def vjp_x(g):
        return g.conj()

    def jvp_x(t):
        return t.conj()


@public("torch Tensor", out=True)
def conj_physical(input):
    """The complex conjugate in memory of its own; a real tensor itself.

    Example:
        >>> import rushlight as torch
        >>> torch.conj_physical(torch.tensor([1 + 2j]))
        tensor([1.-2.j])
    """
    return conjugate_physical(input) if input.dtype.is_complex else input


@public("Tensor", name="conj_physical_")
def conj_physical_over(input):
    """In-place version of `conj_physical`."""
    if not input.dtype.is_complex:
        inplace.check(input, wants(input) and state().grad)
        return input
    return inplace.apply(conjugate_physical, (input,), ())


@public("torch Tensor")
def resolve_conj(input):
    """`input` itself: conjugates are never lazy here."""
    return input


@public("torch Tensor")
def resolve_neg(input):
    """`input` itself: negatives are never lazy here."""
    return input


@public("torch Tensor")
def is_conj(input):
    """False: conjugates are never lazy here."""
    return False


@public("torch Tensor")
def is_neg(input):
    """False: negatives are never lazy here."""
    return False


@public("torch Tensor")
def is_complex(input):
    """Is the dtype complex?"""
    return input.dtype.is_complex


@public("torch Tensor")
def is_floating_point(input):
    """Is the dtype a real floating-point one?"""
    return input.dtype.is_floating_point


@public("torch Tensor")
def is_signed(input):
    """Can the dtype hold negative numbers?"""
    return input.dtype.is_signed


# -- polar coordinates -----------------------------------------------------------------------


class angle(Unary):
    """The angle of each number in the complex plane, in radians; 0 or pi for real ones.

    Example:
        >>> import rushlight as torch
        >>> torch.angle(torch.tensor([1j, -1]))
        tensor([1.5708, 3.1416])
    """

    kind = "float"
    inplace = False
    holomorphic = False

    def forward(x):
        if x.dtype.kind == "c":
            return np.angle(x)
        return np.where(np.isnan(x), x, np.where(x < 0, np.pi, 0)).astype(x.dtype)

    def vjp_x(g, x):
        if not x.dtype.is_complex:
            return g.new_zeros(g.shape)
        square = x.real * x.real + x.imag * x.imag
        return (g * (x * 1j / square)).masked_fill(x == 0, 0)


class Parts(Binary, family=True):
    """A complex number from two real ones of the same dtype."""

    places = "torch"
    inplace = False
    holomorphic = False
    numbers = (False, False)

    def public(self, function, args, kwargs, out):
        if out is not None and isinstance(args[0], TensorBase):
            wanted, given = args[0].dtype.to_complex(), out.dtype
            if wanted is not given:
                raise RuntimeError(
                    f"Expected object of scalar type {wanted.scalar_type} but got "
                    f"scalar type {given.scalar_type} for argument 'out'"
                )
        return super().public(function, args, kwargs, out)

    def binding(self, *args, **kwargs):
        bound = super().binding(*args, **kwargs)
        a, b = [x.dtype for x in bound[1]]
        allowed = (dtypes.float16, dtypes.float32, dtypes.float64)
        if a not in allowed or b not in allowed:
            raise RuntimeError(
                "Expected both inputs to be Half, Float or Double tensors but got "
                f"{a.scalar_type} and {b.scalar_type}"
            )
        if a is not b:
            raise RuntimeError(
                f"Expected object of scalar type {a.scalar_type} but got scalar "
                f"type {b.scalar_type} for second argument"
            )
        return bound


class complex_(Parts):
    """Complex numbers with these real and imaginary parts.

    Raises:
        RuntimeError: unless both are float32 or both float64.

    Example:
        >>> import rushlight as torch
        >>> torch.complex(torch.tensor([1.0]), torch.tensor([2.0]))
        tensor([1.+2.j])
    """

    arguments = ("real", "imag")

    def forward(real, imag):
        return assembled(real, imag)

    def vjp_real(g):
        return g.real

    def vjp_imag(g):
        return g.imag


def assembled(re, im):
    """A complex array of two parts (`re + 1j * im` would make nan of infinities)."""
    out = np.empty(np.broadcast_shapes(re.shape, im.shape), dtypes.of(re.dtype).to_complex().numpy)
    out.real, out.imag = re, im
    return out


class polar(Parts):
    """Complex numbers with these absolute values and angles.

    Raises:
        RuntimeError: unless both are float32 or both float64.

    Example:
        >>> import rushlight as torch
        >>> torch.polar(torch.tensor([2.0]), torch.tensor([0.0]))
        tensor([2.+0.j])
    """

    arguments = ("abs", "angle")

    def forward(abs, angle):
        return assembled(abs * np.cos(angle), abs * np.sin(angle))

    def vjp_abs(g, abs, angle):
        return (dispatch.conj(g) * polar(abs.new_ones(()), angle)).real

    def vjp_angle(g, ans):
        return (dispatch.conj(g) * (ans * 1j)).real
