"""Saving to files and loading from them: `torch.serialization`.

`torch.save` and `torch.load` stand in `saving.py` and `loading.py`.  Below them: `checkpoints.py`
(with the zip file) and `legacy.py`, the two formats; `pickling.py` and `unpickling.py`, what
goes into the pickle and how it is read without trust; `rebuild.py`, tensors from what a file says;
`names.py`, what PyTorch's files call our classes.
"""

from rushlight.alias import missing
from rushlight.serialization.legacy import MAGIC_NUMBER, PROTOCOL_VERSION
from rushlight.serialization.loading import get_unsafe_globals_in_checkpoint, load
from rushlight.serialization.locations import (
    default_restore_location,
    location_tag,
    register_package,
    validate_cuda_device,
    validate_hpu_device,
)
from rushlight.serialization.rebuild import StorageType
from rushlight.serialization.safe_globals import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
    safe_globals,
)
from rushlight.serialization.saving import PROTOCOL as DEFAULT_PROTOCOL
from rushlight.serialization.saving import save
from rushlight.serialization.settings import (
    LoadEndianness,
    SourceChangeWarning,
    check_module_version_greater_or_equal,
    get_crc32_options,
    get_default_load_endianness,
    get_default_mmap_options,
    mkdtemp,
    normalize_storage_type,
    set_crc32_options,
    set_default_load_endianness,
    set_default_mmap_options,
    skip_data,
    storage_to_tensor_type,
)

__all__ = [
    "SourceChangeWarning",
    "mkdtemp",
    "register_package",
    "check_module_version_greater_or_equal",
    "validate_cuda_device",
    "validate_hpu_device",
    "location_tag",
    "default_restore_location",
    "normalize_storage_type",
    "storage_to_tensor_type",
    "save",
    "load",
    "StorageType",
    "LoadEndianness",
    "get_crc32_options",
    "set_crc32_options",
    "get_default_load_endianness",
    "set_default_load_endianness",
    "get_default_mmap_options",
    "set_default_mmap_options",
    "clear_safe_globals",
    "get_safe_globals",
    "add_safe_globals",
    "safe_globals",
    "get_unsafe_globals_in_checkpoint",
    "skip_data",
]

__getattr__ = missing(__name__, ("safetensors",))
