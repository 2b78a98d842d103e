"""Records of training for TensorBoard: `torch.utils.tensorboard`, through the package tensorboard."""

from __future__ import annotations

import os
import socket
import struct
import time
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from rushlight.tape.core import TensorBase

try:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
except ImportError as error:
    raise ImportError(
        "torch.utils.tensorboard needs the package tensorboard: pip install tensorboard"
    ) from error

__all__ = ["FileWriter", "SummaryWriter"]

NO_GRAPH = (
    "rushlight captures no graphs of programs: SummaryWriter.add_graph has nothing to write. The "
    "graph behind a result can be walked from its grad_fn."
)


def array_of(x: Any) -> np.ndarray:
    """A tensor, array or number as an array."""
    if isinstance(x, TensorBase):
        x = x.detach()
        x = (x.float() if str(x.dtype) == "torch.bfloat16" else x).numpy()
    return np.asarray(x)


def number_of(x: Any) -> float:
    array = array_of(x)
    if array.size != 1:
        raise AssertionError("scalar should be 0D")
    return float(array.reshape(()))


class FileWriter:
    """Writes events to a file in a folder."""

    def __init__(
        self, log_dir: Any, max_queue: int = 10, flush_secs: int = 120, filename_suffix: str = ""
    ) -> None:
        self.event_writer = EventFileWriter(str(log_dir), max_queue, flush_secs, filename_suffix)

    def get_logdir(self) -> str:
        """The folder."""
        return str(self.event_writer.get_logdir())

    def add_summary(self, summary: Any, step: int | None, walltime: float | None) -> None:
        """Write a summary."""
        event = Event(summary=summary, wall_time=time.time() if walltime is None else walltime)
        if step is not None:
            event.step = int(step)
        self.event_writer.add_event(event)

    def flush(self) -> None:
        """Write what waits."""
        self.event_writer.flush()

    def close(self) -> None:
        """Write what waits and close the file."""
        self.event_writer.close()


def histogram_proto(values: np.ndarray, bins: Any, max_bins: int | None) -> Any:
    """A histogram: how many values are below each limit."""
    values = values.reshape(-1).astype(float)
    if values.size == 0:
        raise ValueError("The input has no element.")
    counts, limits = np.histogram(values, bins=bins)
    if max_bins is not None and len(counts) > max_bins:
        step = len(counts) // max_bins
        counts = np.add.reduceat(counts, np.arange(0, len(counts), step))
        limits = np.append(limits[:-1:step], limits[-1])
    used = np.flatnonzero(counts)
    start, end = used[0], used[-1] + 1
    # One empty bucket before the first that is used, or a limit in its place.
    buckets = counts[start - 1 : end] if start else np.concatenate([[0], counts[:end]])
    return HistogramProto(
        min=values.min(),
        max=values.max(),
        num=len(values),
        sum=values.sum(),
        sum_squares=values.dot(values),
        bucket_limit=limits[start : end + 1].tolist(),
        bucket=buckets.tolist(),
    )


def default_bins() -> list[float]:
    """Limits that grow by a tenth each, on both sides of 0."""
    positive = [1e-12 * 1.1**k for k in range(int(np.ceil(np.log(1e32) / np.log(1.1))))]
    return [-v for v in reversed(positive)] + [0.0] + positive


def as_png(image: np.ndarray) -> bytes:
    """An array (height, width, channels) of bytes, of 1, 3 or 4 channels, as a PNG file."""
    height, width, channels = image.shape
    color = {1: 0, 3: 2, 4: 6}[channels]

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    rows = np.zeros((height, 1 + width * channels), np.uint8)  # each row begins with its filter
    rows[:, 1:] = image.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(rows.tobytes()))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def as_bytes(image: np.ndarray, dataformats: str) -> np.ndarray:
    """An image, or several side by side, as (height, width, channels) of bytes."""
    letters = dataformats.upper()
    if image.ndim != len(letters):
        raise AssertionError(
            f"size of input tensor and input format are different. tensor shape: {image.shape}, "
            f"input_format: {dataformats}"
        )
    scale = 1 if image.dtype == np.uint8 else 255
    axes = {letter: i for i, letter in enumerate(letters)}
    present = [axes[c] for c in "NHWC" if c in axes]
    image = image.transpose(present)
    if "C" not in axes:
        image = image[..., None]
    if "N" in axes:
        image = np.concatenate(list(image), axis=1)
    if image.shape[-1] == 1:
        image = np.repeat(image, 3, -1)
    return (image.astype(np.float32) * scale).clip(0, 255).astype(np.uint8)


class SummaryWriter:
    """Writes scalars, histograms, texts and images of a training run for TensorBoard.

    Args:
        log_dir: the folder; None for runs/ and one named by date and machine.
        comment: what is appended to the name of that.
        purge_step: from which step on earlier records are void.
        max_queue: how many events wait before they are written.
        flush_secs: how long they wait.
        filename_suffix: what is appended to the name of the file.
    """

    def __init__(
        self,
        log_dir: Any = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ) -> None:
        if not log_dir:
            name = datetime.now().strftime("%b%d_%H-%M-%S") + f"_{socket.gethostname()}{comment}"
            log_dir = os.path.join("runs", name)
        self.log_dir = log_dir
        self._writing = (max_queue, flush_secs, filename_suffix)
        self.file_writer = FileWriter(log_dir, *self._writing)
        self.all_writers: dict[str, FileWriter] = {self.file_writer.get_logdir(): self.file_writer}
        if purge_step is not None:
            self.file_writer.event_writer.add_event(
                Event(step=purge_step, file_version="brain.Event:2")
            )

    def get_logdir(self) -> Any:
        """The folder."""
        return self.log_dir

    def _add(self, step: Any, walltime: Any, **value: Any) -> None:
        summary = Summary(value=[Summary.Value(**value)])
        self.file_writer.add_summary(summary, step, walltime)

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """Write a number."""
        self._add(global_step, walltime, tag=tag, simple_value=number_of(scalar_value))

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Write several numbers that are shown together, each to a folder of its own."""
        base = self.file_writer.get_logdir()
        for tag, value in tag_scalar_dict.items():
            folder = f"{base}/{main_tag.replace('/', '_')}_{tag}"
            if folder not in self.all_writers:
                self.all_writers[folder] = FileWriter(folder, *self._writing)
            entry = Summary.Value(tag=main_tag, simple_value=number_of(value))
            self.all_writers[folder].add_summary(Summary(value=[entry]), global_step, walltime)

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Any = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """Write how values are distributed."""
        limits = default_bins() if isinstance(bins, str) and bins == "tensorflow" else bins
        histogram = histogram_proto(array_of(values), limits, max_bins)
        self._add(global_step, walltime, tag=tag, histo=histogram)

    def add_text(
        self,
        tag: str,
        text_string: str,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Write a text, in Markdown."""
        plugin = SummaryMetadata.PluginData(plugin_name="text", content=b"")
        tensor = TensorProto(
            dtype="DT_STRING",
            string_val=[text_string.encode("utf8")],
            tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
        )
        metadata = SummaryMetadata(plugin_data=plugin)
        tag = f"{tag}/text_summary"
        self._add(global_step, walltime, tag=tag, metadata=metadata, tensor=tensor)

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """Write an image: bytes, or floating numbers from 0 to 1; `dataformats` names its dims."""
        image = as_bytes(array_of(img_tensor), dataformats)
        height, width, channels = image.shape
        proto = Summary.Image(
            height=height,
            width=width,
            colorspace=channels,
            encoded_image_string=as_png(image),
        )
        self._add(global_step, walltime, tag=tag, image=proto)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Write several images side by side."""
        self.add_image(tag, img_tensor, global_step, walltime, dataformats)

    def add_graph(self, model: Any, *args: Any, **kwargs: Any) -> None:
        """Refused.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(NO_GRAPH)

    def flush(self) -> None:
        """Write what waits."""
        for writer in self.all_writers.values():
            writer.flush()

    def close(self) -> None:
        """Write what waits and close the files."""
        for writer in self.all_writers.values():
            writer.close()

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
