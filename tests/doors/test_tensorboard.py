"""What is written for TensorBoard is read by it, and is what PyTorch writes."""

import zlib

import numpy as np
import pytest

import rushlight

pytest.importorskip("tensorboard")
from tensorboard.backend.event_processing import event_accumulator

torch = pytest.importorskip("torch")


def written(module, folder):
    from importlib import import_module

    writer_of = import_module(f"{module.__name__}.utils.tensorboard").SummaryWriter
    with writer_of(str(folder)) as writer:
        for step in range(3):
            writer.add_scalar("loss", module.tensor(step * 0.5), step)
            writer.add_scalar("number", 2 * step, step, walltime=7.0)
        writer.add_histogram("h", module.linspace(-1, 2, 50), 1)
        writer.add_histogram("few", np.array([0.0, 0.0, 5.0]), 1, bins=4)
        writer.add_histogram("zeros", np.zeros(3), 1)
        writer.add_text("note", "some *text*", 2)
        writer.add_scalars("both", {"a": 1.0, "b": 2.0}, 4)
        writer.add_image("bytes", np.arange(48, dtype=np.uint8).reshape(3, 4, 4), 0)
        writer.add_image("gray", module.linspace(0, 1, 12).reshape(1, 3, 4), 0)
        writer.add_images("many", module.linspace(0, 1, 96).reshape(2, 3, 4, 4), 0)
        writer.flush()
    found = event_accumulator.EventAccumulator(str(folder), size_guidance={"images": 0})
    return found.Reload()


def pixels(image):
    """Those of a PNG file of one data chunk whose rows are not filtered."""
    data = image.encoded_image_string
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    start = data.index(b"IDAT")
    length = int.from_bytes(data[start - 4 : start], "big")
    raw = zlib.decompress(data[start + 4 : start + 4 + length])
    rows = np.frombuffer(raw, np.uint8).reshape(image.height, -1)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(image.height, image.width, 3)


def test_records(tmp_path):
    ours, theirs = (written(m, tmp_path / m.__name__) for m in (rushlight, torch))
    for tag in ("loss", "number"):
        assert [(e.step, e.value) for e in ours.Scalars(tag)] == [
            (e.step, e.value) for e in theirs.Scalars(tag)
        ]
    assert ours.Scalars("number")[0].wall_time == 7.0
    for tag in ("h", "few", "zeros"):
        a, b = (found.Histograms(tag)[0].histogram_value for found in (ours, theirs))
        assert (a.min, a.max, a.num) == (b.min, b.max, b.num)
        assert list(a.bucket) == list(b.bucket)
        np.testing.assert_allclose(a.bucket_limit, b.bucket_limit)
        np.testing.assert_allclose([a.sum, a.sum_squares], [b.sum, b.sum_squares], rtol=1e-5)
    a, b = (found.Tensors("note/text_summary")[0] for found in (ours, theirs))
    assert a.tensor_proto == b.tensor_proto
    for name in ("both_a", "both_b"):
        assert (tmp_path / "rushlight" / name).is_dir()
    for tag in ("bytes", "gray"):
        a, b = (found.Images(tag)[0] for found in (ours, theirs))
        assert (a.width, a.height) == (b.width, b.height)


def test_images_are_pngs_of_the_pixels(tmp_path):
    found = written(rushlight, tmp_path)
    expected = np.arange(48, dtype=np.uint8).reshape(3, 4, 4).transpose(1, 2, 0)
    assert (pixels(found.Images("bytes")[0]) == expected).all()


def test_what_cannot_be_written(tmp_path):
    from rushlight.utils.tensorboard import SummaryWriter

    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(NotImplementedError, match="captures no graphs"):
            writer.add_graph(rushlight.nn.Linear(1, 1))
        with pytest.raises(AssertionError, match="scalar should be 0D"):
            writer.add_scalar("a", rushlight.ones(2))
        with pytest.raises(ValueError, match="The input has no element"):
            writer.add_histogram("a", rushlight.ones(0))
        with pytest.raises(AssertionError, match="size of input tensor and input format are diff"):
            writer.add_image("a", rushlight.ones(2, 2))
