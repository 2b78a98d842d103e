"""Which rushlight this is; the build reads it from here."""

__version__ = "0.1.0"

# What PyTorch's build for the CPU says of itself.
cuda: str | None = None
hip: str | None = None
rocm: str | None = None
xpu: str | None = None
debug: bool = False
git_version: str = "Unknown"
