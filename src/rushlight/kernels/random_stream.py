"""The stream of random words: PyTorch's CPU generator, bit for bit.

PyTorch's CPU generator is the Mersenne Twister MT19937 with the classical one-word seeding, of
which only the low 32 bits of the seed take part.  NumPy ships the same generator, so a stream here
is a `numpy.random.MT19937` plus the three things that PyTorch keeps beside it: the whole 64-bit
seed, a second normal that was computed but not yet handed out, and whether a word was drawn since
seeding (the two libraries write that last one differently).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from . import door
from . import random_words as plain

with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.draws  # noqa: F401  (enters its functions)

words32 = door.native_or(plain.words32)
words64 = door.native_or(plain.words64)
floats = door.native_or(plain.floats)
floats_between = door.native_or(plain.floats_between)
doubles = door.native_or(plain.doubles)

__all__ = ["DEFAULT_SEED", "STATE_BYTES", "Engine", "default_engine"]

DEFAULT_SEED = 67280421310721
"""The seed of an `Engine` made without one, as of `torch.Generator()`."""

_WORDS = 624
_LAST_SEED = 2**64 - 1

# What `torch.get_rng_state()` holds; gaps are fields that PyTorch only keeps for old files.  `left`
# counts the words until the next twist, plus one; `normal` is the second normal of a pair.
_STATE = np.dtype(
    {
        "names": ["seed", "left", "seeded", "next", "words", "normal", "has_normal"]
        + ["float_normal", "has_float_normal"],
        "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", (_WORDS,)), "<f8", "<i4", "<f4", "u1"],
        "offsets": [0, 8, 12, 16, 24, 5024, 5040, 5048, 5052],
        "itemsize": 5056,
    }
)
STATE_BYTES = _STATE.itemsize


class Engine:
    """A stream of random words with a seed and a state that PyTorch understands.

    Every method may be called from several threads; a draw that takes words in more than one step
    holds `lock` (which is re-entrant) around them.

    >>> engine = Engine(0)
    >>> engine.words32(2).tolist()
    [2357136044, 2546248239]
    """

    __slots__ = (
        "__weakref__", "_float_normal", "_fresh", "_seed", "_twister", "lock", "next_normal"
    )  # fmt: skip

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self.lock = threading.RLock()
        self._twister: Any = None
        self.manual_seed(seed)

    @property
    def _bits(self) -> Any:
        """The twister, made under the lock when first asked: `numpy.random` is slow to import."""
        if self._twister is None:
            self._twister = np.random.MT19937(0)
            self._twister._legacy_seeding(self._seed & 0xFFFFFFFF)
        return self._twister

    # seeds

    def manual_seed(self, seed: int) -> Engine:
        """Start the stream of `seed` anew and return self.

        `seed` is any integer in [-2**63, 2**64); a negative one counts down from 2**64.  ValueError
        outside.

        >>> Engine().manual_seed(-1).initial_seed() == 2**64 - 1
        True
        """
        if not -(2**63) <= seed <= _LAST_SEED:
            raise ValueError("Overflow when unpacking long long")
        with self.lock:
            self._seed = seed & _LAST_SEED
            self._twister = None
            self._fresh = True
            self.next_normal: float | None = None
            self._float_normal: float | None = None
        return self

    def seed(self) -> int:
        """Seed with 64 bits from the operating system and return them."""
        seed = int.from_bytes(os.urandom(8), "little")
        self.manual_seed(seed)
        return seed

    def initial_seed(self) -> int:
        """The seed that this stream started from, in [0, 2**64).

        >>> Engine(7).initial_seed()
        7
        """
        return self._seed

    # words

    def words32(self, count: int) -> np.ndarray:
        """The next `count` words, as uint32 in a new array."""
        with self.lock:
            self._fresh = self._fresh and not count
            return words32(self._bits, count)

    def words64(self, count: int) -> np.ndarray:
        """The next `count` pairs of words, the first in the high half, as uint64 in a new array.

        >>> hex(Engine(0).words64(1)[0]) == hex(2357136044 << 32 | 2546248239)
        True
        """
        with self.lock:
            self._fresh = self._fresh and not count
            return words64(self._bits, count)

    def floats(self, count: int) -> np.ndarray:
        """The next `count` uniform float32 in [0, 1): the low 24 bits of one word each."""
        with self.lock:
            self._fresh = self._fresh and not count
            return floats(self._bits, count)

    def floats_between(self, count: int, low: float, high: float) -> np.ndarray:
        """The next `count` uniform float32 from `low` to below `high`."""
        with self.lock:
            self._fresh = self._fresh and not count
            return floats_between(self._bits, count, low, high)

    def doubles(self, count: int) -> np.ndarray:
        """The next `count` uniform float64 in [0, 1): the low 53 bits of two words each."""
        with self.lock:
            self._fresh = self._fresh and not count
            return doubles(self._bits, count)

    @contextmanager
    def doubles_one_by_one(self) -> Iterator[Callable[[], float]]:
        """A function that gives one uniform float64 a call.

        For draws that cannot tell how many they need: words are read in blocks, and those
        not asked for go back to the stream at the end.

        >>> engine = Engine(0)
        >>> with engine.doubles_one_by_one() as uniform:
        ...     first = uniform()
        >>> [first, *engine.doubles(1)] == Engine(0).doubles(2).tolist()
        True
        """
        with self.lock:
            before, fresh, used = self._bits.state, self._fresh, 0

            def numbers() -> Iterator[float]:
                nonlocal used
                block = 32
                while True:
                    for number in self.doubles(block).tolist():
                        used += 1
                        yield number
                    block = min(2 * block, 8192)

            try:
                yield numbers().__next__
            finally:
                self._bits.state, self._fresh = before, fresh
                self.words64(used)

    # state

    def get_state(self) -> np.ndarray:
        """The whole state as 5056 bytes (uint8), laid out as by `torch.get_rng_state()`."""
        state = np.zeros(1, _STATE)
        with self.lock:
            twister = self._bits.state["state"]
            position = 0 if self._fresh else twister["pos"]
            state["seed"], state["seeded"], state["next"] = self._seed, 1, position
            state["left"] = 1 if self._fresh else _WORDS + 1 - position
            state["words"] = twister["key"]
            for name, value in (("normal", self.next_normal), ("float_normal", self._float_normal)):
                if value is not None:
                    state[name], state["has_" + name] = value, 1
        return state.view(np.uint8)

    def set_state(self, state: np.ndarray) -> None:
        """Continue from `state`, which `get_state` or `torch.get_rng_state().numpy()` gave.

        TypeError if it is not an array of uint8; RuntimeError if it has another size or is no valid
        state.

        >>> engine = Engine(3)
        >>> saved, number = engine.get_state(), engine.words32(1)
        >>> engine.set_state(saved)
        >>> bool(engine.words32(1) == number)
        True
        """
        if getattr(state, "dtype", None) != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if state.size != STATE_BYTES:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {STATE_BYTES} but found the input RNG "
                f"state size to be {state.size}"
            )
        fields = np.frombuffer(state.tobytes(), _STATE)[0]
        left = int(fields["left"])
        if not (fields["seeded"] and 0 < left <= _WORDS and fields["next"] <= _WORDS):
            raise RuntimeError("Invalid mt19937 state")
        twister = {"key": fields["words"].astype(np.uint32), "pos": _WORDS + 1 - left}
        with self.lock:
            self._bits.state = {"bit_generator": "MT19937", "state": twister}
            self._seed = int(fields["seed"])
            self._fresh = left == 1 and fields["next"] == 0
            self.next_normal = float(fields["normal"]) if fields["has_normal"] else None
            has_float = fields["has_float_normal"]
            self._float_normal = float(fields["float_normal"]) if has_float else None

    def clone(self) -> Engine:
        """Another engine in the same state; what one draws does not move the other.

        >>> engine = Engine(3)
        >>> bool(engine.clone().words32(1) == engine.words32(1))
        True
        """
        other = Engine()
        other.set_state(self.get_state())
        return other

    @contextmanager
    def fork(self) -> Iterator[Engine]:
        """Draw freely inside the `with`; on leaving it the stream is where it was before.

        >>> engine = Engine(3)
        >>> with engine.fork():
        ...     inside = engine.words32(5)
        >>> bool((engine.words32(5) == inside).all())
        True
        """
        saved = self.get_state()
        try:
            yield self
        finally:
            self.set_state(saved)

    def __getstate__(self) -> np.ndarray:
        return self.get_state()

    def __setstate__(self, state: np.ndarray) -> None:
        Engine.__init__(self)
        self.set_state(state)


default_engine = Engine(int.from_bytes(os.urandom(8), "little"))
"""The process's own stream, which `torch.manual_seed` seeds; before that the system did."""
