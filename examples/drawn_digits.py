"""Handwritten digits from nobody's hand: ten figures of strokes, bent, slanted and drawn at random.

>>> images, labels = drawn_digits(4, seed=0)
>>> images.shape, labels.tolist()
((4, 1, 16, 16), [8, 6, 5, 2])
"""

import numpy as np

SIZE = 16

# Points in a square, y downwards; a pen goes from each to the next.
STROKES = {
    0: [[(50, 12), (28, 30), (25, 60), (42, 88), (62, 86), (76, 60), (72, 28), (50, 12)]],
    1: [[(34, 30), (54, 12), (54, 88)]],
    2: [[(27, 32), (40, 14), (62, 14), (72, 32), (60, 54), (26, 86), (76, 86)]],
    3: [[(28, 18), (52, 12), (70, 26), (48, 46), (72, 64), (56, 86), (26, 82)]],
    4: [[(60, 88), (60, 12), (24, 62), (78, 62)]],
    5: [[(70, 14), (34, 14), (30, 46), (56, 42), (73, 62), (58, 86), (27, 84)]],
    6: [[(66, 14), (40, 32), (27, 64), (42, 88), (64, 86), (72, 66), (56, 50), (32, 58)]],
    7: [[(24, 14), (75, 14), (44, 88)], [(38, 50), (66, 50)]],
    8: [[(50, 47), (30, 30), (50, 12), (69, 29), (50, 47), (27, 68), (50, 88), (73, 68), (50, 47)]],
    9: [[(70, 38), (48, 50), (29, 36), (38, 15), (62, 13), (70, 38), (66, 64), (52, 88)]],
}


def segments(digit):
    """Both ends of every straight piece of a figure, each of shape (pieces, 2), around (0, 0)."""
    pairs = [pair for stroke in STROKES[digit] for pair in zip(stroke, stroke[1:])]
    ends = np.array(pairs, dtype=float) / 50 - 1
    return ends[:, 0], ends[:, 1]


def drawn_digits(count, seed):
    """That many pictures of shape (1, 16, 16), from 0 to 1, in float32, and what they show."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, count)
    axis = (np.arange(SIZE) + 0.5) / SIZE * 2 - 1
    pixels = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    images = np.stack([draw(label, pixels, random) for label in labels])
    return images.reshape(count, 1, SIZE, SIZE).astype(np.float32), labels


def draw(digit, pixels, random):
    """One figure as it comes out of an unsteady hand: how much ink there is at each pixel."""
    turn, slant = random.normal(0, 0.2), random.normal(0, 0.3)
    bent = np.array([[np.cos(turn), -np.sin(turn) + slant], [np.sin(turn), np.cos(turn)]])
    bent = bent * random.uniform(0.6, 1.0, size=(2, 1))
    shift, width = random.normal(0, 0.1, size=2), random.uniform(0.08, 0.16)
    start, end = (ends @ bent.T + shift for ends in segments(digit))
    along = end - start
    reach = ((pixels[:, None] - start) * along).sum(-1) / (along**2).sum(-1)
    nearest = start + np.clip(reach, 0, 1)[..., None] * along
    distance = np.linalg.norm(pixels[:, None] - nearest, axis=-1).min(axis=1)
    return np.clip((width - distance) / 0.12 + 0.5, 0, 1)
