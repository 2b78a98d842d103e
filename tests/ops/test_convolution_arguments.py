"""What convolutions refuse, and in which words: PyTorch's."""

import pytest

import rushlight

torch = pytest.importorskip("torch")

# Calls with `z` a tensor of zeros of a shape (and dtype). float64, where PyTorch's own kernels speak.
SHAPES = """
torch.conv1d(z(2, 3, 8), z(4, 2, 3))
torch.conv2d(z(2, 3, 8, 8), z(4, 2, 3, 3))
torch.conv2d(z(2, 4, 8, 8), z(4, 3, 3, 3), groups=2)
torch.conv2d(z(2, 3, 8, 8), z(4, 3, 9, 3))
torch.conv2d(z(2, 3, 8, 8), z(4, 3, 9, 3), padding=(0, 1), dilation=2)
torch.conv1d(z(2, 3, 8), z(4, 3, 9))
torch.conv2d(z(2, 3, 8, 8), z(4, 3, 3, 3), z(3))
torch.conv2d(z(2, 3, 8, 8), z(4, 3, 3, 3), z(4, 1))
torch.conv2d(z(2, 3, 8, 8), z(4, 3, 3, 3), z(()))
torch.conv2d(z(2, 3, 8, 8), z(4, 3, 9, 3), z(3))
torch.conv2d(z(8, 8), z(4, 3, 3, 3))
torch.conv2d(z(1, 2, 3, 8, 8), z(4, 3, 3, 3))
torch.conv2d(z(2, 3, 8, 8), z(4, 3, 3))
torch.conv2d(z(2, 3, 8, 8), z(4, 3, 3, 3, 3))
torch.conv1d(z(8), z(4, 3, 3))
torch.conv1d(z(3, 8, 8), z(4, 3, 3, 3))
torch.conv1d(z(3, 3, 8), z(()))
torch.conv3d(z(3, 8, 8), z(4, 3, 3, 3, 3))
torch.conv2d(z(2, 3, 8, 8), z(0, 3, 3, 3))
torch.conv2d(z(2, 3, 0, 8), z(4, 3, 1, 3), padding=1)
torch.conv1d(z(2, 3, 0), z(4, 3, 1), padding=1)
torch.conv2d(z(2, 3, 8, 8), z(4, 3, 0, 3))
torch.conv1d(z(2, 3, 8), z(4, 3, 0))
torch.conv3d(z(2, 3, 8, 8, 8), z(4, 3, 0, 3, 3))
torch.conv_transpose2d(z(8, 8), z(3, 4, 3, 3))
torch.conv_transpose2d(z(2, 3, 8, 8), z(3, 4, 3))
torch.conv_transpose2d(z(2, 3, 8, 8), z(4, 3, 3, 3))
torch.conv_transpose2d(z(2, 3, 8, 8), z(3, 4, 3, 3), z(3))
torch.conv_transpose2d(z(2, 4, 8, 8), z(4, 2, 3, 3), z(3), groups=2)
torch.conv_transpose2d(z(2, 4, 8, 8), z(4, 2, 3, 3), groups=3)
torch.conv_transpose2d(z(2, 3, 1, 1), z(3, 4, 3, 3), padding=2)
torch.conv_transpose1d(z(2, 3, 1), z(3, 4, 3), padding=2)
torch.conv_transpose3d(z(2, 3, 1, 1, 1), z(3, 4, 3, 3, 3), padding=2)
torch.conv_transpose2d(z(2, 3, 1, 1), z(3, 4, 2, 2), padding=1)
torch.conv_transpose2d(z(2, 3, 0, 8), z(3, 2, 3, 3))
torch.conv_transpose2d(z(2, 3, 8, 8), z(3, 0, 3, 3))
torch.convolution(z(3, 8, 8), z(4, 3, 3, 3), None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)
torch.convolution(z(2, 3), z(4, 3), None, [], [], [], False, [], 1)
torch.conv_tbc(z(8, 2, 3), z(3, 3, 4), z(5))
torch.conv_tbc(z(8, 2, 3), z(3, 2, 4), z(4))
torch.conv_tbc(z(8, 2), z(3, 2, 4), z(4))
torch.conv_tbc(z(8, 2, 3), z(3, 4), z(4))
torch.conv_tbc(z(8, 2, 3), z(3, 3, 4), z(4, 1))
torch.conv_tbc(z(2, 2, 3), z(3, 3, 4), z(4), -1)
"""

SETTINGS = """
torch.conv2d(x, w, stride=0)
torch.conv2d(x, w, stride=(1, -1))
torch.conv2d(x, w, stride=(1, 1, 1))
torch.conv2d(x, w, stride=[])
torch.conv2d(x, w, padding=[])
torch.conv2d(x, w, padding=(1, 1, 1))
torch.conv2d(x, w, padding=(-1, 1))
torch.conv2d(x, w, padding=-1, stride=0)
torch.conv2d(x, w, dilation=(1, 1, 1))
torch.conv2d(x, w, dilation=0)
torch.conv2d(x, w, dilation=-1)
torch.conv2d(x, w, dilation=-1, padding=-1)
torch.conv2d(x, w, groups=0)
torch.conv2d(x, w, groups=-1, stride=0)
torch.conv2d(x, w, groups=2)
torch.conv2d(x, w, groups=3)
torch.conv2d(x, w, groups=5)
torch.conv2d(x, w, padding="foo")
torch.conv2d(x, w, padding="same", stride=2)
torch.conv2d(x, w, padding="same", stride=(1, 1, 1))
torch.conv2d(x, w[0], padding="same")
torch.conv2d(x, w[0, 0], padding="same")
torch.conv_transpose2d(x, w, stride=0)
torch.conv_transpose2d(x, w, padding=-1)
torch.conv_transpose2d(x, w, dilation=-1)
torch.conv_transpose2d(x, w, output_padding=1)
torch.conv_transpose2d(x, w, output_padding=(2, 0), stride=(2, 1))
torch.conv_transpose2d(x, w, output_padding=-1)
torch.conv_transpose2d(x, w, output_padding=(1, 1, 1))
torch.conv_transpose1d(x[0], w[0], output_padding=1)
torch.conv_transpose3d(x[None], w[None], output_padding=2, stride=2)
torch.convolution(x, w, None, [1, 1], [0], [1, 1, 1], False, [0, 0], 1)
torch._convolution_mode(x, w, None, [1, 1], "sane", [1, 1], 1)
"""

DTYPES = """
torch.conv2d(x.float(), w)
torch.conv2d(x, w.float())
torch.conv2d(x.float(), w.long())
torch.conv2d(x.long(), w)
torch.conv2d(x.half(), w)
torch.conv2d(x.bfloat16(), w)
torch.conv2d(x.cfloat(), w)
torch.conv2d(x.float(), w.cfloat())
torch.conv2d(x.cdouble(), w.cfloat())
torch.conv2d(x, w, z(3).float())
torch.conv2d(x.cfloat(), w.cfloat(), z(3).float())
torch.conv2d(x.bool(), w.bool())
torch.conv2d(x.bool(), w)
torch.conv2d(x.bool(), w.bool(), dilation=2)
torch.conv2d(x.int(), w.int(), dilation=2)
torch.conv3d(z(1, 1, 3, 3, 3).bool(), z(1, 1, 2, 2, 2).bool())
torch.conv_transpose2d(x.int(), w.int())
torch.conv_transpose1d(x[0].bool(), w[0].bool())
torch.conv_transpose3d(z(1, 1, 3, 3, 3).bool(), z(1, 1, 2, 2, 2).bool())
torch.conv_transpose2d(x, w.float())
torch.conv_tbc(z(8, 2, 3).float(), z(3, 3, 4), z(4))
"""

TYPES = """
torch.conv2d(x, w, stride=1.5)
torch.conv2d(x, w, stride=(1.5, 1))
torch.conv2d(x, w, stride=None)
torch.conv2d(x, w, stride="a", padding=(1,))
torch.conv2d(x, w, padding=True, groups=True)
torch.conv2d(x, w, groups=1.5)
torch.conv2d(x, w, padding=torch.tensor(1.5))
torch.conv2d(x, [3])
torch.conv2d(5, w)
torch.conv_transpose2d(x, w, 1)
torch.conv_transpose2d(5, w)
torch.conv_transpose2d(x, w, stride=1.5)
torch.conv_transpose2d(x, w, stride=(1.5, 1))
torch.conv_transpose2d(x, w, padding="same")
torch.conv_transpose2d(x, w, groups=1.5)
torch.convolution(x, w, None, 1, 0, 1, False, 0, 1)
"""


def lines(*texts):
    return [line for text in texts for line in text.strip().splitlines()]


def error(lib, expression):
    """What a call raises."""

    def z(*shape):
        return lib.zeros(*shape, dtype=lib.float64)

    names = {"torch": lib, "z": z, "x": z(2, 3, 8, 8), "w": z(3, 3, 3, 3)}
    with pytest.raises((RuntimeError, TypeError)) as found:
        eval(expression, names)
    return type(found.value), str(found.value)


@pytest.mark.parametrize("expression", lines(SHAPES, SETTINGS, DTYPES, TYPES))
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_errors(expression):
    assert error(rushlight, expression) == error(torch, expression)


@pytest.mark.parametrize(
    "expression",
    [
        "torch.conv2d(x, w, stride=(2,), padding=torch.tensor(1))",
        "torch.conv2d(x, w, padding=(torch.tensor(1), 2))",
        "torch.conv2d(x, w, None, 1, 'same', 1, 1)",
        "torch.conv2d(x, w, padding=b'same')",
        "torch.conv2d(z(0, 3, 8, 0), z(4, 3, 1, 1), padding=1)",
        "torch.conv2d(x, w, stride=np.int64(2))",
        "torch._convolution(x, w, None, [1, 1], [0], [1, 1], False, [0], 1, False, False, False)",
        "torch._convolution_mode(x, w, None, [1, 1], 'valid', [1, 1], 1)",
        "torch._convolution_mode(x, w, None, [1, 1], 'same', [2], 1)",
        "torch.convolution(x, w, None, [2], [0], [1, 1], True, [1], 1)",
    ],
)
def test_what_else_counts_as_a_size(expression):
    import numpy as np

    shapes = []
    for lib in (rushlight, torch):

        def z(*shape, lib=lib):
            return lib.zeros(*shape, dtype=lib.float64)

        names = {"torch": lib, "z": z, "x": z(2, 3, 8, 8), "w": z(3, 3, 3, 3), "np": np}
        shapes.append(tuple(eval(expression, names).shape))
    assert shapes[0] == shapes[1]
