"""Operations that few programs need: their modules are imported when a name is first asked for.

`torch.conv2d`, `Tensor.conv2d` or `nn.functional.conv2d` are there like all others; what the
module that declares them costs, only a program that uses them pays.
"""

from importlib import import_module

from rushlight.ops import inplace_functions, publish

# Per module of this package: the namespaces, and the names that it publishes there.  (Packages
# above this one add modules of their own, called ".tensor.windows" or the like from here.)
DECLARED = {
    "activation": {
        "F": "elu elu_ gelu logsigmoid mish silu softplus softsign tanhshrink",
        "torch F": "celu celu_ selu selu_",
    },
    "addmm": {
        "Tensor": "addbmm_ addmm_ addmv_ addr_ baddbmm_",
        "torch Tensor": "addbmm addmm addmv addr baddbmm",
    },
    "attention": {
        "F": "scaled_dot_product_attention",
    },
    "average_pooling": {
        "F": (
            "adaptive_avg_pool2d adaptive_avg_pool3d avg_pool2d avg_pool3d lp_pool1d lp_pool2d "
            "lp_pool3d"
        ),
        "torch F": "adaptive_avg_pool1d avg_pool1d",
    },
    "cholesky": {
        "linalg": "cholesky_ex ldl_factor ldl_factor_ex ldl_solve",
        "linalg torch Tensor": "cholesky",
        "torch Tensor": "cholesky_inverse cholesky_solve",
    },
    "classification": {
        "F": (
            "cross_entropy multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss "
            "nll_loss"
        ),
    },
    "contraction": {
        "linalg": "multi_dot vecdot",
        "linalg torch": "vander",
        "linalg torch Tensor": "cross matrix_power",
        "torch": "chain_matmul tensordot",
        "torch Tensor": "ger inner kron outer",
    },
    "convolution": {
        "torch": "_convolution _convolution_mode convolution",
        "torch F": (
            "conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d"
        ),
    },
    "ctc": {
        "F": "ctc_loss",
    },
    "cumulative": {
        "Tensor": "cumprod_ cumsum_",
        "torch Tensor": "cummax cummin cumprod cumsum diff logcumsumexp",
    },
    "determinant": {
        "linalg torch Tensor": "det matrix_exp matrix_power slogdet",
        "torch Tensor": "logdet",
    },
    "distance": {
        "torch": "cdist",
        "torch F": "cosine_similarity pairwise_distance pdist",
        "torch Tensor": "dist",
    },
    "dropout": {
        "F": "dropout1d dropout2d dropout3d gumbel_softmax",
        "torch": "alpha_dropout_ dropout_ feature_alpha_dropout_ feature_dropout feature_dropout_",
        "torch F": "alpha_dropout dropout feature_alpha_dropout",
    },
    "eigen": {
        "linalg": "eig eigh eigvals eigvalsh",
    },
    "einsum": {
        "torch": "einsum",
    },
    "embedding": {
        "F": "embedding_bag one_hot",
        "torch F": "embedding",
    },
    "finite_differences": {
        "torch": "cumulative_trapezoid gradient trapezoid trapz",
    },
    "floating": {
        "Tensor": "nextafter_",
        "torch Tensor": "frexp gcd gcd_ lcm lcm_ ldexp ldexp_ nextafter",
    },
    "fractional_pooling": {
        "F": (
            "fractional_max_pool2d fractional_max_pool2d_with_indices fractional_max_pool3d "
            "fractional_max_pool3d_with_indices"
        ),
    },
    "grid_sample": {
        "F": "affine_grid grid_sample",
        "torch": "affine_grid_generator grid_sampler grid_sampler_2d grid_sampler_3d",
    },
    "interpolate": {
        "F": "interpolate upsample upsample_bilinear upsample_nearest",
    },
    "linear": {
        "F": "linear",
        "torch F": "bilinear",
    },
    "linear_cross_entropy": {
        "F": "linear_cross_entropy",
    },
    "loss": {
        "F": (
            "binary_cross_entropy binary_cross_entropy_with_logits gaussian_nll_loss "
            "hinge_embedding_loss huber_loss kl_div l1_loss mse_loss poisson_nll_loss "
            "smooth_l1_loss soft_margin_loss"
        ),
    },
    "lu": {
        "linalg": "lu_factor lu_factor_ex",
        "linalg torch Tensor": "lu lu_solve",
        "torch": "lu_unpack",
    },
    "matrix_norms": {
        "linalg": "cond matrix_norm norm",
    },
    "max_pooling": {
        "F": (
            "adaptive_max_pool1d_with_indices adaptive_max_pool2d "
            "adaptive_max_pool2d_with_indices adaptive_max_pool3d "
            "adaptive_max_pool3d_with_indices max_pool2d_with_indices max_pool3d_with_indices "
            "max_unpool1d max_unpool2d max_unpool3d"
        ),
        "torch F": "adaptive_max_pool1d max_pool1d max_pool1d_with_indices max_pool2d max_pool3d",
    },
    "multihead": {
        "F": "multi_head_attention_forward",
    },
    "normalize": {
        "F": "local_response_norm normalize",
        "Tensor": "renorm_",
        "torch": "native_batch_norm native_layer_norm",
        "torch F": "batch_norm group_norm instance_norm layer_norm rms_norm",
        "torch Tensor": "renorm",
    },
    "numbered_losses": {
        "torch": (
            "binary_cross_entropy_with_logits cosine_embedding_loss ctc_loss "
            "hinge_embedding_loss kl_div margin_ranking_loss poisson_nll_loss "
            "triplet_margin_loss"
        ),
    },
    "pad": {
        "F": "pad",
        "torch": "constant_pad_nd",
    },
    "pseudo_inverse": {
        "linalg": "lstsq matrix_rank pinv",
        "torch Tensor": "pinverse",
    },
    "qr": {
        "linalg": "householder_product",
        "linalg torch Tensor": "qr",
        "torch Tensor": "geqrf orgqr ormqr",
    },
    "ranking": {
        "F": (
            "cosine_embedding_loss margin_ranking_loss triplet_margin_loss "
            "triplet_margin_with_distance_loss"
        ),
    },
    "rectifiers": {
        "F": "hardsigmoid hardswish hardtanh hardtanh_ leaky_relu leaky_relu_ relu6 softshrink",
        "torch F": "rrelu rrelu_ threshold threshold_",
        "torch Tensor F": "hardshrink prelu relu relu_",
    },
    "relayout": {
        "Tensor": "squeeze_ swapaxes_ swapdims_ t_ transpose_ unsqueeze_",
        "torch Tensor": "as_strided_",
    },
    "scatter_reduce": {
        "Tensor": "index_reduce_ scatter_reduce_",
        "torch Tensor": "index_reduce scatter_reduce",
    },
    "shuffles": {
        "torch F": "channel_shuffle native_channel_shuffle pixel_shuffle pixel_unshuffle",
    },
    "softmax": {
        "F": "glu softmin",
        "special torch Tensor F": "log_softmax softmax",
    },
    "solve": {
        "linalg": "inv inv_ex solve solve_ex solve_triangular tensorinv tensorsolve",
        "torch Tensor": "inverse triangular_solve",
    },
    "sorting": {
        "torch": "bucketize isin searchsorted",
        "torch Tensor": "argsort bincount histc msort sort topk unique unique_consecutive",
    },
    "special": {
        "Tensor": "digamma_ erfinv_ igamma_ igammac_ lgamma_ mvlgamma_ polygamma_",
        "special": (
            "entr erfcx expit gammainc gammaincc gammaln i0e i1 i1e log_ndtr multigammaln ndtr "
            "ndtri psi round zeta"
        ),
        "special torch Tensor": "digamma erf erfc erfinv i0 polygamma",
        "torch Tensor": "erf_ erfc_ i0_ igamma igammac lgamma mvlgamma",
    },
    "spectrogram": {
        "torch Tensor": "istft stft",
    },
    "statistics": {
        "torch": "histogramdd",
        "torch Tensor": "corrcoef cov histogram nanquantile quantile",
    },
    "svd": {
        "linalg": "svdvals",
        "linalg torch Tensor": "svd",
        "torch": "pca_lowrank svd_lowrank",
    },
    "trigonometric": {
        "Tensor": "arctan2_ atan2_ hypot_",
        "special torch Tensor": "sinc",
        "torch Tensor": (
            "acos acos_ acosh acosh_ arccos arccos_ arccosh arccosh_ arcsin arcsin_ arcsinh "
            "arcsinh_ arctan arctan2 arctan_ arctanh arctanh_ asin asin_ asinh asinh_ atan "
            "atan2 atan_ atanh atanh_ cos cos_ cosh cosh_ deg2rad deg2rad_ hypot rad2deg "
            "rad2deg_ sin sin_ sinc_ sinh sinh_ tan tan_ tanh_"
        ),
        "torch Tensor F": "tanh",
    },
    "unfold": {
        "F": "fold unfold",
    },
    "unravel": {
        "torch": "unravel_index",
    },
    "variance": {
        "torch": "std_mean var_mean",
        "torch Tensor": "std var",
    },
    "vector_norm": {
        "linalg": "vector_norm",
        "torch Tensor": "norm",
    },
    "view_copies": {
        "torch": (
            "alias_copy as_strided_copy expand_copy permute_copy select_copy slice_copy "
            "split_copy split_with_sizes_copy squeeze_copy t_copy transpose_copy unbind_copy "
            "unfold_copy unsqueeze_copy view_copy"
        ),
    },
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
        inplace_functions.publish_inplace_functions()
        return dict.__getitem__(publish.namespaces[self.place], name)


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
