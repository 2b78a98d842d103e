"""Refusals of the tape: PyTorch's sentence first, then where in the user's program.

A node keeps its caller's code object and instruction offset; they become a file and a line only
here, when something has failed.
"""

import linecache
import re

from rushlight.kernels import dtypes
from rushlight.tape.core import state, version_of

SEARCH = (
    "enable anomaly detection to find the operation that failed to compute its gradient, with "
    "torch.autograd.set_detect_anomaly(True, check_nan=False)."
)
SHOWN = (
    "the backtrace further above shows the operation that failed to compute its gradient. The "
    "variable in question was changed in there or anywhere later. Good luck!"
)
FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)


def line_of(code, lasti):
    """The source line at an instruction offset of a code object, or its first line."""
    for start, end, line in code.co_lines():
        if start <= lasti < end and line is not None:
            return line
    return code.co_firstlineno


def place(code, lasti):
    """'file:line, in function: source' of a recorded place, or '' when none was recorded."""
    if code is None:
        return ""
    line = line_of(code, lasti)
    source = linecache.getline(code.co_filename, line).strip()
    where = f"{code.co_filename}:{line}, in {code.co_name}"
    return f"{where}: {source}" if source else where


def made_at(node):
    """A sentence that names the line which recorded `node`."""
    where = place(node.code_, node.lasti_)
    return f"{node.name()} was recorded at {where}" if where else ""


def extend(message, *sentences):
    """PyTorch's message and, each on a line of its own, what we know besides."""
    return "\n".join([message, *(s for s in sentences if s)])


def advised(message, mistake, *about):
    """PyTorch's message and what `advice` has to say about a mistake, which never fails itself."""
    from rushlight.tape import advice

    try:
        return extend(message, *getattr(advice, mistake)(*about))
    except Exception:
        return message


def tensor_type_name(dtype):
    """PyTorch's legacy name of a type of tensors: torch.FloatTensor."""
    special = {
        "float32": "Float",
        "float64": "Double",
        "float16": "Half",
        "int64": "Long",
        "int32": "Int",
        "int16": "Short",
        "int8": "Char",
        "uint8": "Byte",
    }
    name = (dtype if isinstance(dtype, dtypes.dtype) else dtypes.of(dtype)).name
    plain = {"bfloat16": "BFloat16", "complex64": "ComplexFloat", "complex128": "ComplexDouble"}
    return f"torch.{special.get(name) or plain.get(name) or name.capitalize()}Tensor"


def short_name(node):
    """The name by which error texts call a node: Exp for ExpBackward0, Fill3 for FillBackward3."""
    return re.sub(r"Backward(\d*)$", r"\1", node.name()).removesuffix("0")


def raise_modified(node, value, writes, expected, tensor):
    """A saved tensor, whose array or box is `value`, was written to between saving and use.

    `writes` is its Version, or None where no place was noted.
    """
    source, nr = (node, 0) if tensor is None else (tensor.grad_fn, tensor.nr)
    version = version_of(tensor) if writes is None else writes.value
    made = "" if source is None else f", which is output {nr} of {short_name(source)},"
    text = (
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [{tensor_type_name(value.dtype)} {list(value.shape)}]{made} is at version "
        f"{version}; expected version {expected} instead. "
        f"Hint: {SEARCH if state().anomaly is None else SHOWN}"
    )
    raise RuntimeError(advised(text, "modified", node, source, tensor, writes))


def raise_inference():
    """A tensor made in inference mode would have to be saved."""
    raise RuntimeError(
        "Inference tensors cannot be saved for backward. Please do not use Tensors created in "
        "inference mode in computation tracked by autograd. To work around this, you can make a "
        "clone to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
        "`torch.inference_mode()`."
    )


def raise_detached():
    """A saved tensor has lost its history."""
    raise RuntimeError(
        "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_().This is "
        "not supported, please use out-of-place `.detach()` instead"
    )


def raise_moved():
    """What was a leaf when the graph was recorded has been given a history since."""
    raise RuntimeError("leaf variable has been moved into the graph interior")


def raise_freed(node):
    """The saved values of a node are gone."""
    raise RuntimeError(advised(FREED, "freed", node, node.freed_))
