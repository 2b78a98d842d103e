from types import SimpleNamespace

import numpy as np


def load_digits():
    """Noise around ten patterns, as many and as large as the digits."""
    random = np.random.default_rng(0)
    target = random.integers(0, 10, 1797)
    data = random.uniform(0, 16, (10, 64))[target] + random.normal(0, 2, (1797, 64))
    return SimpleNamespace(data=data, target=target)
