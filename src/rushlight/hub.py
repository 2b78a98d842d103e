"""Models by their name: `torch.hub`.  What lies on this machine is loaded, nothing is fetched."""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

__all__ = [
    "download_url_to_file",
    "get_dir",
    "help",
    "list",
    "load",
    "load_state_dict_from_url",
    "set_dir",
]

_dir: builtins.list[str] = []
NO_DOWNLOADS = (
    "rushlight downloads nothing. Fetch {what} yourself and {instead}; a state dict is read by "
    "torch.load(path) or from a .safetensors file."
)


def get_dir() -> str:
    """The folder that downloads would be kept in, by TORCH_HOME and XDG_CACHE_HOME."""
    if _dir:
        return _dir[0]
    cache = os.getenv("XDG_CACHE_HOME", "~/.cache")
    home = os.path.expanduser(os.getenv("TORCH_HOME", os.path.join(cache, "torch")))
    return os.path.join(home, "hub")


def set_dir(d: Any) -> None:
    """Set the folder that `get_dir` gives."""
    _dir[:] = [os.path.expanduser(d)]


def download_url_to_file(url: str, dst: str, *args: Any, **kwargs: Any) -> None:
    """Refused.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError(NO_DOWNLOADS.format(what=url, instead=f"put it at {dst}"))


def load_state_dict_from_url(
    url: str,
    model_dir: str | None = None,
    map_location: Any = None,
    progress: bool = True,
    check_hash: bool = False,
    file_name: str | None = None,
    weights_only: bool = False,
) -> Any:
    """The state dict of a file of that name in `model_dir`, by default `get_dir()`/checkpoints.

    Raises:
        RuntimeError: if it is not there: nothing is downloaded.
    """
    from rushlight.serialization import load as load_file

    folder = model_dir or os.path.join(get_dir(), "checkpoints")
    path = os.path.join(folder, file_name or os.path.basename(urlparse(url).path))
    if not os.path.exists(path):
        download_url_to_file(url, path)
    return load_file(path, map_location=map_location, weights_only=weights_only)


def _hubconf(repo: Any, source: str) -> Any:
    if source not in ("github", "local"):
        raise ValueError(f'Unknown source: "{source}". Allowed values: "github" | "local".')
    if source != "local":
        where = "pass its folder with source='local'"
        raise RuntimeError(NO_DOWNLOADS.format(what=f"the repository {repo}", instead=where))
    path = Path(repo, "hubconf.py")
    spec: Any = importlib.util.spec_from_file_location("hubconf", path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(repo))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(repo))
    return module


def _entry(repo: Any, model: str, source: str) -> Any:
    entry = getattr(_hubconf(repo, source), model, None)
    if not callable(entry):
        raise RuntimeError(f"Cannot find callable {model} in hubconf")
    return entry


def load(repo_or_dir: Any, model: str, *args: Any, source: str = "github", **kwargs: Any) -> Any:
    """What the entry `model` of a repository's hubconf.py returns, for a folder on this machine.

    Raises:
        RuntimeError: for a repository elsewhere, or if there is no such entry.
    """
    for option in ("trust_repo", "force_reload", "verbose", "skip_validation"):
        kwargs.pop(option, None)
    return _entry(repo_or_dir, model, source)(*args, **kwargs)


def list(github: Any, *args: Any, source: str = "github", **kwargs: Any) -> builtins.list[str]:
    """The entries of a repository's hubconf.py; as for `load`."""
    module = _hubconf(github, source)
    return [n for n in dir(module) if callable(getattr(module, n)) and not n.startswith("_")]


def help(github: Any, model: str, *args: Any, source: str = "github", **kwargs: Any) -> Any:
    """The docstring of an entry; as for `load`."""
    return _entry(github, model, source).__doc__
