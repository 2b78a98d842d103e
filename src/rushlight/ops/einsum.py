"""torch.einsum: sums of products named by subscripts, composed of permutations and bmm."""

import functools

from rushlight.ops.families import numel
from rushlight.ops.matmul import bmm
from rushlight.ops.publish import public
from rushlight.tape.core import TensorBase

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ELLIPSIS = "..."
NOTHING_TO_DO = (
    "einsum(): must specify the equation string and at least one operand, or at least one operand "
    "and its subscripts list"
)


@public("torch")
def einsum(*args):
    """Sums of products of the operands' elements, in Einstein's notation.

    Args:
        args: an equation and operands, `einsum("ij,jk->ik", a, b)`, or operands with lists of
            subscripts, `einsum(a, [0, 1], b, [1, 2], [0, 2])`. A letter names a dim; `...` stands
            for dims without names. What the output lacks is summed over; without an output, it
            has the letters that occur once, in alphabetical order.

    Raises:
        RuntimeError: the equation is malformed or does not fit the operands.
        ValueError: there are no operands.

    Example:
        >>> import rushlight as torch
        >>> torch.einsum("ij,j->i", torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.ones(2))
        tensor([3., 7.])
    """
    if len(args) < 2:
        raise ValueError(NOTHING_TO_DO)
    equation, operands = (args[0], args[1:]) if isinstance(args[0], str) else spelled(args)
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    for i, x in enumerate(operands):
        if not isinstance(x, TensorBase):
            raise TypeError(
                f"expected Tensor as element {i} in argument 1, but got {type(x).__name__}"
            )
    inputs, kept, order = read(equation, tuple([x.dim() for x in operands]))
    sizes = {}
    ready = [
        aligned(x, labels, order, sizes, i)
        for i, (x, labels) in enumerate(zip(operands, inputs, strict=True))
    ]
    return contracted_all(ready, kept, len(order))


def spelled(args):
    """Operands and lists of subscripts as an equation and operands."""
    pairs = args[: len(args) // 2 * 2]
    words = [spelled_list(labels) for labels in pairs[1::2]]
    equation = ",".join(words)
    if len(args) % 2:
        equation += "->" + spelled_list(args[-1])
    return equation, pairs[::2]


def spelled_list(labels):
    """One list of subscripts as letters."""
    out = ""
    for label in labels:
        if label is Ellipsis:
            out += ELLIPSIS
        elif 0 <= label < len(LETTERS):
            out += LETTERS[label]
        else:
            raise ValueError(
                "einsum(): subscript in subscript list is not within the valid range "
                f"[0, {len(LETTERS)})"
            )
    return out


# -- reading the equation --------------------------------------------------------------------


@functools.lru_cache(256)
def read(equation, ranks):
    """Labels of each operand's dims, how many the output has, and all labels, those first."""
    inputs, output = parsed(equation, ranks)
    return inputs, len(output), dims_of_output(inputs, output)


def parsed(equation, ranks):
    """Labels of each operand's dims, and of the output's; ellipses become numbers.

    The dims under an ellipsis are numbered from the last, which is -1: ellipses align at their
    ends.
    """
    left, arrow, right = equation.partition("->")
    words = left.split(",")
    if len(words) > len(ranks):
        raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
    if len(words) < len(ranks):
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    starts = [sum(len(w) + 1 for w in words[:i]) for i in range(len(words))]
    inputs = [
        labels_of(word, f"operand {i}", start)
        for i, (word, start) in enumerate(zip(words, starts, strict=True))
    ]
    inputs = [
        widened(labels, n, i) for i, (labels, n) in enumerate(zip(inputs, ranks, strict=True))
    ]
    unnamed = sorted({label for labels in inputs for label in labels if isinstance(label, int)})
    if not arrow:
        return inputs, unnamed + once(inputs)
    output = labels_of(right, None, len(left) + 2)
    if ELLIPSIS in output:
        at = output.index(ELLIPSIS)
        output[at : at + 1] = unnamed
    check_output(output, inputs)
    return inputs, output


def labels_of(word, owner, start):
    """The labels in a term of the equation; `start` is its place there."""
    labels = []
    i = 0
    while i < len(word):
        c = word[i]
        if c == ".":
            check_ellipsis(word, i, owner, labels)
            labels.append(ELLIPSIS)
            i += 2
        elif c in LETTERS:
            labels.append(c)
        elif c != " ":
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {start + i} in the "
                "equation string, subscripts must be in [a-zA-Z]"
            )
        i += 1
    return labels


def check_ellipsis(word, i, owner, labels):
    """Refuse dots that are no ellipsis, or a second one."""
    where = owner or "output"
    if ELLIPSIS in labels:
        again = "an ellipsis (...)" if owner is None else "an ellipsis"
        raise RuntimeError(f"einsum(): found '.' for {where} for which {again} was already found")
    if word[i : i + 3] != ELLIPSIS:
        tail = "" if owner else " (...)"
        raise RuntimeError(
            f"einsum(): found '.' for {where} that is not part of any ellipsis" + tail
        )


def widened(labels, rank, i):
    """Labels with an ellipsis replaced by numbers; their count must be the operand's rank."""
    named = len(labels) - (ELLIPSIS in labels)
    if ELLIPSIS not in labels:
        if named != rank:
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({named}) does not match the "
                f"number of dimensions ({rank}) for operand {i} and no ellipsis was given"
            )
        return labels
    if named > rank:
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({named}) is more than the number "
            f"of dimensions ({rank}) for operand {i}"
        )
    at = labels.index(ELLIPSIS)
    return labels[:at] + list(range(named - rank, 0)) + labels[at + 1 :]


def once(inputs):
    """The letters that occur once, as the output has them if none is given."""
    letters = [label for labels in inputs for label in labels if isinstance(label, str)]
    return sorted(letter for letter in set(letters) if letters.count(letter) == 1)


def check_output(output, inputs):
    """The output's letters occur once there and somewhere in the inputs."""
    for label in output:
        if isinstance(label, int):
            continue
        if output.count(label) > 1:
            raise RuntimeError(
                f"einsum(): output subscript {label} appears more than once in the output"
            )
        if not any(label in labels for labels in inputs):
            raise RuntimeError(
                f"einsum(): output subscript {label} does not appear in the "
                "equation for any input operand"
            )


def dims_of_output(inputs, output):
    """All labels: the output's, then those that are summed over."""
    order = list(output)
    everything = {label for labels in inputs for label in labels}
    unnamed = sorted(label for label in everything if isinstance(label, int))
    letters = sorted(label for label in everything if isinstance(label, str))
    return order + [label for label in unnamed + letters if label not in order]


# -- bringing operands into one order --------------------------------------------------------


def aligned(x, labels, order, sizes, i):
    """An operand with its dims in `order`, those that it lacks with length 1."""
    labels = list(labels)
    check_sizes(x, labels, sizes, i)
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            x = x.diagonal(0, first, second).movedim(-1, first)
            del labels[second]
    for label in order:
        if label not in labels:
            x = x.unsqueeze(len(labels))
            labels.append(label)
    return x.permute([labels.index(label) for label in order])


def check_sizes(x, labels, sizes, i):
    """Equal labels stand for equal sizes; between operands, 1 broadcasts."""
    own = {}
    for label, n in zip(labels, x.shape, strict=True):
        if own.setdefault(label, n) != n:
            raise RuntimeError(
                f"einsum(): subscript {label} is repeated for operand {i} but the sizes don't "
                f"match, {n} != {own[label]}"
            )
    for label, n in own.items():
        seen = sizes.setdefault(label, n)
        if 1 in (seen, n):
            sizes[label] = max(seen, n) if 0 not in (seen, n) else 0
        elif seen != n:
            name = label if isinstance(label, str) else ELLIPSIS
            raise RuntimeError(
                f"einsum(): subscript {name} has size {n} for operand {i} which "
                f"does not broadcast with previously seen size {seen}"
            )


# -- contracting -----------------------------------------------------------------------------


def contracted_all(operands, kept, total):
    """Multiply from the left, summing over each dim behind `kept` as soon as nobody needs it."""
    out = operands[0]
    shapes = [tuple(x.shape) for x in operands]
    last = {
        d: max((i for i, shape in enumerate(shapes) if shape[d] != 1), default=0)
        for d in range(kept, total)
    }
    for i, x in enumerate(operands[1:], 1):
        both, in_out, in_x = [], [], []
        for d in range(kept, total):
            if last[d] == i and out.shape[d] != 1:
                both.append(d) if x.shape[d] != 1 else in_out.append(d)
            elif last[d] == i:
                in_x.append(d)
            elif i == 1 and last[d] == 0 and out.shape[d] != 1:
                in_out.append(d)
        out = out.sum(in_out, True) if in_out else out
        x = x.sum(in_x, True) if in_x else x
        out = product_sum(out, x, both) if both else out * x
    if total == kept:
        return out
    if len(operands) > 1:
        return (
            out.reshape(out.shape[:kept])
            if all(n == 1 for n in out.shape[kept:])
            else out.sum(list(range(kept, total)))
        )
    return out.sum(list(range(kept, total)))


def product_sum(a, b, dims):
    """The sum over `dims` of the product, as batches of matrix products; dims stay as 1."""
    n = a.dim()
    mine_sizes, other_sizes = tuple(a.shape), tuple(b.shape)
    rest = [d for d in range(n) if d not in dims]
    both = [d for d in rest if mine_sizes[d] != 1 and other_sizes[d] != 1]
    mine = [d for d in rest if mine_sizes[d] != 1 and d not in both]
    others = [d for d in rest if d not in both and d not in mine]
    if mine and others and mine[0] > others[0]:  # as the result wants its dims
        a, b, mine, others = b, a, others, mine
        mine_sizes, other_sizes = other_sizes, mine_sizes
    batch, rows, inner = [numel([mine_sizes[d] for d in which]) for which in (both, mine, dims)]
    columns = numel([other_sizes[d] for d in others])
    left = a.permute(both + mine + dims + others).reshape(batch, rows, inner)
    right = b.permute(both + dims + others + mine).reshape(batch, inner, columns)
    order = both + mine + others + dims
    shape = (
        [mine_sizes[d] for d in both + mine] + [other_sizes[d] for d in others] + [1] * len(dims)
    )
    out = bmm.bound(left, right).view(shape)
    return out.permute([order.index(d) for d in range(n)])
