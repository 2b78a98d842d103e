"""Write type stubs for what only exists once rushlight has been imported.

    python tools/stubs.py            write the stubs
    python tools/stubs.py --check    write nothing, fail where a stub is not current

Operations are declared and their functions, methods and in-place forms made from that, which an
editor or a type checker cannot see. Here they are imported and asked for their signatures. Where
a signature says nothing of types, the names of parameters do; what takes many kinds is `Any`.
"""

import argparse
import ast
import difflib
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import rushlight
import rushlight.nn.functional
from rushlight.ops.late import import_all
from rushlight.ops.publish import namespaces
from rushlight.ops.return_types import FIELDS
from rushlight.tape.core import TensorBase
from rushlight.tape.declare import table
from rushlight.tape.straight import Operators
from rushlight.tensor import tensor as tensor_module
from rushlight.tensor.tensor import Tensor

import_all()
SOURCE = Path(rushlight.__file__).parent
WIDTH = 100

# -- types that are not written anywhere ---------------------------------------------------------

RESULTS = {
    "Tensor": "get_rng_state pin_memory",
    "_bool": "allclose equal is_complex is_conj is_floating_point is_neg is_nonzero is_same_size "
    "is_set_to is_signed __bool__ __contains__ __nonzero__ is_contiguous",
    "_int": "data_ptr dim element_size __index__ __int__ __len__ __long__ storage_offset",
    "_float": "__float__",
    "_complex": "__complex__",
    "None": "__delitem__ __setitem__",
    "Iterator[Tensor]": "__iter__",
    "tuple[Tensor, ...]": "broadcast_tensors chunk dsplit hsplit meshgrid split split_copy "
    "split_with_sizes split_with_sizes_copy tensor_split unbind unbind_copy unsafe_chunk "
    "unsafe_split unsafe_split_with_sizes vsplit align_tensors",
    "tuple[Tensor, Tensor]": "std_mean var_mean",
    "tuple[Tensor, Tensor, Tensor]": "native_batch_norm native_layer_norm native_group_norm",
    "Any": "atleast_1d atleast_2d atleast_3d item tolist numpy nonzero unique unique_consecutive "
    "__array__ __array_function__ __array_ufunc__ __array_wrap__ __dlpack__ "
    "__dlpack_device__ __reduce_ex__ __setstate__ max_pool1d max_pool2d max_pool3d",
    "_Size": "broadcast_shapes",
} | {f"return_types.{name}": name for name in (
    "aminmax", "cummax", "cummin", "frexp", "kthvalue", "mode", "sort", "topk",
)}  # fmt: skip
RESULT_OF = {name: kind for kind, names in RESULTS.items() for name in names.split()}

PARAMETERS = {
    "Tensor": "input self mat1 mat2 mat vec vec1 vec2 tensor1 tensor2 batch1 batch2 mask",
    "Sequence[Tensor]": "tensors",
    "_Size | Sequence[_int]": "normalized_shape",
    "_bool": "keepdim inplace training",
    "_dtype | _type | None": "dtype",
    "Generator | None": "generator",
}
PARAMETER_OF = {name: kind for kind, names in PARAMETERS.items() for name in names.split()}

# Functions that are called in more than one way: per form, the parameters and the result.
AT_DIM = "dim: _int, keepdim: _bool = False"
FORMS = {
    name: [("input: Tensor", "Tensor"), (f"input: Tensor, {AT_DIM}", f"return_types.{name}")]
    for name in ("max", "min", "median", "nanmedian")
}
for _name in ("max", "min"):
    FORMS[_name].append(("input: Tensor, other: Tensor", "Tensor"))
FORMS["where"] = [
    ("condition: Tensor", "tuple[Tensor, ...]"),
    ("condition: Tensor, input: Any, other: Any", "Tensor"),
]
METHOD_FORMS = {
    "where": [("condition: Tensor, other: Any", "Tensor")],
    "__repr__": [("", "str")],  # mypy forgets the names of a special method's arguments
    "size": [("", "_Size"), ("dim: _int", "_int")],
    "type": [("", "str"), ("dtype: Any, non_blocking: _bool = False", "Tensor")],
    "stride": [("", "tuple[_int, ...]"), ("dim: _int", "_int")],
}

PROPERTIES = {"grad_fn": "Any", "name": "None", "ndim": "_int"}

OPERATORS = [
    *(f"__{name}__" for name in ("add", "sub", "mul", "truediv", "matmul", "pow")),
    *(f"__r{name}__" for name in ("add", "sub", "mul", "truediv", "pow")),
    *(f"__i{name}__" for name in ("add", "sub", "mul", "div", "truediv", "pow", "floordiv", "mod")),
    *(f"__i{name}__" for name in ("and", "or", "xor", "lshift", "rshift")),
]
COMPARED = ("__eq__", "__ne__")  # object's own give a bool
FIELDS_OF_TENSOR = {"shape": "_Size", "dtype": "_dtype"}

KNOWN = {
    **{name: f"_{name}" for name in ("bool", "int", "float", "complex", "type")},
    **{name: f"_{name}" for name in ("Size", "dtype", "device", "layout", "memory_format")},
    **{
        name: name
        for name in (
            "Any", "Callable", "Generator", "Iterable", "Iterator", "None", "Sequence", "Tensor",
            "TypedStorage", "UntypedStorage", "dict", "finfo", "iinfo", "list", "object", "str",
            "tuple",
        )
    },
}  # fmt: skip

HEADER = '''\
"""{doc}

Written by `python tools/stubs.py`; not to be edited.
"""

from builtins import bool as _bool
from builtins import complex as _complex
from builtins import float as _float
from builtins import int as _int
from builtins import type as _type
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, overload

from rushlight import return_types
from rushlight.kernels.dtypes import dtype as _dtype
from rushlight.kernels.metadata import Size as _Size
from rushlight.kernels.metadata import device as _device
from rushlight.kernels.metadata import layout as _layout
from rushlight.kernels.metadata import memory_format as _memory_format
from rushlight.tensor.generator import Generator
from rushlight.tensor.storage import TypedStorage, UntypedStorage
'''


def annotation(text: Any) -> str:
    """A source's annotation in the names of a stub; Any where it says what a stub has no name for.

    >>> annotation("dtypes.dtype | None")
    '_dtype | None'
    >>> annotation("hooks.Handle")
    'Any'
    """
    if not isinstance(text, str):
        return "Any"
    tree = InStub().visit(ast.parse(text, mode="eval"))
    return "Any" if tree.body is None else ast.unparse(tree)


class InStub(ast.NodeTransformer):
    """Renames what an annotation names; None instead of what has no name."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(KNOWN.get(node.id, "Any"))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.Name(KNOWN.get(node.attr, "Any"))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        base = self.visit(node.value)
        if base.id == "Any":
            return base
        return ast.Subscript(base, self.visit(node.slice))


# -- signatures ----------------------------------------------------------------------------------


# The operations by the functions that are their doors.
DOORS = {
    id(door): op
    for op in table.values()
    for door in (getattr(op, kind, None) for kind in ("function", "method", "inplace_method"))
    if door is not None
}


def signature(function: Any) -> inspect.Signature:
    """The parameters of a public function, the first of which is the tensor for a method."""
    found = inspect.signature(function)
    kinds = [p.kind for p in found.parameters.values()]
    op = DOORS.get(id(function))
    if op is not None and inspect.Parameter.VAR_POSITIONAL in kinds[:1]:
        found = of_forward(op)
    writes = op.takes_out if op is not None else getattr(function, "takes_out", False)
    return with_out(found) if writes else found


def of_forward(op: Any) -> inspect.Signature:
    """The signature of an operation that binds its arguments by their order in `forward`."""
    parameters = list(inspect.signature(op.forward).parameters.values())
    parameters[0] = parameters[0].replace(name="input" if op.tensors > 0 else "tensors")
    return inspect.Signature(parameters)


def with_out(found: inspect.Signature) -> inspect.Signature:
    """A signature with the parameter `out`."""
    out = inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None)
    parameters = list(found.parameters.values())
    if "out" in found.parameters:
        return found
    at = len(parameters)
    if parameters and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD:
        at -= 1
    return found.replace(parameters=[*parameters[:at], out, *parameters[at:]])


def parameters(found: inspect.Signature, method: bool) -> list[str]:
    """The parameters of a signature as a stub writes them."""
    texts, seen_star = [], False
    given = [p for p in found.parameters.values() if not dispensable(p, method)]
    for i, p in enumerate(given):
        if p.kind is p.VAR_POSITIONAL:
            seen_star = True
        if p.kind is p.KEYWORD_ONLY and not seen_star:
            seen_star = True
            texts.append("*")
        texts.append("self" if method and not i else parameter(p))
        if p.kind is p.POSITIONAL_ONLY and [q.kind for q in given[i + 1 : i + 2]] != [p.kind]:
            texts.append("/")
    return texts


def dispensable(p: inspect.Parameter, method: bool) -> bool:
    """Is a parameter there for our own sake, or taken by the function only, not the method?"""
    return p.name == "implicit" or p.name.startswith("named_") or (method and p.name == "out")


def parameter(p: inspect.Parameter) -> str:
    """One parameter with its type and default."""
    stars = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
    kind = annotation(p.annotation)
    if kind == "Any" and not stars:
        kind = guess(p)
    text = f"{stars}{p.name}: {kind}"
    return text if p.default is p.empty else f"{text} = {default(p.default)}"


def guess(p: inspect.Parameter) -> str:
    """The type of a parameter from its name and default."""
    if p.name in PARAMETER_OF:
        kind = PARAMETER_OF[p.name]
        return f"{kind} | None" if p.default is None and "None" not in kind else kind
    if isinstance(p.default, (bool, str)):
        return f"_{'bool' if isinstance(p.default, bool) else 'str'}".replace("_str", "str")
    return "Any"


def default(value: Any) -> str:
    """A default as a stub shows it: simple ones as they are."""
    simple = value is None or isinstance(value, (bool, int, str))
    return repr(value) if simple or (isinstance(value, float) and value - value == 0) else "..."


# -- definitions ---------------------------------------------------------------------------------


def definition(name: str, function: Any, method: bool = False) -> Iterator[str]:
    """The lines of a function's stub."""
    forms = (METHOD_FORMS if method else {}).get(name, FORMS.get(name))
    if forms is None:
        found = signature(function)
        kind = result(name, function, found.return_annotation)
        yield from one(name, parameters(found, method), kind)
        return
    for given, kind in forms:
        texts = given.split(", ") if given else []
        if method:
            texts = ["self", *texts[name not in METHOD_FORMS :]]
        if len(forms) > 1:
            yield "@overload"
        yield from one(name, texts, kind)


def one(name: str, texts: list[str], kind: str) -> Iterator[str]:
    """One `def`; docstrings stay in the source, for the sake of the wheel's size."""
    line = f"def {name}({', '.join(texts)}) -> {kind}: ..."
    note = "  # type: ignore[override]" if name in COMPARED else ""
    if len(line) <= WIDTH:
        yield line + note
    else:
        yield f"def {name}({note}"
        yield from (f"    {text}," for text in texts)
        yield f") -> {kind}: ..."


def result(name: str, function: Any, found: Any) -> str:
    """What a function returns: as tabulated or annotated; operations mostly return a tensor."""
    if name in RESULT_OF:
        return RESULT_OF[name]
    by_hand = function.__module__ in (tensor_module.__name__, "rushlight.tensor.generator")
    if by_hand or found not in (inspect.Signature.empty, "Any"):
        return annotation(found)
    return "Tensor"


def attribute(name: str, found: property) -> Iterator[str]:
    """The lines of a property."""
    getter: Any = found.fget
    kind = annotation(inspect.signature(getter).return_annotation)
    if kind == "Any":
        kind = "_bool" if name.startswith("is_") else PROPERTIES.get(name, "Tensor")
    yield "@property"
    yield from one(name, ["self"], kind)
    if found.fset is not None:
        yield f"@{name}.setter"
        yield f"def {name}(self, value: Any) -> None: ..."
    if found.fdel is not None:
        yield f"@{name}.deleter"
        yield f"def {name}(self) -> None: ..."


def members() -> Iterator[str]:
    """The body of the class Tensor."""
    for name in vars(TensorBase):
        if not name.startswith("__"):
            yield f"{name}: {FIELDS_OF_TENSOR.get(name, 'Any')}"
    yield "def __new__(cls, *args: Any, **kwargs: Any) -> Tensor: ..."
    for name in OPERATORS:
        yield f"def {name}(self, other: Any) -> Tensor: ..."
    yield "def __neg__(self) -> Tensor: ..."
    yield "def __getitem__(self, index: Any) -> Tensor: ..."
    yield "def __hash__(self) -> _int: ..."
    given = {"__new__", "__reduce_ex__", *OPERATORS}
    first: dict[int, str] = {}
    own = {name: value for name, value in vars(Operators).items() if not name.startswith("__")}
    for name, value in sorted({**own, **vars(Tensor)}.items()):
        if name in given or (name.startswith("_") and not name.startswith("__")):
            continue
        yield from member(name, value, first)


def member(name: str, value: Any, first: dict[int, str]) -> Iterator[str]:
    """The lines of one attribute of Tensor; `first` knows under what name it came before."""
    if isinstance(value, property):
        yield from attribute(name, value)
    elif isinstance(value, (staticmethod, classmethod)):
        yield f"{name}: Any"
    elif inspect.isroutine(value):
        if id(value) in first:
            yield f"{name} = {first[id(value)]}"
        else:
            first[id(value)] = name
            yield from definition(name, value, method=True)


def functions(place: str) -> Iterator[str]:
    """The functions and constants of a namespace."""
    first: dict[int, str] = {}
    for name, value in sorted(namespaces[place].items()):
        if inspect.isroutine(value):
            if id(value) in first and first[id(value)] != name:
                yield f"{name} = {first[id(value)]}"
            else:
                first[id(value)] = name
                yield from definition(name, value)
        elif inspect.isclass(value):
            yield f"from {home(name, value)} import {name} as {name}"
        else:
            yield f"{name}: {constant(value)}"


def constant(value: Any) -> str:
    """The type of a constant."""
    return KNOWN.get(type(value).__name__, "Any") if value is not None else "None"


def home(name: str, value: Any) -> str:
    """The module of ours that an object is defined in, or first found in."""
    holders = [
        module
        for module_name, module in sorted(sys.modules.items())
        if module_name.startswith("rushlight.") and vars(module).get(name) is value
    ]
    defined = [m for m in holders if getattr(value, "__module__", None) == m.__name__]
    return (defined or [m for m in holders if is_source_of(m, name)] or holders)[0].__name__


def is_source_of(module: ModuleType, name: str) -> bool:
    """Does a module's text define a name, rather than import it?"""
    path = getattr(module, "__file__", None) or ""
    source = Path(path.partition(".cpython")[0]).with_suffix(".py")
    if not source.is_file():
        return False
    defined = ast.parse(source.read_text()).body
    return any(getattr(node, "name", None) == name for node in defined)


# -- files ---------------------------------------------------------------------------------------


def header(module: str) -> str:
    doc = (importlib.import_module(module).__doc__ or "").strip().partition("\n")[0]
    return HEADER.format(doc=doc)


def indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)


def tensor_stub() -> Iterator[str]:
    """`tensor/tensor.pyi`: the class with everything that is put on it."""
    yield header("rushlight.tensor.tensor")
    yield ""
    for name, value in vars(tensor_module).items():
        if isinstance(value, (str, dict)) and name.isupper():
            yield f"{name}: {'str' if isinstance(value, str) else 'dict[str, str]'}"
        elif inspect.isfunction(value) and value.__module__ == tensor_module.__name__:
            yield from definition(name, value)
    yield "class Tensor:"
    yield from indented(members())


def namespace_stub(module: str, place: str) -> Iterator[str]:
    """The stub of a module whose contents are a namespace's functions."""
    yield header(module)
    yield "from rushlight.tensor.tensor import Tensor\n"
    yield from functions(place)


def package_stub() -> Iterator[str]:
    """`__init__.pyi`: the torch namespace."""
    yield header("rushlight")
    yield "from rushlight.tensor.tensor import Tensor as Tensor\n"
    for name in sorted(set(dir(rushlight)) - set(namespaces["torch"]) - {"Tensor"}):
        value = getattr(rushlight, name)
        if inspect.ismodule(value) and value.__name__ == f"rushlight.{name}":
            if name not in INTERNAL:
                yield f"from rushlight import {name} as {name}"
        elif name == "__version__":
            yield f"{name}: str"
        elif callable(value) and not name.startswith("_") and name not in INTERNAL:
            yield f"from {home(name, value)} import {name} as {name}"
    yield ""
    yield from functions("torch")


INTERNAL = {"alias", "kernels", "missing", "ops", "tape", "tensor"}


def results_stub() -> Iterator[str]:
    """`return_types.pyi`: the tuples with named fields."""
    module = importlib.import_module("rushlight.return_types")
    yield f'"""{(module.__doc__ or "").strip()}\n\nWritten by `python tools/stubs.py`; not to be '
    yield 'edited.\n"""\n'
    yield "from rushlight.tensor.tensor import Tensor\n"
    for name, fields in FIELDS.items():
        yield f"class {name}(tuple[{', '.join(['Tensor'] * len(fields))}]):"
        for field in fields:
            yield "    @property"
            yield f"    def {field}(self) -> Tensor: ..."


STUBS: dict[str, Callable[[], Iterator[str]]] = {
    "__init__.pyi": package_stub,
    "return_types.pyi": results_stub,
    "tensor/tensor.pyi": tensor_stub,
    "nn/functional.pyi": lambda: namespace_stub("rushlight.nn.functional", "F"),
    "linalg/__init__.pyi": lambda: namespace_stub("rushlight.linalg", "linalg"),
    "special/__init__.pyi": lambda: namespace_stub("rushlight.special", "special"),
}


def stale() -> dict[Path, str]:
    """The stubs that are not what they would be now, and what they would be."""
    now = {SOURCE / name: "\n".join(make()) + "\n" for name, make in STUBS.items()}
    return {
        path: text for path, text in now.items() if not path.exists() or path.read_text() != text
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    changed = stale()
    for path, text in changed.items():
        if options.check:
            before = path.read_text().splitlines() if path.exists() else []
            print("\n".join(difflib.unified_diff(before, text.splitlines(), str(path), "now")))
        else:
            path.write_text(text)
    return int(bool(changed) and options.check)


if __name__ == "__main__":
    sys.exit(main())
