"""All modules: `torch.nn.modules`."""

from rushlight.alias import missing
from rushlight.nn.modules.activation import *
from rushlight.nn.modules.adaptive import *
from rushlight.nn.modules.batchnorm import *
from rushlight.nn.modules.channelshuffle import *
from rushlight.nn.modules.container import *
from rushlight.nn.modules.conv import *
from rushlight.nn.modules.distance import *
from rushlight.nn.modules.dropout import *
from rushlight.nn.modules.flatten import *
from rushlight.nn.modules.fold import *
from rushlight.nn.modules.instancenorm import *
from rushlight.nn.modules.linear import *
from rushlight.nn.modules.loss import *
from rushlight.nn.modules.module import Module
from rushlight.nn.modules.normalization import *
from rushlight.nn.modules.padding import *
from rushlight.nn.modules.pixelshuffle import *
from rushlight.nn.modules.pooling import *
from rushlight.nn.modules.rnn import *
from rushlight.nn.modules.sparse import *
from rushlight.nn.modules.transformer import *
from rushlight.nn.modules.upsampling import *

# Other names of `torch.nn.modules.linear` than these stay there, as in PyTorch.
__all__ = sorted(
    name
    for name, value in globals().items()
    if isinstance(value, type)
    and issubclass(value, Module)
    and not name.startswith("_")
    and name != "NonDynamicallyQuantizableLinear"
)

__getattr__ = missing(__name__, ("lazy", "linear_cross_entropy_options", "utils"))
