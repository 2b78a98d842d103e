"""The arguments of convolutions: brought to one form, and PyTorch's errors where they do not fit."""

import functools
import operator

from rushlight.kernels import dtypes
from rushlight.kernels.convolution import places
from rushlight.ops.families import as_tensor_argument, type_word, warn_once
from rushlight.ops.products import CPP_NAMES
from rushlight.tape.core import TensorBase

FORMS = """\
 * (Tensor input, Tensor weight, Tensor bias = None, tuple of ints stride = 1, tuple of ints \
padding = 0, tuple of ints dilation = 1, int groups = 1)
 * (Tensor input, Tensor weight, Tensor bias = None, tuple of ints stride = 1, str padding = \
"valid", tuple of ints dilation = 1, int groups = 1)
"""
BLOCKED = (dtypes.float32, dtypes.bfloat16)  # have kernels of another library in PyTorch
LONG_ONLY = ("slow_conv_dilated", "slow_conv_transpose")  # of the integers
SAME_COPIES = (
    "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy "
    "of the input be created"
)

# -- one form ------------------------------------------------------------------------------------


def whole(value):
    """An int, or None for what is not one; tensors of one integer count as ints."""
    if type(value) is int:
        return value
    if isinstance(value, bool) or (isinstance(value, TensorBase) and value.dtype.category != 1):
        return None
    try:
        return operator.index(value)
    except (TypeError, ValueError):
        return None


def wholes(value, n):
    """A tuple of ints; one int stands for `n`. None for what is neither."""
    if isinstance(value, (tuple, list)):
        found = tuple([whole(v) for v in value])
        return None if None in found else found
    one = whole(value)
    return None if one is None else (one,) * n


def of_convolution(name, n, input, weight, bias, how):
    """(stride, padding, dilation, groups) as tuples and an int; the padding may be a word."""
    stride, padding, dilation, groups = how
    named = {"stride": stride, "padding": padding, "dilation": dilation}
    found = {key: wholes(value, n) for key, value in named.items()}
    if isinstance(padding, (str, bytes)):
        found["padding"] = padding if isinstance(padding, str) else padding.decode()
    count = whole(groups)
    tensors = isinstance(input, TensorBase) and isinstance(weight, TensorBase)
    if not (tensors and (bias is None or isinstance(bias, TensorBase))) or (
        None in found.values() or count is None
    ):
        raise wrong_arguments(name, (input, weight, bias), {**named, "groups": groups})
    check_bias_dtype(input, bias)
    padding = found["padding"]
    if isinstance(padding, str) and padding not in ("same", "valid"):
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    return found["stride"], padding, found["dilation"], count


def wrong_arguments(name, tensors, named):
    """The error for arguments that fit neither of the forms of a convolution."""
    usual = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
    got = [type_word(t) for t in (tensors[:2] if tensors[2] is None else tensors)]
    got += [
        f"{key}={type_word(value)}"
        for key, value in sorted(named.items())
        if type(value) is not int or value != usual[key]
    ]
    return TypeError(
        f"{name}() received an invalid combination of arguments - got ({', '.join(got)}), but "
        f"expected one of:\n{FORMS}"
    )


def of_transposed(name, n, input, weight, bias, how):
    """(stride, padding, output_padding, dilation, groups) as tuples and an int."""
    as_tensor_argument(name, "input", 1, input)
    as_tensor_argument(name, "weight", 2, weight)
    if bias is not None:
        as_tensor_argument(name, "bias", 3, bias)
    found = []
    for key, value in zip(("stride", "padding", "output_padding", "dilation"), how, strict=False):
        found.append(wholes(value, n))
        if found[-1] is None:
            raise TypeError(
                f"{name}(): argument '{key}' must be tuple of ints, not {type_word(value)}"
            )
    groups = whole(how[-1])
    if groups is None:
        raise TypeError(f"{name}(): argument 'groups' must be int, not {type_word(how[-1])}")
    check_bias_dtype(input, bias)
    return (*found, groups)


def lists(name, sequences):
    """Arguments of `convolution` that have to be sequences of ints."""
    named = zip(("stride", "padding", "dilation", "output_padding"), (4, 5, 6, 8), strict=True)
    for value, (key, position) in zip(sequences, named, strict=True):
        if not isinstance(value, (tuple, list)) or wholes(value, 1) is None:
            raise TypeError(
                f"{name}(): argument '{key}' (position {position}) must be tuple of ints, "
                f"not {type_word(value)}"
            )
    return [wholes(value, 1) for value in sequences]


def batched(name, n, input):
    """The input with a dim of samples."""
    if input.dim() == n + 2:
        return input
    if input.dim() == n + 1:
        return input.unsqueeze(0)
    raise RuntimeError(
        f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {name}, but got input of "
        f"size: {list(input.shape)}"
    )


def expanded(key, value, n):
    """A size for each of `n` dims."""
    if len(value) == 1:
        return value * n
    if len(value) != n:
        raise RuntimeError(
            f"expected {key} to be a single integer value or a list of {n} values to match the "
            f"convolution dimensions, but got {key}={list(value)}"
        )
    return value


# -- checks, of shapes: each combination is checked once -----------------------------------------


def check_bias_dtype(input, bias):
    """A bias is of the input's dtype."""
    if bias is not None and bias.dtype is not input.dtype:
        raise RuntimeError(
            f"Input type ({CPP_NAMES[input.dtype.name]}) and bias type "
            f"({CPP_NAMES[bias.dtype.name]}) should be the same"
        )


def check_same(x, weight, how):
    """What the padding "same" asks of the other arguments."""
    stride, n = how[0], weight.dim() - 2
    if x.dim() != weight.dim():
        raise RuntimeError(
            f"Expected {weight.dim()}-dimensional input for {weight.dim()}-dimensional weight"
            f"{list(weight.shape)}, but got {x.dim()}-dimensional input of size {list(x.shape)} "
            "instead"
            if weight.dim() > 2
            else "weight should have at least three dimensions"
        )
    if len(stride) not in (1, n):
        raise RuntimeError(f"stride cannot broadcast to {n} dimensions")
    if any(s != 1 for s in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")


def warn_of_copy():
    """Say once that an even kernel costs a copy."""
    warn_once(SAME_COPIES)


def checked(x, weight, bias, how):
    """The number of places, and `how` with a size for each dim; all arguments are checked."""
    return check_convolution(*described(x, weight, bias), how)


def described(x, weight, bias):
    """Shapes of the tensors, and dtypes of the first two."""
    shape = None if bias is None else bias.shape
    return x.shape, weight.shape, shape, x.dtype, weight.dtype


@functools.lru_cache(256)
def check_convolution(x, weight, bias, dtype, weight_dtype, how):
    """`checked` for shapes and dtypes."""
    stride, padding, dilation, groups = how
    stride, padding, dilation, _ = geometry(weight, stride, padding, dilation, (0,), groups)
    check_weight(x, weight, groups)
    if x[1] != weight[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(weight)}, expected input"
            f"{list(x)} to have {weight[1] * groups} channels, but got {x[1]} "
            "channels instead"
        )
    check_bias(weight, bias, weight[0], False)
    size = room(x, weight, stride, padding, dilation)
    if 0 in dilation and dtype in BLOCKED:
        raise RuntimeError("non-positive dilation is not supported")
    if 0 in dilation:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilation)}")
    check_dtypes(dtype, weight_dtype, kernel_name(weight, dilation))
    check_empty(x, weight)
    return size, (stride, padding, dilation, groups)


def checked_gradient(x, weight, g, how):
    """`how` of a convolution, checked together with the gradient of its result.

    `x` or `weight` may be just a shape.
    """
    x_shape, w_shape = (t if isinstance(t, tuple) else t.shape for t in (x, weight))
    size, how = check_convolution(x_shape, w_shape, None, g.dtype, g.dtype, how)
    shape = (x_shape[0], w_shape[0], *size)
    if tuple(g.shape) != shape:
        raise RuntimeError(
            f"Expected the gradient of a convolution's result to be of size {list(shape)}, but got "
            f"size {list(g.shape)} instead"
        )
    return how


def checked_transposed(x, weight, bias, how):
    """The size of a transposed convolution's result, and `how`; all arguments are checked."""
    return check_transposed(*described(x, weight, bias), how)


@functools.lru_cache(256)
def check_transposed(x, weight, bias, dtype, weight_dtype, how):
    """`checked_transposed` for shapes and dtypes."""
    stride, padding, more, dilation, groups = how
    stride, padding, dilation, more = geometry(weight, stride, padding, dilation, more, groups)
    check_weight(x, weight, groups)
    if x[1] != weight[0]:
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(weight)}, expected input"
            f"{list(x)} to have {weight[0]} channels, but got {x[1]} channels "
            "instead"
        )
    check_bias(weight, bias, weight[1] * groups, True)
    dims = max(len(weight) - 2, 2)
    check_dtypes(dtype, weight_dtype, f"slow_conv_transpose{dims}d_out_cpu")
    check_empty(x, weight)
    if weight[1] == 0:
        raise RuntimeError(f"non-empty 2D or 4D weight tensor expected, but got: {list(weight)}")
    check_output_padding(more, stride, dilation)
    size = tuple(
        [
            (length - 1) * s - 2 * p + d * (k - 1) + m + 1
            for length, k, s, p, d, m in zip(
                x[2:], weight[2:], stride, padding, dilation, more, strict=True
            )
        ]
    )
    if min(size) < 1:
        raise RuntimeError(
            f"Given input size per channel: ({by(two(x[2:], 1))}). Calculated output size "
            f"per channel: ({by(two(size, 1))}). Output size is too small"
        )
    return size, (stride, padding, dilation, groups)


def geometry(weight, stride, padding, dilation, output_padding, groups):
    """Sizes for each dim of the weight, none of them negative."""
    n = len(weight) - 2
    if n < 1:
        raise RuntimeError("weight should have at least three dimensions")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    stride, padding = expanded("stride", stride, n), expanded("padding", padding, n)
    dilation = expanded("dilation", dilation, n)
    output_padding = expanded("output_padding", output_padding, n)
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(output_padding) < 0:
        raise RuntimeError("negative output_padding is not supported")
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(dilation) < 0:
        raise RuntimeError("dilation should be greater than zero")
    return stride, padding, dilation, output_padding


def check_weight(x, weight, groups):
    """A weight goes with inputs of as many dims, and each group has a part of it."""
    if len(x) != len(weight):
        raise RuntimeError(
            f"Expected {len(weight)}-dimensional input for {len(weight)}-dimensional weight "
            f"{list(weight)}, but got {len(x)}-dimensional input of size {list(x)} "
            "instead"
        )
    if weight[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but "
            f"got weight of size {list(weight)} instead"
        )
    if weight[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
            f"but got weight of size [{list(weight)}] instead"
        )


def check_bias(weight, bias, channels, transposed):
    """A bias has one number for each output channel."""
    if bias is not None and bias != (channels,):
        raise RuntimeError(
            f"Given {'transposed=1, ' if transposed else ''}weight of size {list(weight)}, "
            f"expected bias to be 1-dimensional with {channels} elements, but got bias of size "
            f"{list(bias)} instead"
        )


def room(x, weight, stride, padding, dilation):
    """How many places a kernel has on the padded input; one at least in each dim."""
    lengths = [n + 2 * p for n, p in zip(x[2:], padding, strict=True)]
    spans = [d * (k - 1) + 1 for k, d in zip(weight[2:], dilation, strict=True)]
    if any(n < span for n, span in zip(lengths, spans, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({by(lengths)}). Kernel size: "
            f"({by(spans)}). Kernel size can't be greater than actual input size"
        )
    return places(x[2:], weight[2:], stride, padding, dilation)


def check_empty(x, weight):
    """No length may be zero, of the input or the kernel."""
    if 0 in x and x[0] and x[1]:
        shape = [*x[:2], *two(x[2:], 1)]
        raise RuntimeError(
            f"Only zero batch or zero channel inputs are supported, but got input shape: {shape}"
        )
    if 0 in weight[2:]:
        raise RuntimeError(f"kernel size should be greater than zero, but got{kernel_size(weight)}")


def kernel_size(weight):
    """A kernel's size as PyTorch's error has it."""
    size = two(weight[2:], 1)
    if len(size) > 2:
        return f": {by(size)} (TxHxW)"
    return " kernel_height: {} kernel_width: {}".format(*size)


def check_output_padding(more, stride, dilation):
    """What is added behind is less than a step."""
    if any(m >= max(s, d) for m, s, d in zip(more, stride, dilation, strict=True)):
        dims = ("depth", "height", "width")[-max(len(more), 2) :]
        named = (("output_padding", two(more, 0)), ("stride", two(stride, 1)))
        each = [
            f"{key}_{dim}: {value}"
            for key, values in (*named, ("dilation", two(dilation, 1)))
            for dim, value in zip(dims, values, strict=True)
        ]
        raise RuntimeError(
            "output padding must be smaller than either stride or dilation, but got "
            + " ".join(each)
        )


def check_dtypes(dtype, weight_dtype, kernel):
    """Input and weight are of one dtype, and one that PyTorch's kernel is for."""
    narrow = dtype.category == dtypes.INT and dtype is not dtypes.int64
    if dtype is dtypes.bool or (narrow and kernel.startswith(LONG_ONLY)):
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtype.scalar_type}'")
    if dtype is weight_dtype:
        return
    blocked = dtype in BLOCKED
    if blocked or dtype.is_complex:
        note = " or input should be a MKLDNN tensor and weight is a dense tensor" * blocked
        raise RuntimeError(
            f"Input type ({tensor_type(dtype)}) and weight type ({tensor_type(weight_dtype)}) "
            f"should be the same{note}"
        )
    raise RuntimeError(
        f"expected scalar type {dtype.scalar_type} but found {weight_dtype.scalar_type}"
    )


def tensor_type(dtype):
    """A dtype by the name of PyTorch's old classes of tensors."""
    name = dtype.scalar_type
    if dtype.is_complex or dtype is dtypes.bfloat16:
        return f"CPU{name}Type"
    return f"torch.{name}Tensor"


def kernel_name(weight, dilation):
    """PyTorch's kernel for a convolution of integers."""
    if any(d != 1 for d in dilation):
        return "slow_conv_dilated<>"
    return "compute_columns3d" if len(weight) == 5 else "slow_conv2d_cpu"


def two(values, fill):
    """At least two values, `fill` in front: PyTorch does one dim in two."""
    return [fill, *values] if len(values) == 1 else [*values]


def by(sizes):
    """Sizes as a product: 2 x 3."""
    return " x ".join([str(n) for n in sizes])
