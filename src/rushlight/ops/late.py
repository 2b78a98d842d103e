"""Operations that few programs need: their modules are imported when a name is first asked for.

`torch.conv2d`, `Tensor.conv2d` or `nn.functional.conv2d` are there like all others; what the
module that declares them costs, only a program that uses them pays.
"""

from importlib import import_module

from rushlight.ops import publish

# Per module of this package: the namespaces, and the names that it publishes there.  (Packages
# above this one add modules of their own, called ".tensor.windows" or the like from here.)
DECLARED = {
    "channel_shuffle": {"torch F": "channel_shuffle native_channel_shuffle"},
    "conv_tbc": {"torch F": "conv_tbc"},
    "convolution": {
        "torch": "convolution _convolution _convolution_mode",
        "torch F": "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d",
    },
    "ctc": {"F": "ctc_loss"},
    "embedding_bag": {"F": "embedding_bag"},
    "qr": {"linalg torch Tensor": "qr"},
    "finite_differences": {"torch": "cumulative_trapezoid gradient trapezoid trapz"},
    "histogram": {"torch Tensor": "histogram", "torch": "histogramdd"},
    "incomplete_gamma": {
        "torch Tensor": "igamma igammac",
        "Tensor": "igamma_ igammac_",
        "special": "gammainc gammaincc",
    },
    "quantile": {"torch Tensor": "nanquantile quantile"},
    "ranking": {
        "F": "margin_ranking_loss triplet_margin_loss triplet_margin_with_distance_loss "
        "cosine_embedding_loss"
    },
    "unfold": {"F": "unfold fold"},
    "cholesky": {
        "linalg": "cholesky cholesky_ex",
        "torch Tensor": "cholesky cholesky_solve cholesky_inverse",
    },
    "eigen": {"linalg": "eig eigvals eigh eigvalsh"},
    "householder": {"linalg": "householder_product", "torch Tensor": "geqrf orgqr ormqr"},
    "lu": {
        "linalg": "lu lu_factor lu_factor_ex lu_solve",
        "torch": "lu lu_solve lu_unpack",
        "Tensor": "lu lu_solve",
    },
    "svd": {"linalg": "svd svdvals", "torch Tensor": "svd"},
    "triangular": {"linalg": "solve_triangular", "torch Tensor": "triangular_solve"},
    "spectrogram": {"torch Tensor": "stft istft"},
    "spectrogram": {"torch Tensor": "istft stft"},
    "unravel": {"torch": "unravel_index"},
}

homes: dict[str, dict[str, str]] = {}  # namespace -> name -> module
members = []


def tabulate(declared):
    """Enter in `homes` where each name comes from."""
    for module, published in declared.items():
        for places, names in published.items():
            for place in places.split():
                homes.setdefault(place, {}).update(dict.fromkeys(names.split(), module))


class Late:
    """The late names of a namespace: a mapping to what they stand for, which imports it."""

    def __init__(self, place):
        self.place = place
        self.homes = homes.setdefault(place, {})

    def __contains__(self, name):
        return name in self.homes

    def __iter__(self):
        return iter(self.homes)

    def __getitem__(self, name):
        import_module(f".{self.homes[name]}", __package__)
        publish.publish_operations()
        return publish.namespaces[self.place][name]


class LateMember:
    """Stands in a class for the method or property `name` until that is asked for."""

    def __init__(self, cls, name, late):
        self.cls = cls
        self.name = name
        self.late = late

    def __get__(self, instance, owner):
        setattr(self.cls, self.name, self.late[self.name])
        return getattr(owner if instance is None else instance, self.name)


def install(cls):
    """Give the class of tensors its late methods and properties."""
    late = Late("Tensor")
    for name in late:
        member = LateMember(cls, name, late)
        setattr(cls, name, member)
        members.append(member)


def import_all():
    """Import what is late, for those who want to see all operations: tools and tests."""
    for place in homes:
        for name in (late := Late(place)):
            late[name]
    for member in members:
        getattr(member.cls, member.name)


tabulate(DECLARED)
