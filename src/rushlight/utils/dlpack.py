"""torch.utils.dlpack: tensors exchanged with other libraries without copying."""

from rushlight.tensor.copying import DLDeviceType, from_dlpack, to_dlpack

__all__ = ["DLDeviceType", "from_dlpack", "to_dlpack"]
