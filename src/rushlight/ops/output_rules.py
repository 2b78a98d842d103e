"""What `out=` refuses, operation by operation: outputs of another dtype, outputs over an input.

Most operations cast their result to any dtype that can hold its kind of numbers. Others want the
result's own dtype, and each says so in its own words. Imported when an output is not plainly right.
"""

from rushlight.kernels.numbers import word
from rushlight.tape import inplace

# Per text, the operations that want their own dtype. {own} and {given} are the dtypes as tensors
# name them, {own_word} and {given_word} as C++ spells them; {label} is the output among several.
EXACT = {
    "Expected out tensor to have dtype {own_word}, but got {given_word} instead": (
        "addmm addmv baddbmm bmm cross lu_unpack lu_solve max/2 min/2 softmax aminmax avg_pool2d "
        "avg_pool3d linear topk mm qr slice_scatter triangular_solve svd gather index_copy "
        "index_add index_reduce sort scatter scatter_add msort renorm take_along_dim tril triu "
        "log_softmax norm argmax argmin scatter_reduce linalg.cross linalg.det linalg.cholesky matmul "
        "linalg.cholesky_ex linalg.eigh linalg.eigvalsh linalg.qr linalg.slogdet isin "
        "linalg.vector_norm linalg.lu_factor linalg.lu_factor_ex linalg.lu linalg.lu_solve "
        "linalg.inv linalg.inv_ex linalg.solve linalg.solve_ex linalg.svd linalg.svdvals det inverse"
    ),
    "Found dtype {given} but expected {own}": (
        "bitwise_not ceil conj_physical frac floor softshrink hardshrink gelu neg round sign sgn "
        "trunc softplus"
    ),
    "expected scalar_type {own} but found {given}": "cummax cummin logcumsumexp",
    "expected scalar type {own} but found {given}": "logsigmoid linalg.solve_triangular",
    "result dtype {given} does not match input dtype {own}": "dot vdot",
    "Expected object of scalar type {own} but got scalar type {given} for argument 'out'": (
        "complex polar"
    ),
    "quantile() out tensor must be same dtype as the input tensor": "quantile nanquantile",
    "torch.histogram: input tensor and {label}": "histogram histc",
    "{name} expected out tensor dtype {own} but got: {given}": "linalg.norm linalg.matrix_norm",
    "Expected the dtype for input and out to match, but got {own} for input's dtype and {given} "
    "for out's dtype.": "amax amin",
    "self and mat2 must have the same dtype, but got {given} and {own}": "addbmm",
    "addmv input tensors must have the same dtype, but got {given}, {own}, and {own}": "mv",
    "torch.frexp() expects {label} but got {given_word}": "frexp",
    "output {label}": "kthvalue",
    "expected scalar type '{own}' but got '{given}' for {label} output": "mode",
    "Expected tensor for '{label}' to have the same type as tensor for argument #2 'self'; but type "
    "torch.{given}Tensor does not equal torch.{own}Tensor (while checking arguments for median)": (
        "median/2 nanmedian/2"
    ),
    "{name}(): self and result must have the same scalar type": "masked_select index_select",
    "heaviside is not yet implemented for tensors with different dtypes.": "heaviside",
    "the output given to float_power has dtype {given} but the operation's result requires dtype "
    "{own}": "float_power",
    "{name} does not support non-boolean outputs.": "signbit isposinf isneginf",
    "nan_to_num: dtype of out: {given} should be same as input: {own}": "nan_to_num",
    "{name} only supports {own_word} tensor for result, got: {given}": "all any",
    "take(): self and out expected to have the same dtype, but got self.dtype = {own} and "
    "out.dtype = {given}": "take",
    "multinomial expects {own} tensor out, got: {given}": "multinomial",
    "tensordot: Expected the output tensor to have dtype {own}, but got an output tensor with "
    "dtype {given}": "tensordot inner",
    "Expected out type to be {own} but got {given}": "where",
    "nonzero: Expected out tensor to have scalar type {own} but got scalar type{given}": "nonzero",
    "linalg.vecdot: Expected out of dtype{own} but found {given}": "linalg.vecdot",
    "multi_dot(): expected out tensor to have dtype {own_word} but got {given_word}": (
        "linalg.multi_dot"
    ),
    "torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or "
    "Long(int64) depending on whether out_int32 flag is True, but we got output tensor's dtype "
    "{given} and out_int32 flag is False": "bucketize searchsorted",
}
# Per text, the operations that cast, and have words of their own for what cannot be cast.
CAST = {
    "torch.{name}: Expected {label} to be safely castable from {own} dtype, but got {label} with "
    "dtype {given}": (
        "linalg.lstsq linalg.matrix_rank linalg.eig linalg.eigvals linalg.householder_product"
    ),
    "{name}: Expected result to be safely castable from {own} dtype, but got result with dtype "
    "{given}": (
        "linalg.pinv linalg.cond cholesky cholesky_inverse cholesky_solve matrix_power tensorinv "
        "tensorsolve"
    ),
    "diag: result type {own} can't be cast to the desired out= type {given}": "diag",
    "ldexp can't be cast to the desired output type {given}": "ldexp",
    "logsumexp(): Expected floating point type for result tensor, but got: {given}": "logsumexp",
    "mean.dtype_out(): input types can't be cast to the desired output type {given}": "mean",
    "torch.cat(): input types can't be cast to the desired output type {given}": (
        "cat column_stack stack hstack vstack dstack"
    ),
}
HISTOGRAM = (
    "{0} tensor should have the same dtype, but got input {{own_word}} and {0} {{given_word}}"
)
LABELS = {
    "linalg.lstsq": ("solution", "solution", "rank", "singular_values"),
    "linalg.eig": ("eigenvalues", "eigenvectors"),
    "linalg.eigvals": ("eigenvalues",),
    "histogram": (HISTOGRAM.format("hist"), HISTOGRAM.format("bin_edges") + " for dimension 0"),
    "histc": (HISTOGRAM.format("hist"),),
    "frexp": ("mantissa to have dtype {own_word}", "exponent to have {own_word} dtype"),
    "kthvalue": ("values must be of same type as input", "indices must be of scalar type {own}"),
    "mode": ("values", "indices"),
    "median/2": ("values", "indices"),
    "nanmedian/2": ("values", "indices"),
}
# The Fourier transforms that go by another's name.
FOURIER = {
    "fft_fft2": "fftn", "fft_ifft2": "fftn", "fft_ifftn": "fftn", "fft_hfft2": "hfftn",
    "fft_ihfft2": "ihfftn", "fft_rfft2": "rfftn", "fft_irfft2": "irfftn",
}  # fmt: skip
# From which argument on none may be the output (others may be it whole, but not in part).
APART = {
    "masked_select": 0, "index_select": 0, "take": 0, "kthvalue": 0, "nonzero": 0, "cross": 0,
    "take_along_dim": 0, "gather": 0, "index_copy": 1, "index_add": 1, "index_reduce": 1,
    "scatter": 1, "scatter_add": 1, "scatter_reduce": 1, "linalg.cross": 0,
}  # fmt: skip
EXACT = {name: text for text, names in EXACT.items() for name in names.split()}
CAST = {name: text for text, names in CAST.items() for name in names.split()}


def check_dtype(key, position, count, own, given):
    """Refuse an output of dtype `given` where the operation's result `own` may not go there."""
    if count == 2 and f"{key}/2" in EXACT:
        key = f"{key}/2"
    name = key
    if key.startswith("fft_"):
        name, text = FOURIER.get(key, key[4:]), fourier_refusal(own, given)
    else:
        text = EXACT.get(key) or (own.category > given.category and CAST.get(key))
    if not text:
        return
    names = {
        "own": own.scalar_type,
        "given": given.scalar_type,
        "own_word": word(own),
        "given_word": word(given),
    }
    label = LABELS.get(key, ("result",) * count)[position].format(**names)
    error = TypeError if key in CAST and "cat()" in text else RuntimeError
    raise error(text.format(name=name, label=label, **names))


def fourier_refusal(own, given):
    """Fourier transforms want the kind of number that they make, of any size."""
    if own.category == given.category:
        return None
    kind = "complex" if own.is_complex else "floating point"
    return f"{{name}} expects a {kind} output tensor, but got {{given}}"


def check_apart(key, shared):
    """Refuse an output that is one of the arguments `shared` (positions), where that does harm."""
    if max(shared) >= APART.get(key, 99):
        raise RuntimeError(inplace.ALIASED)
