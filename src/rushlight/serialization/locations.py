"""Where storages are put when they are loaded: location tags and what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rushlight.kernels import metadata
from rushlight.tensor.options import refuse_device

NO_DEVICE = (
    "Attempting to deserialize object on a {0} device but torch.{1}.is_available() is False. If you "
    "are running on a CPU-only machine, please use torch.load with "
    "map_location=torch.device('cpu') to map your storages to the CPU."
)
NOT_REGISTERED = (
    "The {0} device module is not registered. If you are running on a CPU-only machine, please use "
    "torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
)
AVAILABLE_NOWHERE = {
    "cuda": NO_DEVICE,
    "xpu": NO_DEVICE,
    "mtia": NO_DEVICE,
    "hpu": NOT_REGISTERED,
    "privateuseone": NOT_REGISTERED,
}

Tagger = Callable[[Any], Any]
Deserializer = Callable[[Any, str], Any]
_registry: list[tuple[int, Tagger, Deserializer]] = []


def register_package(priority: int, tagger: Tagger, deserializer: Deserializer) -> None:
    """Let storages be tagged with a location when they are saved, and moved there when loaded.

    Of all that are registered, the first in the order of `priority` decides whose `tagger(storage)`,
    or whose `deserializer(storage, location)`, does not return None.
    """
    _registry.append((priority, tagger, deserializer))
    _registry.sort(key=lambda entry: entry[0])


def location_tag(storage: Any) -> str:
    """The tag of the place where a storage is: 'cpu'.

    Example:
        >>> import rushlight as torch
        >>> torch.serialization.location_tag(torch.ones(1).untyped_storage())
        'cpu'
    """
    for _, tagger, _ in _registry:
        location = tagger(storage)
        if location:
            return location
    raise RuntimeError(f"don't know how to determine data location of {type_name(storage)}")


def default_restore_location(storage: Any, location: str) -> Any:
    """The storage moved to where its tag says.

    Raises:
        RuntimeError: there is no such place here.
    """
    for _, _, deserializer in _registry:
        moved = deserializer(storage, location)
        if moved is not None:
            return moved
    raise RuntimeError(
        f"don't know how to restore data location of {type_name(storage)} (tagged with {location})"
    )


def type_name(storage: Any) -> str:
    return f"{type(storage).__module__}.{type(storage).__qualname__}"


def validate_cuda_device(location: str) -> int:
    """Refused: there is no CUDA device."""
    return _refuse("cuda")


def validate_hpu_device(location: str) -> int:
    """Refused: there is no HPU device."""
    return _refuse("hpu")


def _refuse(kind: str) -> int:
    raise RuntimeError(AVAILABLE_NOWHERE[kind].format(kind.upper(), kind))


def cpu_tag(storage: Any) -> str | None:
    return "cpu" if storage.device.type == "cpu" else None


def to_cpu(storage: Any, location: str) -> Any:
    return storage if location == "cpu" else None


def to_elsewhere(storage: Any, location: str) -> Any:
    """The errors of a PyTorch built for the CPU alone."""
    kind = re.match("[a-z]*", location)[0]  # type: ignore[index]
    if kind in AVAILABLE_NOWHERE and re.fullmatch(r"[a-z]+(:?\d+)?", location):
        _refuse(kind)
    if kind == "mps":
        raise RuntimeError(f"torch.UntypedStorage(): Storage device not recognized: {kind}")
    if location == "meta":
        refuse_device("meta")


register_package(10, cpu_tag, to_cpu)
register_package(20, lambda storage: None, to_elsewhere)


def restorer(map_location: Any) -> Deserializer:
    """What `map_location` of `torch.load` does with a storage and its tag."""
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, dict):
        return lambda storage, tag: default_restore_location(storage, map_location.get(tag, tag))
    if isinstance(map_location, (str, bytes, metadata.device)):
        name = map_location if isinstance(map_location, bytes) else str(map_location)
        return lambda storage, tag: default_restore_location(storage, name)  # type: ignore[arg-type]

    def restore(storage: Any, tag: str) -> Any:
        moved = map_location(storage, tag)
        return default_restore_location(storage, tag) if moved is None else moved

    return restore
