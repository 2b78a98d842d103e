"""Old constructors, subclasses, copies, pickles, DLPack and storages behave as PyTorch's."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import rushlight
from tests.tensor.expressions import check, rows, torch

SETUP = """
import copy, pickle
x = torch.ones(2, requires_grad=True)
a = np.arange(3.)
y = x * 2
i = torch.arange(3)
s = torch.tensor(2.5)
n = torch.tensor(3)
e = torch.empty(0)
c = torch.tensor(1 + 2j)
b = torch.tensor(True)
sg = torch.tensor(2., requires_grad=True)
"""

LEGACY = rows("""
torch.Tensor()
torch.Tensor(2,3).shape
torch.Tensor([1,2])
torch.Tensor((1,2))
torch.Tensor([[1,2],[3]])
torch.Tensor(torch.Size([2,3])).shape
torch.Tensor(2.5)
torch.Tensor(True)
torch.Tensor('a')
torch.Tensor(None)
torch.Tensor(-1)
torch.Tensor(2,2.5)
torch.Tensor(np.arange(3))
torch.Tensor(np.arange(3,dtype='f4'))
torch.Tensor(a)
torch.Tensor(a.astype('f4'))
torch.Tensor(x) is x
torch.Tensor(x)
torch.Tensor(x.detach())
torch.Tensor(torch.ones(2,dtype=torch.int64))
torch.Tensor(torch.tensor(3))
torch.Tensor([torch.tensor(1),2])
torch.Tensor(size=(2,)).shape
torch.Tensor(data=[1,2])
torch.Tensor(2,device='cpu').shape
torch.Tensor(2,device='cuda').shape
torch.Tensor([1],dtype=torch.float32)
torch.Tensor(range(3))
torch.Tensor(3.,4.)
torch.Tensor(np.int64(2)).shape
torch.Tensor(np.float64(2))
torch.Tensor([True,False])
torch.Tensor([1j])
torch.FloatTensor([1,2])
torch.FloatTensor(2).shape
torch.FloatTensor()
torch.LongTensor([1,2])
torch.LongTensor([1.5,2])
torch.LongTensor(x)
torch.LongTensor(a)
torch.LongTensor(torch.tensor([1]))
torch.BoolTensor([1,0])
torch.ByteTensor([1,300])
torch.DoubleTensor([1,2])
torch.HalfTensor([1])
isinstance(x,torch.FloatTensor)
isinstance(x,torch.LongTensor)
isinstance(torch.arange(2),torch.LongTensor)
isinstance(3,torch.LongTensor)
torch.FloatTensor
type(torch.FloatTensor)
torch.FloatTensor.dtype
torch.FloatTensor.__name__
torch.FloatTensor.__module__
torch.FloatTensor.is_cuda
torch.FloatTensor.layout
torch.FloatTensor.foo
torch.IntTensor([1]).type()
torch.BFloat16Tensor([1])
torch.Tensor
x.new(3).shape
x.new([1,2]).dtype
torch.arange(3).new([1,2])
torch.arange(3).new([1.5,2])
torch.arange(3).new(torch.arange(2))
torch.arange(3).new(torch.ones(2))
torch.Tensor([1,2], device='cpu')
torch.Tensor.__new__(torch.Tensor,[1,2])
torch.Tensor(torch.nn.Parameter(torch.ones(2)))
torch.Tensor(y)
torch.Tensor(y).requires_grad
torch.Tensor(x.detach()).data_ptr()==x.data_ptr()
torch.FloatTensor(x.detach()).data_ptr()==x.data_ptr()
""")

COPIES = rows("""
copy.deepcopy(x)
copy.deepcopy(y)
copy.deepcopy(y.detach())
copy.copy(x)
copy.copy(y)
pickle.loads(pickle.dumps(x))
pickle.loads(pickle.dumps(y))
pickle.loads(pickle.dumps(y.detach()))
x.__dlpack_device__()
x.__dlpack__()
x.detach().__dlpack__()
torch.from_dlpack(x.detach())
torch.from_dlpack(np.arange(3.))
torch.from_dlpack(x)
torch.utils.dlpack.to_dlpack(x.detach())
np.from_dlpack(x.detach())
torch.from_dlpack(torch.utils.dlpack.to_dlpack(x.detach()))
x.as_subclass(torch.Tensor)
x.as_subclass(int)
x.__deepcopy__({})
""")

NAMES = rows("""
torch.is_tensor(x)
torch.is_tensor(3)
torch.is_storage(x)
torch.numel(x)
torch.numel(3)
torch.is_floating_point(x)
torch.is_complex(x)
torch.is_nonzero(torch.tensor(3))
torch.is_nonzero(x)
torch.is_same_size(x,x)
torch.result_type(x,1)
torch.result_type(torch.arange(3),1.5)
torch.result_type(1,1.5)
torch.result_type(x,'a')
torch.result_type(torch.tensor(1),torch.ones(2,dtype=torch.int8))
torch.promote_types(torch.int8,torch.uint8)
torch.can_cast(torch.float32,torch.int8)
torch.get_default_dtype()
torch.tensor(1.)
torch.tensor(1.).dtype
""")


@pytest.mark.parametrize("expression", LEGACY + COPIES + NAMES)
def test_expression(expression):
    check(expression, SETUP)


# -- subclasses --------------------------------------------------------------------------------

SUBCLASSES = """
class Plain(torch.Tensor):
    pass

class WithNew(torch.Tensor):
    @staticmethod
    def __new__(cls, data, extra=None):
        return super().__new__(cls, data)

    def __init__(self, data, extra=None):
        self.extra = extra

class Made(torch.Tensor):
    @staticmethod
    def __new__(cls, data):
        return torch.Tensor._make_subclass(cls, data, data.requires_grad)
"""


@pytest.mark.parametrize(
    "expression",
    rows("""
Plain([1., 2.])
Plain(2, 3).shape, type(Plain())
type(Plain([1., 2.]).sum()).__name__, Plain([1., 2.]) + 1
WithNew([1., 2.], extra=5).extra, WithNew([1., 2.]) * 2
type(Made(torch.ones(2)) + 1).__name__, type(torch.ones(2) + Made(torch.ones(2))).__name__
Made(torch.ones(2, requires_grad=True)).requires_grad
torch.ones(2).as_subclass(Plain)
torch.ones(2, requires_grad=True).as_subclass(Plain).grad_fn.name()
torch.ones(2).as_subclass(dict)
torch.Tensor._make_subclass(Plain, 3)
type(torch.tensor(Plain([1.]).tolist())).__name__
"""),
)
def test_subclass(expression):
    check(expression, SUBCLASSES)


class Tagged(rushlight.Tensor):
    """A subclass that pickle can find."""


def test_subclass_instances_are_copied_and_pickled():
    t = rushlight.ones(2).as_subclass(Tagged)
    t.tag = "here"
    for twin in (copy.copy(t), copy.deepcopy(t), pickle.loads(pickle.dumps(t))):
        assert type(twin) is Tagged
        assert twin.tag == "here"
        assert twin.tolist() == [1, 1]


# -- copies and pickles ------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["t", "t.t()", "t[1:]", "t[:, ::2]", "t[0]", "t[1, 2]", "t[:0]"])
def test_copies_keep_the_layout(layout):
    t = rushlight.arange(6.0).reshape(2, 3)
    t = eval(layout, {"t": t})
    twin = copy.deepcopy(t)
    assert twin.stride() == t.stride()
    assert twin.tolist() == t.tolist() == pickle.loads(pickle.dumps(t)).tolist()
    assert not t.numel() or twin.data_ptr() != t.data_ptr()


def test_deepcopy_keeps_what_is_shared():
    check(
        "pair[1], v",
        """
import copy
t = torch.arange(6.0).reshape(2, 3)
v = t[1]
pair = copy.deepcopy([t, v])
pair[0][1, 1] = 100
""",
    )


def test_deepcopy_takes_grad_and_attributes_along():
    check(
        "twin.grad, twin.tag, twin.requires_grad",
        """
import copy
x = torch.ones(2, requires_grad=True)
x.tag = [1]
(x * 2).sum().backward()
twin = copy.deepcopy(x)
""",
    )


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8", "bool", "complex64"])
def test_pickle(protocol, dtype):
    t = rushlight.ones(3, 2, dtype=getattr(rushlight, dtype)).t()
    twin = pickle.loads(pickle.dumps(t, protocol))
    assert (twin.dtype, twin.stride(), twin.tolist()) == (t.dtype, t.stride(), t.tolist())


def test_hooks_do_not_go_into_a_pickle():
    t = rushlight.ones(2, requires_grad=True)
    t.register_hook(print)
    with pytest.warns(UserWarning, match="backward hook .* on tensor will not be serialized"):
        pickle.dumps(t)


# -- storages and DLPack -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    rows("""
t[2:].untyped_storage().nbytes(), t[2:].storage_offset(), t.reshape(2, 3)[1, 1].storage_offset()
t[2:].untyped_storage().data_ptr() == t.untyped_storage().data_ptr()
t.untyped_storage() == t[1:].untyped_storage()
t.untyped_storage().clone().tolist()
torch.UntypedStorage(3).nbytes()
t.clone().resize_(2, 2), t.clone().resize_(2).resize_(3), t.clone().resize_(0).shape
t[1:].resize_(5)
t.clone().set_(t, 1, (2,), (2,)), t.clone().set_(t)
torch.ones(2, 3).expand(4, 2, 3).storage_offset()
torch.is_storage(t.untyped_storage()), torch.is_storage(t)
torch.UntypedStorage([1, 2, 3])[1:].tolist(), torch.UntypedStorage([1, 2, 3])[-1]
torch.UntypedStorage([1, 2, 3])[3]
torch.UntypedStorage(3)[::2]
"""),
)
def test_storage(expression):
    check(expression, "t = torch.arange(6.0)")


def test_storage_bytes_can_be_written():
    t = rushlight.zeros(2, dtype=rushlight.uint8)
    t.untyped_storage()[1] = 7
    t.untyped_storage().copy_(t.untyped_storage().clone())
    assert t.tolist() == [0, 7]
    with pytest.raises(RuntimeError, match="not resizable"):
        t.untyped_storage().resize_(5)


@pytest.mark.parametrize("library", [rushlight, torch])
def test_a_file_as_a_storage(library, tmp_path):
    path = str(tmp_path / "bytes")
    (tmp_path / "bytes").write_bytes(bytes(range(6)))
    from_file = library.UntypedStorage.from_file
    private, shared = from_file(path, nbytes=4), from_file(path, True, 6)
    private[0], shared[1:3][1] = 7, 9
    assert private.tolist()[:2] == [7, 1]
    assert [*(tmp_path / "bytes").read_bytes()] == shared.tolist() == [0, 1, 9, 3, 4, 5]
    assert library.asarray(shared[2:4], dtype=library.uint8).tolist() == [9, 3]
    assert from_file(path).nbytes() == 0
    with pytest.raises(
        RuntimeError, match="size <6> is smaller than the required mapping size <7>"
    ):
        from_file(path, False, 7)
    with pytest.raises(RuntimeError, match=r"in read-only mode: No such file or directory \(2\)"):
        from_file(path + ".", False, 7)


def test_resize_and_set_count_as_writes():
    check(
        "t._version, u._version",
        """
t = torch.ones(3)
t.resize_(2)
u = torch.ones(3)
u.resize_(3)
u.set_(torch.ones(2))
""",
    )


def test_dlpack_shares_memory():
    t = rushlight.arange(3.0)
    for twin in (
        rushlight.from_dlpack(t),
        np.from_dlpack(t),
        torch.from_dlpack(t),
        rushlight.utils.dlpack.from_dlpack(rushlight.utils.dlpack.to_dlpack(t)),
    ):
        twin[0] += 1
    assert t.tolist() == [4, 1, 2]
    theirs = torch.arange(3.0)
    rushlight.from_dlpack(theirs)[1] = 9
    assert theirs.tolist() == [0, 9, 2]


def test_nothing_keeps_a_tensor_alive():
    t = rushlight.Tensor([1.0])
    gone = weakref.ref(t)
    gc.disable()
    try:
        copy.deepcopy(t)
        t.numpy()
        del t
        assert gone() is None
    finally:
        gc.enable()
