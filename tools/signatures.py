"""Write the call signatures that PyTorch's error messages list: the table `ops/signatures.txt`.

python tools/signatures.py     needs PyTorch, whose code generator it asks, and PyYAML

Only functions and methods that rushlight has are kept. One line each: its place, its name, and its
signatures in the order in which PyTorch tries them, separated by semicolons.
"""

import re
import subprocess
from pathlib import Path
from types import FunctionType

import torch
import torchgen
from torchgen.gen import parse_native_yaml
from torchgen.packaged.autograd import gen_python_functions as bindings

import rushlight

TARGET = Path(rushlight.__file__).parent / "ops" / "signatures.txt"
PACKAGED = Path(torchgen.__file__).parent / "packaged"
PLACES = {
    "torch": (bindings.is_py_torch_function, rushlight, ""),
    "Tensor": (bindings.is_py_variable_method, rushlight.Tensor, ""),
    "F": (bindings.is_py_nn_function, rushlight.nn.functional, ""),
    "linalg": (bindings.is_py_linalg_function, rushlight.linalg, "linalg_"),
    "fft": (bindings.is_py_fft_function, rushlight.fft, "fft_"),
    "special": (bindings.is_py_special_function, rushlight.special, "special_"),
}
THEIRS = {
    "torch": torch,
    "Tensor": torch.Tensor,
    "F": torch.nn.functional,
    "linalg": torch.linalg,
    "fft": torch.fft,
    "special": torch.special,
}
# Bound by hand in PyTorch: its generator does not know them, its library has their texts.
BY_HAND = {
    "torch": "arange asarray as_tensor frombuffer from_numpy full linspace logspace nonzero range "
    "randint randint_like sparse_coo_tensor tensor zeros_like",
    "Tensor": "apply_ bool byte char contiguous copy_ cpu data_ptr double element_size float half "
    "index_put_ int item long map_ new_ones new_tensor numpy requires_grad_ short "
    "storage_offset stride to type bfloat16",
}
SHORT = {"SymIntArrayRef": "IntArrayRef", "SymInt": "int64_t"}


def generated(wanted, method):
    """Name to signatures, of the bindings that PyTorch generates."""
    functions = parse_native_yaml(
        PACKAGED / "ATen/native/native_functions.yaml", PACKAGED / "ATen/native/tags.yaml"
    ).native_functions
    functions = list(filter(bindings.should_generate_py_binding, functions))
    pairs = bindings.load_signatures(
        functions, str(PACKAGED / "autograd/deprecated.yaml"), method=method
    )
    table = {}
    for name, overloads in bindings.group_filter_overloads(pairs, wanted).items():
        groups = bindings.group_overloads(overloads, symint=True)
        texts = [str(group.signature.signature_str(symint=True)) for group in groups]
        table[bindings.get_pycname(name).removeprefix("THPVariable_")] = (
            ["(-"] if bindings.is_noarg(overloads) else texts
        )
    return table


def texts_of_the_library():
    """Name to signatures, of all that stand in PyTorch's library, in their order there."""
    library = Path(torchgen.__file__).parent.parent / "torch/lib/libtorch_python.so"
    found = subprocess.run(["strings", "-n", "6", library], capture_output=True, text=True)
    table = {}
    for line in found.stdout.splitlines():
        if match := re.fullmatch(r"(\w+)\((.*)\)(\|deprecated)?", line):
            table.setdefault(match[1], []).append(line)
    return table


def shortened(text):
    """A signature without its name, in fewer kinds of types."""
    text = text.split("(", 1)[1].replace(")|deprecated", "!").removesuffix(")")
    for long, short in SHORT.items():
        text = re.sub(rf"\b{long}\b", short, text)
    return text


def lines():
    library = texts_of_the_library()
    for place, (wanted, module, prefix) in PLACES.items():
        table = generated(wanted, place == "Tensor")
        for name in BY_HAND.get(place, "").split():
            texts = dict.fromkeys(library.get(name, []))
            chosen = [text for text in texts if ("Tensor input" in text) == (place == "torch")]
            table.setdefault(name, chosen or list(texts))
        for name, signatures in sorted(table.items()):
            if name.startswith("__"):  # operators have other errors
                continue
            own, theirs = name.removeprefix(prefix), THEIRS[place]
            builtin = hasattr(theirs, own) and not isinstance(getattr(theirs, own), FunctionType)
            if builtin and hasattr(module, own) and signatures:
                yield f"{place} {name} {';'.join(map(shortened, signatures))}\n"


if __name__ == "__main__":
    TARGET.write_text("".join(lines()))
