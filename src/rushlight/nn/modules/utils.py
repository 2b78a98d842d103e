"""Arguments that are one number or one per dim: `torch.nn.modules.utils`."""

from typing import Any

# Under PyTorch's names, which layers of other libraries import.
from rushlight.nn.modules.sizes import ntuple as _ntuple  # noqa: F401
from rushlight.nn.modules.sizes import pair as _pair  # noqa: F401
from rushlight.nn.modules.sizes import quadruple as _quadruple  # noqa: F401
from rushlight.nn.modules.sizes import reversed_repeated as _reverse_repeat_tuple  # noqa: F401
from rushlight.nn.modules.sizes import single as _single  # noqa: F401
from rushlight.nn.modules.sizes import triple as _triple  # noqa: F401

__all__ = ["consume_prefix_in_state_dict_if_present"]


def consume_prefix_in_state_dict_if_present(state_dict: dict[str, Any], prefix: str) -> None:
    """Take a prefix off the keys of a state dict and of its metadata, in place.

    Example:
        >>> state = {"module.weight": 1}
        >>> consume_prefix_in_state_dict_if_present(state, "module.")
        >>> state
        {'weight': 1}
    """
    for key in list(state_dict):
        if key.startswith(prefix):
            state_dict[key[len(prefix) :]] = state_dict.pop(key)
    metadata = getattr(state_dict, "_metadata", {})
    for key in list(metadata):
        if key and key.replace(".", "") == prefix.replace(".", ""):
            metadata[""] = metadata.pop(key)
        elif key.startswith(prefix):
            metadata[key[len(prefix) :]] = metadata.pop(key)
