"""Apple's GPUs, which there are none of: `torch.mps`."""

from rushlight.alias import refusing

__all__ = ["device_count", "is_available"]


def is_available() -> bool:
    """No."""
    return False


def device_count() -> int:
    """None."""
    return 0


def empty_cache() -> None:
    """Nothing to free."""


__getattr__ = refusing(
    __name__,
    "there is no such device",
    "Event current_allocated_memory driver_allocated_memory get_rng_state manual_seed seed "
    "set_per_process_memory_fraction set_rng_state synchronize",
)
