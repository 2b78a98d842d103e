"""Where equal elements come to lie: the algorithms by which PyTorch sorts and selects.

They are those of the C++ library, and for `kthvalue` a quickselect, and compare nothing but the
elements, so that equal ones end up where their steps leave them. A row is a list `p` of places,
the element at place i being `key[i]`; the smaller key comes first.
"""

import numpy as np


def settled(x, indices, dim, tied, largest, choose):
    """`indices` along a dim of an array, anew where `choose(key)` decides: in `tied` lanes."""
    lanes, chosen = np.moveaxis(x, dim, -1), np.moveaxis(indices, dim, -1)
    for lane in map(tuple, np.argwhere(tied)):
        key = np.unique(lanes[lane], return_inverse=True)[1].reshape(-1)
        chosen[lane] = choose((-key if largest else key).tolist())
    return indices


def repeated(values, dim):
    """In which lanes of a sorted array is there an element twice?"""
    lanes = np.moveaxis(values, dim, -1)
    return equal(lanes[..., 1:], lanes[..., :-1]).any(-1)


def equal(a, b):
    return (a == b) | ((a != a) & (b != b))


def sorted_places(key):
    """All places in rising order."""
    p = list(range(len(key)))
    introsort(p, key, len(p))
    return p


def inserted(values):
    """The places of a few numbers, NaN among them, which is no smaller than any, nor larger."""
    p = []
    for i, value in enumerate(values):
        j = i
        if i and value < values[p[0]]:
            j = 0
        while j and value < values[p[j - 1]]:
            j -= 1
        p.insert(j, i)
    return p


def top_places(key, k, in_order):
    """The places of the `k` smallest; `in_order` unless too many of all are wanted for a heap."""
    p = list(range(len(key)))
    if 64 * k <= len(p):
        heap_select(p, key, 0, k, len(p))
        sort_heap(p, key, 0, k)
        return p[:k]
    select(p, key, k - 1)
    if in_order:
        introsort(p, key, k - 1)
    return p[:k]


# -- the C++ library's -----------------------------------------------------------------------


def introsort(p, key, end):
    """Sort the first places: quicksort down to 16, then by insertion, which is stable."""
    parts = [(0, end, 2 * (end.bit_length() - 1))]
    while parts:
        first, last, depth = parts.pop()
        while last - first > 16:
            if not depth:
                heap_select(p, key, first, last, last)
                sort_heap(p, key, first, last)
                break
            depth -= 1
            cut = parted(p, key, first, last)
            parts.append((cut, last, depth))
            last = cut
    p[:end] = sorted(p[:end], key=key.__getitem__)


def select(p, key, nth):
    """Bring what is of rank `nth` there, what is smaller before it."""
    first, last, depth = 0, len(p), 2 * (len(p).bit_length() - 1)
    while last - first > 3:
        if not depth:
            heap_select(p, key, first, nth + 1, last)
            p[first], p[nth] = p[nth], p[first]
            return
        depth -= 1
        cut = parted(p, key, first, last)
        if cut <= nth:
            first = cut
        else:
            last = cut
    p[first:last] = sorted(p[first:last], key=key.__getitem__)


def parted(p, key, first, last):
    """Part a range by the median of three; where its second part begins."""
    a, b, c = first + 1, first + (last - first) // 2, last - 1
    if key[p[a]] < key[p[b]]:
        a, b = b, a
    middle = a if key[p[a]] < key[p[c]] else c if key[p[b]] < key[p[c]] else b
    p[first], p[middle] = p[middle], p[first]
    pivot, i, j = key[p[first]], first + 1, last - 1
    while True:
        while key[p[i]] < pivot:
            i += 1
        while pivot < key[p[j]]:
            j -= 1
        if i >= j:
            return i
        p[i], p[j] = p[j], p[i]
        i, j = i + 1, j - 1


def heap_select(p, key, first, middle, last):
    """Make a heap of a range and take what is smaller after it into it."""
    n = middle - first
    for root in range(n // 2 - 1, -1, -1):
        sift(p, key, first, root, n, p[first + root])
    for i in range(middle, last):
        if key[p[i]] < key[p[first]]:
            value, p[i] = p[i], p[first]
            sift(p, key, first, 0, n, value)


def sort_heap(p, key, first, last):
    for end in range(last - 1, first, -1):
        value, p[end] = p[end], p[first]
        sift(p, key, first, 0, end - first, value)


def sift(p, key, first, root, n, value):
    """Let a hole sink to a leaf of the heap below `root`, then let `value` rise from there."""
    hole = root
    while (child := 2 * hole + 2) <= n:
        if child == n or key[p[first + child]] < key[p[first + child - 1]]:
            child -= 1
        p[first + hole] = p[first + child]
        hole = child
    while hole > root and key[p[first + (hole - 1) // 2]] < key[value]:
        p[first + hole] = p[first + (hole - 1) // 2]
        hole = (hole - 1) // 2
    p[first + hole] = value


# -- PyTorch's own ---------------------------------------------------------------------------


def ranked_place(key, k):
    """The place of the element of rank `k`, by quickselect with the median of three."""
    p = list(range(len(key)))
    left, right = 0, len(p) - 1
    while right > left + 1:
        middle = (left + right) // 2
        p[middle], p[left + 1] = p[left + 1], p[middle]
        for a, b in ((left + 1, right), (left, right), (left + 1, left)):
            if key[p[b]] < key[p[a]]:
                p[a], p[b] = p[b], p[a]
        pivot, i, j = key[p[left]], left + 2, right - 1
        while True:
            while key[p[i]] < pivot:
                i += 1
            while pivot < key[p[j]]:
                j -= 1
            if j < i:
                break
            p[i], p[j] = p[j], p[i]
            i, j = i + 1, j - 1
        p[left], p[j] = p[j], p[left]
        if j <= k:
            left = i
        if j >= k:
            right = j - 1
    if right == left + 1 and key[p[right]] < key[p[left]]:
        p[left], p[right] = p[right], p[left]
    return p[k]
