"""Tensors from Python data, NumPy arrays and buffers are PyTorch's, warnings included."""

import numpy as np
import pytest

import rushlight
from rushlight.tensor import once
from tests.tensor.expressions import check, rows

SETUP = """
import array, decimal, fractions
a = np.arange(3.)
ro = np.arange(3.)
ro.flags.writeable = False
x = torch.ones(2, requires_grad=True)
y = x * 2

class Arr:
    def __init__(self, a): self.a = a
    def __array__(self, dtype=None, copy=None): return self.a

class Index:
    def __index__(self): return 3

class Float:
    def __float__(self): return 3.5

class Seq:
    def __len__(self): return 2
    def __getitem__(self, i):
        if i >= 2: raise IndexError
        return i
"""

DATA = rows("""
torch.tensor([1,2])
torch.tensor([1,2.])
torch.tensor([1,True])
torch.tensor([True])
torch.tensor([1j,2])
torch.tensor(3)
torch.tensor(2.5)
torch.tensor(True)
torch.tensor([])
torch.tensor([[],[]])
torch.tensor([[1,2],[3]])
torch.tensor([[1,2],3])
torch.tensor([1,[2,3]])
torch.tensor([[1,2],[3,[4]]])
torch.tensor([[[1,2]],[[3]]])
torch.tensor(None)
torch.tensor([None])
torch.tensor('a')
torch.tensor(['a'])
torch.tensor([1,'a'])
torch.tensor({})
torch.tensor({1})
torch.tensor(range(3))
torch.tensor((1,2))
torch.tensor(x for x in [1])
torch.tensor(2**63)
torch.tensor(2**64)
torch.tensor([2**63])
torch.tensor(-2**63)
torch.tensor(2**63,dtype=torch.uint64)
torch.tensor([2**63],dtype=torch.uint64)
torch.tensor(2**63,dtype=torch.float32)
torch.tensor(300,dtype=torch.uint8)
torch.tensor([300],dtype=torch.uint8)
torch.tensor(-1,dtype=torch.uint8)
torch.tensor([-1],dtype=torch.uint8)
torch.tensor([-200],dtype=torch.int8)
torch.tensor(-200,dtype=torch.int8)
torch.tensor([2.7],dtype=torch.int32)
torch.tensor([float('nan')],dtype=torch.int32)
torch.tensor([float('inf')],dtype=torch.int64)
torch.tensor([1e40])
torch.tensor([1e40],dtype=torch.float16)
torch.tensor([1e20],dtype=torch.int32)
torch.tensor(2.7,dtype=torch.bool)
torch.tensor([2],dtype=torch.bool)
torch.tensor([1j],dtype=torch.float32)
torch.tensor([1.5],dtype=torch.complex64)
torch.tensor([1,2],dtype=torch.float32,requires_grad=True)
torch.tensor([1,2],requires_grad=True)
torch.tensor([1.,2],requires_grad=1)
torch.tensor([1.,2],requires_grad='a')
torch.tensor([1.,2],dtype=float)
torch.tensor([1.,2],dtype='float32')
torch.tensor([1.,2],device='cuda')
torch.tensor([1.,2],pin_memory=True)
torch.tensor([1.,2],foo=1)
torch.tensor()
torch.tensor(data=[1])
torch.tensor([1],torch.float32)
torch.tensor(np.float64(2))
torch.tensor(np.float32(2))
torch.tensor(np.int8(2))
torch.tensor(np.bool_(True))
torch.tensor(np.complex64(1))
torch.tensor(np.float16(1))
torch.tensor([np.float64(2),np.float64(1)])
torch.tensor([np.float32(2)])
torch.tensor([np.int32(2)])
torch.tensor([np.int32(2),3])
torch.tensor([np.float32(2),np.float64(3)])
torch.tensor([np.bool_(1),np.bool_(0)])
torch.tensor([np.complex128(1)])
torch.tensor([np.uint8(3)])
torch.tensor(a)
torch.tensor([a.astype('f4')])
torch.tensor(a.astype('f4'))
torch.tensor(a[::-1])
torch.tensor(ro)
torch.tensor(a.astype('>f8'))
torch.tensor(np.array(['a']))
torch.tensor(np.array([None]))
torch.tensor(np.array([1,2],dtype='datetime64[s]'))
torch.tensor(np.array([1],dtype='U3'))
torch.tensor(np.array([1],dtype=np.longdouble))
torch.tensor(np.array(3.))
torch.tensor(np.ma.array([1.,2.]))
torch.tensor(np.matrix([[1.,2.]]))
torch.tensor(x)
torch.tensor(x.detach())
torch.tensor(x,requires_grad=True)
torch.tensor([x,x])
torch.tensor([torch.tensor(1),torch.tensor(2)])
torch.tensor([torch.tensor(1.),2])
torch.tensor([torch.tensor(1.,requires_grad=True),2])
torch.tensor([torch.tensor([1]),torch.tensor([2])])
torch.tensor([torch.tensor([1,2]),torch.tensor([2,3])])
torch.tensor([torch.ones(2),torch.ones(2)])
torch.tensor([torch.tensor([1.]),2.])
torch.tensor([torch.tensor(1,dtype=torch.int8)])
torch.tensor([torch.tensor(1,dtype=torch.int8),2])
torch.tensor([torch.tensor(1,dtype=torch.float64)])
torch.tensor(Arr(a))
torch.tensor([Arr(a)])
torch.tensor(AI())
torch.tensor(Index())
torch.tensor([Index()])
torch.tensor(Float())
torch.tensor([Float()])
torch.tensor(Seq())
torch.tensor([Seq()])
torch.tensor(__import__('decimal').Decimal(3))
torch.tensor(__import__('fractions').Fraction(3))
torch.tensor([__import__('fractions').Fraction(3)])
torch.tensor(__import__('array').array('f',[1,2]))
torch.tensor(b'ab')
torch.tensor(bytearray(b'ab'))
torch.tensor(memoryview(b'ab'))
torch.tensor([[1,2],[3,4]],dtype=torch.bfloat16)
torch.tensor(torch.Size([2,3]))
torch.tensor([torch.float32])
torch.as_tensor([1,2])
torch.as_tensor(a)
torch.as_tensor(a,dtype=torch.float32)
torch.as_tensor(x) is x
torch.as_tensor(x,dtype=torch.float64)
torch.as_tensor(ro)
torch.as_tensor(a[::-1])
torch.as_tensor(3)
torch.as_tensor(np.float32(3))
torch.as_tensor(Arr(a))
torch.as_tensor(a,requires_grad=True)
torch.as_tensor('a')
torch.as_tensor(range(3))
torch.from_numpy(a)
torch.from_numpy(a[::-1])
torch.from_numpy(ro)
torch.from_numpy([1])
torch.from_numpy(np.float64(3))
torch.from_numpy(a.astype('>f8'))
torch.from_numpy(np.array(['a']))
torch.from_numpy(np.array([None]))
torch.from_numpy(np.arange(4,dtype='u4'))
torch.from_numpy(np.zeros((2,0)))
torch.from_numpy(np.broadcast_to(a,(2,3)))
torch.from_numpy(np.zeros(3,dtype=[('a','i4'),('b','f8')])['b'])
torch.from_numpy(np.zeros(3,dtype=[('a','i4'),('b','i1')])['a'])
torch.from_numpy(np.matrix([[1.,2.]]))
torch.asarray([1,2])
torch.asarray(a)
torch.asarray(a,copy=True)
torch.asarray(a,copy=False)
torch.asarray([1],copy=False)
torch.asarray(a,dtype=torch.float32,copy=False)
torch.asarray(x) is x
torch.asarray(x)
torch.asarray(x,requires_grad=True)
torch.asarray(x,requires_grad=False)
torch.asarray(x,copy=True)
torch.asarray(x,dtype=torch.float64)
torch.asarray(x,dtype=torch.float64,copy=False)
torch.asarray(x*2,requires_grad=True)
torch.asarray(b'abcd',dtype=torch.uint8)
torch.asarray(bytearray(b'abcd'))
torch.asarray(bytearray(b'abcd'),dtype=torch.uint8)
torch.asarray(3)
torch.asarray(np.float32(3))
torch.asarray(np.float64(3))
torch.asarray(ro)
torch.asarray([1,2],requires_grad=True)
torch.asarray([1.,2],requires_grad=True)
torch.asarray(Arr(a))
torch.asarray(a[::-1])
torch.asarray('a')
torch.frombuffer(bytearray(b'abcdefgh'),dtype=torch.int32)
torch.frombuffer(b'abcdefgh',dtype=torch.int32)
torch.frombuffer(bytearray(b'abcdefgh'),dtype=torch.int32,count=1,offset=4)
torch.frombuffer(bytearray(b'abcdefgh'),dtype=torch.int32,count=3)
torch.frombuffer(bytearray(b'abcdefg'),dtype=torch.int32)
torch.frombuffer(bytearray(b'abcdefgh'),dtype=torch.int32,offset=8)
torch.frombuffer(bytearray(b'abcdefgh'),dtype=torch.int32,offset=1)
torch.frombuffer(bytearray(b'abcdefgh'),dtype=torch.int32,count=0)
torch.frombuffer(bytearray(b''),dtype=torch.int32)
torch.frombuffer(bytearray(b'abcdefgh'))
torch.frombuffer([1],dtype=torch.int32)
torch.frombuffer(bytearray(b'abcdefgh'),dtype=torch.float32,requires_grad=True)
""")

DETAILS = rows("""
torch.tensor(['a','b'],dtype=torch.float32)
torch.tensor([[1,2],['a','b']])
torch.tensor(['a'],dtype=torch.int64)
torch.tensor([None],dtype=torch.float32)
torch.tensor([None],dtype=torch.int64)
torch.tensor([None],dtype=torch.bool)
torch.tensor([2**70],dtype=torch.int64)
torch.tensor([2**70],dtype=torch.float64)
torch.tensor(2**70)
torch.tensor(-2**70)
torch.tensor([-1.5],dtype=torch.uint8)
torch.tensor(-1.5,dtype=torch.uint8)
torch.tensor([2**63],dtype=torch.int32)
torch.tensor([2**40],dtype=torch.int32)
torch.tensor([-2**32],dtype=torch.uint32)
torch.tensor([1j],dtype=torch.int32)
torch.tensor([1j],dtype=torch.bool)
torch.tensor([1e39],dtype=torch.float32)
torch.tensor([-5],dtype=torch.uint64)
torch.tensor([1,2],dtype=torch.uint16)
torch.tensor([[1,2],[3.]])
torch.tensor([[[]]])
torch.tensor([[],[1]])
torch.tensor([[1],[]])
torch.tensor([1.5,[2]])
torch.tensor([True,[2]])
torch.tensor([[1,2],3],dtype=torch.float32)
torch.tensor([1,[2]],dtype=torch.float32)
torch.tensor([1,{}])
torch.tensor([[1,2],None])
torch.tensor([y.sum(), 1.])
torch.tensor(y.sum())
torch.tensor([torch.ones(2,2)])
torch.tensor([torch.ones(0)])
torch.tensor([np.ones(2),[1,2]])
torch.tensor([torch.tensor(True),torch.tensor(2)])
torch.tensor(np.ones((2,3)).T).stride()
torch.tensor(torch.ones(2,3).t()).stride()
torch.tensor([np.float16(1),2.])
torch.tensor([np.float32(1)],dtype=torch.int64)
torch.tensor([np.datetime64('2020-01-01')])
torch.tensor(np.datetime64('2020-01-01'))
torch.as_tensor([x,x])
torch.as_tensor(np.float64(3))
torch.as_tensor([1,2],dtype=torch.float32,device='cpu')
torch.tensor(x,dtype=torch.float64)
torch.tensor([np.ones(3,dtype='>f8')])
torch.tensor((x for x in []))
torch.tensor(dict(a=1).values())
torch.tensor(float('nan'))
torch.tensor(np.nan)
torch.tensor('')
torch.tensor([[1]],dtype=None)
torch.tensor([1],device=None)
torch.tensor(data=[1],dtype=torch.float64,device='cpu',requires_grad=True)
torch.tensor([[[[1]]]])
torch.tensor(torch.tensor([1,2]).tolist())
torch.tensor([float('inf')],dtype=torch.uint8)
torch.tensor([1e300],dtype=torch.bool)
torch.tensor([2.9, -2.9],dtype=torch.int8)
torch.tensor([127.9],dtype=torch.int8)
torch.tensor([128.0],dtype=torch.int8)
torch.tensor([1, 2.5, True, 3j])
torch.from_numpy(np.float32([1,2])[::2])
torch.from_numpy(np.ones((3,1))[::-1][1:2])
torch.from_numpy(np.array(2.))
torch.from_numpy(np.ones((1,3))[::-1])
torch.tensor(torch.nn.Parameter(torch.ones(2)))
torch.tensor([3]).new_tensor([1.5,2])
torch.tensor([3.]).new_tensor([1,2],dtype=torch.int64)
torch.tensor([3.]).new_tensor(np.arange(3))
torch.tensor([3.]).new_tensor(5)
torch.tensor([3.]).new_tensor([1.],requires_grad=True)
torch.tensor([3]).new_tensor([x.detach()[0]])
torch.tensor([3]).new_tensor('a')
""")


@pytest.mark.parametrize("expression", DATA + DETAILS)
def test_expression(expression):
    check(expression, SETUP)


def test_a_list_of_arrays_is_warned_about():
    with pytest.warns(UserWarning, match="list of numpy.ndarrays is extremely slow"):
        rushlight.tensor([np.ones(2), np.ones(2)])


def test_from_numpy_shares_memory():
    a = np.arange(6.0).reshape(2, 3)
    t = rushlight.from_numpy(a[:, 1:])
    a[0, 1] = 50
    t[1, 1] = 70
    assert t.tolist() == [[50, 2], [4, 70]]
    assert a[1, 2] == 70
    assert t.storage_offset() == 0
    a.shape = (3, 2)  # what is done to the array object itself is not seen
    assert t.shape == (2, 2)


def test_tensor_copies():
    a = np.arange(3.0)
    for t in (rushlight.tensor(a), rushlight.asarray(a, copy=True)):
        t += 1
    assert a.tolist() == [0, 1, 2]


def test_read_only_memory_stays_as_it_is():
    a = np.arange(3.0)
    a.flags.writeable = False
    once.forget()
    with pytest.warns(UserWarning, match="not writable"):
        t = rushlight.from_numpy(a)
    with pytest.raises(ValueError, match="read-only"):
        t.add_(1)


@pytest.mark.parametrize(
    "dtype",
    [
        "bool",
        "uint8",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ],
)
def test_every_dtype_goes_to_numpy_and_back(dtype):
    check(f"torch.from_numpy(np.ones(2, '{dtype}')), torch.ones(2, dtype=torch.{dtype}).numpy()")
    check(f"torch.tensor([1, 0], dtype=torch.{dtype}), torch.tensor([True], dtype=torch.{dtype})")
