"""Gives Tensor the methods that the operations declare."""

from rushlight.kernels import dtypes, metadata
from rushlight.ops import (  # noqa: F401  (importing declares)
    arithmetic,
    axes,
    clamp,
    compare,
    complex,
    copies,
    exponential,
    extremes,
    gather,
    index,
    inplace_functions,
    join,
    late,
    masks,
    matmul,
    overwrite,
    publish,
    rearrange,
    reduce,
    rounding,
    rows,
    shape,
    slices,
    split,
    strided,
)
from rushlight.tape import core, nodes, straight
from rushlight.tape.dispatch import Op
from rushlight.tensor import (  # noqa: F401  (importing publishes)
    convert,
    copying,
    creation,
    from_data,
    indexing,
    legacy,
    names,
    numpy_protocol,
    operators,
    random_fills,
    random_functions,
    sequences,
    storage,
    to_python,
)
from rushlight.tensor.tensor import Tensor

# Each of them also writes its results over the first list.
FOREACH = """
    abs acos add addcdiv addcmul asin atan ceil clamp_max clamp_min cos cosh div erf erfc exp expm1
    floor frac lerp lgamma log log10 log1p log2 maximum minimum mul neg pow reciprocal round rsqrt
    sigmoid sign sin sinh sqrt sub tan tanh trunc
"""
LATE = {
    ".tensor.foreach": {
        "torch": " ".join(
            ["_foreach_clone _foreach_copy_ _foreach_max _foreach_norm _foreach_zero_"]
            + [f"_foreach_{name} _foreach_{name}_" for name in FOREACH.split()]
        )
    },
    ".tensor.rejection_draws": {
        "torch": "_dirichlet_grad _sample_dirichlet _standard_gamma _standard_gamma_grad binomial"
    },
    ".tensor.switches": {
        "torch": (
            "are_deterministic_algorithms_enabled get_deterministic_debug_mode "
            "get_float32_matmul_precision get_num_interop_threads "
            "is_deterministic_algorithms_warn_only_enabled set_deterministic_debug_mode "
            "set_float32_matmul_precision set_flush_denormal set_num_interop_threads typename "
            "use_deterministic_algorithms"
        )
    },
    ".tensor.windows": {
        "torch": "bartlett_window blackman_window hamming_window hann_window kaiser_window"
    },
}


def attach() -> None:
    """Publish the operations; put their methods on Tensor and name the operators."""
    publish.publish_operations()
    inplace_functions.publish_inplace_functions()
    for name, method in publish.namespaces["Tensor"].items():
        setattr(Tensor, name, method)
    for name, operator in operators.table().items():
        setattr(Tensor, name, operator)
    late.tabulate(LATE)
    late.install(Tensor)
    core.set_tensor_class(Tensor)
    core.set_descriptions(metadata.Size, dtypes.by_numpy)
    a = arithmetic
    straight.install_operators(
        a.add,
        a.sub,
        a.rsub,
        a.mul,
        a.div,
        a.ReflectedDivision(),
        exponential.pow,
        exponential.pow_scalar,
        a.neg,
    )
    straight.install_products(matmul.mm, matmul.mv, matmul.dot)
    straight.install_indexing(
        slices.select, slices.slice_, shape.unsqueeze, copies.alias, indexing.getitem
    )
    nodes.name_saved(saved_attributes)


def saved_attributes(op: Op) -> dict[str, property]:
    """What the nodes of an operation show of what they saved."""
    from rushlight.ops.saved_names import properties

    return properties(op)


attach()
