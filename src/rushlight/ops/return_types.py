"""torch.return_types: the tuples with named fields that some operations return."""

from operator import itemgetter

FIELDS = {
    "_lu_with_info": ("LU", "pivots", "info"),
    "aminmax": ("min", "max"),
    "cummax": ("values", "indices"),
    "cummin": ("values", "indices"),
    "frexp": ("mantissa", "exponent"),
    "geqrf": ("a", "tau"),
    "histogram": ("hist", "bin_edges"),
    "histogramdd": ("hist", "bin_edges"),
    "kthvalue": ("values", "indices"),
    "linalg_cholesky_ex": ("L", "info"),
    "linalg_eig": ("eigenvalues", "eigenvectors"),
    "linalg_eigh": ("eigenvalues", "eigenvectors"),
    "linalg_inv_ex": ("inverse", "info"),
    "linalg_ldl_factor": ("LD", "pivots"),
    "linalg_ldl_factor_ex": ("LD", "pivots", "info"),
    "linalg_lstsq": ("solution", "residuals", "rank", "singular_values"),
    "linalg_lu": ("P", "L", "U"),
    "linalg_lu_factor": ("LU", "pivots"),
    "linalg_lu_factor_ex": ("LU", "pivots", "info"),
    "linalg_qr": ("Q", "R"),
    "linalg_slogdet": ("sign", "logabsdet"),
    "linalg_solve_ex": ("result", "info"),
    "linalg_svd": ("U", "S", "Vh"),
    "lu_unpack": ("P", "L", "U"),
    "max": ("values", "indices"),
    "median": ("values", "indices"),
    "min": ("values", "indices"),
    "mode": ("values", "indices"),
    "nanmedian": ("values", "indices"),
    "qr": ("Q", "R"),
    "slogdet": ("sign", "logabsdet"),
    "sort": ("values", "indices"),
    "svd": ("U", "S", "V"),
    "topk": ("values", "indices"),
    "triangular_solve": ("solution", "cloned_coefficient"),
}


class Result(tuple):
    """A tuple whose items have names; made from a sequence of as many items as there are names."""

    __slots__ = ()
    n_unnamed_fields = 0

    def __new__(cls, sequence, dict=None):  # the dict of unnamed fields is always empty
        try:
            items = tuple(sequence)
        except TypeError:
            raise TypeError("constructor requires a sequence") from None
        if len(items) != cls.n_fields:
            raise TypeError(
                f"{cls.__module__}.{cls.__name__}() takes a {cls.n_fields}-sequence "
                f"({len(items)}-sequence given)"
            )
        return tuple.__new__(cls, items)

    def __repr__(self):
        shown = [f"{name}={item!r}" for name, item in zip(self.__match_args__, self, strict=True)]
        return f"{type(self).__module__}.{type(self).__name__}(\n" + ",\n".join(shown) + ")"

    def __reduce__(self):
        return made, (type(self).__name__, tuple(self))


def made(name, items):
    """The result type called `name`, holding `items` (how such a tuple is unpickled)."""
    return __getattr__(name)(items)


def declare(name, fields):
    """The class of results called `name`."""
    body = {
        "__slots__": (),
        "__module__": "torch.return_types",
        "__match_args__": fields,
        "n_fields": len(fields),
        "n_sequence_fields": len(fields),
    }
    for i, field in enumerate(fields):
        body[field] = property(itemgetter(i))
    return type(name, (Result,), body)


def __getattr__(name):
    """The class of results called `name`, made when first asked for."""
    if name not in FIELDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name not in globals():
        globals()[name] = declare(name, FIELDS[name])
    return globals()[name]


__all__ = [*FIELDS]
