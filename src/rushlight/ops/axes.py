"""Views with the dims in another order."""

from rushlight.kernels import once
from rushlight.ops.families import View, as_tensor_argument, int_argument, sizes_argument, wrap_dim
from rushlight.ops.publish import attribute, public
from rushlight.tape.dispatch import conj


class transpose(View):
    """`input` with dims `dim0` and `dim1` swapped.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 3).transpose(0, 1).shape
        torch.Size([3, 2])
    """

    aliases = ("swapaxes", "swapdims")

    def bind(input, dim0, dim1):
        n = input.dim()
        dim0 = int_argument("transpose", "dim0", 1, dim0)
        dim1 = int_argument("transpose", "dim1", 2, dim1)
        return (input,), (wrap_dim(dim0, n), wrap_dim(dim1, n))

    def forward(x, dim0, dim1):
        return x.swapaxes(dim0, dim1) if x.ndim else x.view()

    def vjp_x(g, dim0, dim1):
        return g.transpose(dim0, dim1)

    def lift(size, ndim, dim0, dim1):
        return (dim0 + 1, dim1 + 1) if ndim else (0, 0)


class t(View):
    """The transpose of a matrix; tensors of fewer dims as they are.

    Raises:
        RuntimeError: for more than two dims.
    """

    def bind(input):
        if input.dim() > 2:
            raise RuntimeError(
                f"t() expects a tensor with <= 2 dimensions, but self is {input.dim()}D"
            )
        return (input,), (0,)

    def forward(x, front):
        return x.swapaxes(-1, -2) if x.ndim > front + 1 else x.view()

    def vjp_x(g, front):
        return t(g, front)

    def lift(size, ndim, front):
        return (front + 1,)


class permute(View):
    """`input` with its dims in the order `dims`.

    Raises:
        RuntimeError: unless every dim is named once.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 3, 4).permute(2, 0, 1).shape
        torch.Size([4, 2, 3])
    """

    def bind(input, *dims, **named_dims):
        if not dims and not named_dims:
            raise TypeError('permute() missing 1 required positional arguments: "dims"')
        dims, n = sizes_argument(dims or tuple(named_dims.values())), input.dim()
        if len(dims) != n:
            raise RuntimeError(
                "permute(sparse_coo): number of dimensions in the tensor input does not match the "
                "length of the desired ordering of dimensions i.e. "
                f"input.dim() = {n} is not equal to len(dims) = {len(dims)}"
            )
        order = tuple([wrap_dim(d, n) for d in dims])
        if len(set(order)) < n:
            raise RuntimeError("permute(): duplicate dims are not allowed.")
        return (input,), (order,)

    def forward(x, order):
        return x.transpose(order)

    def vjp_x(g, order):
        return g.permute(inverse(order))

    def lift(size, ndim, order):
        return ((0, *[d + 1 for d in order]),)


def inverse(order):
    """The order that undoes a permutation of dims."""
    return tuple(sorted(range(len(order)), key=order.__getitem__))


@public("torch Tensor", aliases=("moveaxis",))
def movedim(input, source, destination):
    """`input` with dims `source` moved to `destination`; the others keep their order.

    Example:
        >>> import rushlight as torch
        >>> torch.zeros(2, 3, 4).movedim(0, -1).shape
        torch.Size([3, 4, 2])
    """
    n = as_tensor_argument("movedim", "input", 1, input).dim()
    source, destination = sizes_argument((source,)), sizes_argument((destination,))
    if len(source) != len(destination):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source "
            f"({[*source]} dims) should contain the same number of dims as destination "
            f"({[*destination]} dims)"
        )
    source = named_once(source, n, "source")
    goes = dict(zip(named_once(destination, n, "destination"), source, strict=True))
    rest = iter([d for d in range(n) if d not in goes.values()])
    return permute.run((input,), (tuple([goes[d] if d in goes else next(rest) for d in range(n)]),))


def named_once(dims, n, what):
    """Dims counted from the front, each of which may occur once."""
    wrapped = [wrap_dim(d, n) for d in dims]
    if len(set(wrapped)) < len(wrapped):
        raise RuntimeError(f"movedim: repeated dim in `{what}` ({[*dims]})")
    return wrapped


# -- properties ------------------------------------------------------------------------------


@attribute(quick=permute)
def T(self):
    """The dims in reverse order; meant for matrices."""
    n = self.dim()
    if n not in (1, 2):
        once.warn(NOT_A_MATRIX if n else zero_dims("T", IDENTITY))
    return permute.run((self,), (tuple(range(n - 1, -1, -1)),))


@attribute(quick=transpose)
def mT(self):
    """The last two dims swapped."""
    return last_two(self, "mT", IDENTITY)


@attribute
def H(self):
    """The conjugate transpose of a matrix."""
    n = self.dim()
    if n not in (0, 2):
        advice = " For batches of matrices, consider using tensor.mH" if n > 2 else ""
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {n}-D tensor.{advice}"
        )
    return conj(last_two(self, "H", CONJUGATE))


@attribute
def mH(self):
    """The last two dims swapped, and the values conjugated."""
    return conj(last_two(self, "mH", CONJUGATE))


@public("torch Tensor")
def adjoint(input):
    """The last two dims swapped, and the values conjugated."""
    return conj(last_two(as_tensor_argument("adjoint", "input", 1, input), "adjoint()", CONJUGATE))


def last_two(x, name, advice):
    """`x` with its last two dims swapped; PyTorch's warning or error if it has none."""
    n = x.dim()
    if n == 1:
        raise RuntimeError(
            f"tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor."
        )
    if n == 0:
        once.warn(zero_dims(name, advice))
        return x
    return transpose.run((x,), (n - 2, n - 1))


IDENTITY = "This function is the identity in these cases."
CONJUGATE = "Consider using x.conj()."
NOT_A_MATRIX = (
    "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated "
    "and it will throw an error in a future release. Consider `x.mT` to transpose batches of "
    "matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a "
    "tensor."
)


def zero_dims(name, advice):
    subject = name if name.endswith("()") else f"Tensor.{name}"
    return f"{subject} is deprecated on 0-D tensors. {advice}"
