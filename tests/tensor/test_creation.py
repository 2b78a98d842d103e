"""Tensors of given sizes and of evenly spaced numbers are PyTorch's, errors included."""

import random

import pytest

import rushlight
from tests.tensor.expressions import check, rows, torch

FILLED = rows("""
torch.zeros(-1)
torch.zeros(2,-1)
torch.ones(-1)
torch.full((-1,),2)
torch.empty(-1)
torch.zeros([2,3])
torch.zeros((2,3),dtype=torch.int32)
torch.zeros(size=(2,))
torch.zeros()
torch.zeros(2.5)
torch.zeros([2,2.5])
torch.zeros('a')
torch.zeros(torch.tensor(2))
torch.zeros([torch.tensor(2),3])
torch.zeros(np.int64(2),np.int64(3))
torch.zeros(True)
torch.zeros(None)
torch.zeros(2**62,2**62)
torch.zeros(2**50)
torch.empty(2**50)
torch.ones(2**50)
torch.full((2**50,),1)
torch.zeros(2,dtype=torch.int64,requires_grad=True)
torch.zeros(2,dtype='float')
torch.zeros(2,dtype=np.float32)
torch.zeros(2,dtype=float)
torch.zeros(2,dtype=int)
torch.zeros(2,device='cuda')
torch.zeros(2,device='cuda:0')
torch.zeros(2,device='xpu')
torch.zeros(2,device='foo')
torch.zeros(2,device=3)
torch.zeros(2,device=0)
torch.zeros(2,device=1.5)
torch.zeros(2,layout=3)
torch.zeros(2,pin_memory=True)
torch.zeros(2,requires_grad='x')
torch.zeros(2,requires_grad=1)
torch.zeros(2,foo=1)
torch.zeros(2,out=torch.empty(3))
torch.zeros(2,out=torch.empty(2,dtype=torch.int32),dtype=torch.float32)
torch.zeros(2,out=torch.empty(2,dtype=torch.int32))
torch.zeros(2,dtype=None)
torch.zeros(2,device=torch.device('cpu:0')).device
torch.zeros(2,device='cpu:1').device
torch.zeros(2,device='cpu:0').device
torch.full((2,),1)
torch.full((2,),True)
torch.full((2,),1.5)
torch.full((2,),1j)
torch.full((2,),1.5,dtype=torch.int32)
torch.full((2,),1j,dtype=torch.float32)
torch.full((2,),torch.tensor(3))
torch.full((2,),torch.tensor(3.5,requires_grad=True))
torch.full((2,),torch.tensor([3,1]))
torch.full((2,),'a')
torch.full(2,1)
torch.full((2,),300,dtype=torch.uint8)
torch.full((2,),-1,dtype=torch.uint8)
torch.full((2,),float('nan'),dtype=torch.int32)
torch.full((2,),np.float64(2))
torch.full((2,),np.int64(2))
torch.full((2,),2,requires_grad=True)
torch.full(size=(2,),fill_value=7.)
torch.empty(2,memory_format=torch.channels_last)
torch.empty(2,3,4,5,memory_format=torch.channels_last).stride()
torch.empty(2,3,4,5,memory_format=torch.preserve_format).stride()
torch.scalar_tensor(3)
torch.scalar_tensor(3,dtype=torch.int64)
torch.scalar_tensor(True)
torch.scalar_tensor(torch.tensor(3))
torch.scalar_tensor([3])
""")

LIKE = rows("""
torch.zeros_like(torch.arange(3))
torch.zeros_like(torch.arange(3),dtype=torch.float32)
torch.zeros_like(3)
torch.zeros_like([3])
torch.zeros_like(torch.ones(2),requires_grad=True)
torch.ones_like(torch.ones(2,3).t()).stride()
torch.ones_like(torch.ones(2,3,4)[:,:,::2]).stride()
torch.ones_like(torch.ones(2,3,4)[:,:,1]).stride()
torch.ones_like(torch.ones(1,3).expand(4,3)).stride()
torch.ones_like(torch.ones(2,3).t(),memory_format=torch.contiguous_format).stride()
torch.ones_like(torch.ones(2,3),memory_format=torch.channels_last).stride()
torch.full_like(torch.ones(2),3)
torch.full_like(torch.ones(2),True)
torch.full_like(torch.ones(2,dtype=torch.int32),2.7)
torch.full_like(torch.ones(2),torch.tensor(2))
torch.full_like(torch.ones(2),1j)
torch.rand_like(torch.ones(2,dtype=torch.int64))
torch.randint_like(torch.ones(2),3,5).dtype
torch.empty_like(torch.ones(2),device='cuda')
torch.empty_strided((2,3),(1,2)).stride()
torch.empty_strided((2,3),(1,))
torch.empty_strided((2,3),(-1,1))
torch.empty_permuted((2,3,4),(2,0,1)).stride()
torch.empty_permuted((2,3,4),(2,0))
torch.empty_permuted((2,3,4),(2,0,0))
torch.ones(2).new_zeros(2,3)
torch.ones(2).new_zeros((2,3),dtype=torch.int32)
torch.ones(2).new_full((2,),3)
torch.ones(2,dtype=torch.int32).new_full((2,),3.5)
torch.ones(2).new_full(2,3)
torch.ones(2).new_tensor([1,2])
torch.ones(2).new_tensor([1,2],dtype=torch.int8,requires_grad=False)
torch.ones(2).new_tensor(torch.ones(2))
torch.ones(2).new_empty(2).shape
torch.ones(2).new_ones(size=(2,))
torch.ones(2).new_zeros(-1)
torch.ones(2).new_zeros()
torch.ones(2).new_ones(())
torch.ones(2).new([1,2])
torch.ones(2).new(2,3).shape
torch.ones(2).new()
""")

SPACED = rows("""
torch.eye(3)
torch.eye(2,3,dtype=torch.int64)
torch.eye(-1)
torch.eye(2,-1)
torch.eye(n=2,m=1)
torch.eye(2.5)
torch.arange(5)
torch.arange(5.)
torch.arange(1,5,2)
torch.arange(1,2.5,0.5)
torch.arange(5,1)
torch.arange(5,1,-1)
torch.arange(0,5,0)
torch.arange(0,5,-1)
torch.arange(float('inf'))
torch.arange(0,float('nan'))
torch.arange(torch.tensor(5))
torch.arange(torch.tensor(5.))
torch.arange(np.int64(3))
torch.arange(np.float32(3))
torch.arange(start=1,end=3)
torch.arange(end=3)
torch.arange(3,step=2)
torch.arange(0,3,step=2)
torch.arange('a')
torch.arange()
torch.arange(True)
torch.arange(3,dtype=torch.bool)
torch.arange(2,dtype=torch.bool)
torch.arange(3,dtype=torch.complex64)
torch.arange(3,dtype=torch.float16)
torch.arange(0,1,0.1)
torch.arange(0,1,0.1,dtype=torch.int64)
torch.arange(1.5,4.5,dtype=torch.int64)
torch.arange(3,requires_grad=True)
torch.arange(3.,requires_grad=True)
torch.arange(2**40,2**40+3)
torch.arange(0,300,100,dtype=torch.uint8)
torch.arange(1j)
torch.arange(5,out=torch.empty(0))
torch.arange(5,out=torch.empty(2))
torch.range(1,4)
torch.range(1,4,0.5)
torch.range(0,4,-1)
torch.range(0,4,0)
torch.range(1,4,dtype=torch.int64)
torch.linspace(0,1,5)
torch.linspace(0,1,steps=1)
torch.linspace(0,1,0)
torch.linspace(0,1,-1)
torch.linspace(0,1)
torch.linspace(0,10,5,dtype=torch.int64)
torch.linspace(0,10,4,dtype=torch.int64)
torch.linspace(start=0,end=1,steps=3)
torch.linspace(1j,2,3)
torch.linspace(0,1,3,dtype=torch.complex64)
torch.linspace(torch.tensor(0.),1,3)
torch.linspace(torch.tensor(0.,requires_grad=True),torch.tensor(1.),3)
torch.linspace(torch.tensor([0.,1.]),torch.tensor(1.),3)
torch.linspace(0,1,3,dtype=torch.bool)
torch.linspace(0,1,2.5)
torch.logspace(0,2,3)
torch.logspace(0,2,3,base=2)
torch.logspace(0,2,3,2)
torch.logspace(0,2,3,base=2,dtype=torch.int64)
torch.logspace(0,2,1)
torch.logspace(0,2,-2)
torch.tril_indices(3,3)
torch.tril_indices(3,4,offset=1)
torch.tril_indices(3,4,-1,dtype=torch.int32)
torch.triu_indices(3,4,-1)
torch.triu_indices(-3,4,-1)
torch.tril_indices(3,4,dtype=torch.float32)
""")


@pytest.mark.parametrize("expression", FILLED + LIKE + SPACED)
def test_expression(expression):
    check(expression)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "int64", "complex64"])
def test_linspace_is_exact(dtype):
    """To the last digit, for lengths that PyTorch does not vectorise."""
    chance = random.Random(0)
    for _ in range(100):
        start, end, steps = chance.uniform(-5, 5), chance.uniform(-5, 5), chance.randint(0, 14)
        theirs = torch.linspace(start, end, steps, dtype=getattr(torch, dtype))
        ours = rushlight.linspace(start, end, steps, dtype=getattr(rushlight, dtype))
        assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize(
    "layout",
    [
        "t.transpose(0, 2)",
        "t[:, ::2]",
        "t[1]",
        "t[:, :, 1:2]",
        "t.permute(1, 2, 0)",
        "t[:0]",
        "t[:, :1].expand(2, 3, 4)",
        "t[:1].expand(5, 3, 4).transpose(0, 1)",
        "t.transpose(1, 2)[:, 1:]",
    ],
)
def test_strides_follow_the_model(layout):
    setup = f"t = torch.arange(24.0).reshape(2, 3, 4); t = {layout}"
    check("torch.zeros_like(t).stride(), torch.empty_like(t, dtype=torch.int8).stride()", setup)
    check("t.to(torch.float64).stride(), t.double(), torch.rand_like(t)", setup)


def test_default_dtype_decides():
    made = (
        "torch.tensor(1.).dtype, torch.zeros(1).dtype, torch.rand(1).dtype, torch.arange(1.).dtype,"
        "torch.Tensor([1]).dtype, torch.full((1,), 1.).dtype, torch.tensor(1j).dtype"
    )
    try:
        check(made, "torch.set_default_dtype(torch.float64)")
        check(made, "torch.set_default_tensor_type(torch.DoubleTensor)")
        check("torch.set_default_dtype(torch.int64)")
        check("torch.set_default_tensor_type('torch.LongTensor')")
    finally:
        for module in (torch, rushlight):
            module.set_default_dtype(module.float32)


def test_inference_mode_marks_what_is_made():
    for make in ("zeros(2)", "tensor([1.0])", "randn(2)", "arange(3)", "Tensor([1])"):
        check("t.is_inference()", f"with torch.inference_mode(): t = torch.{make}")


def test_modes_may_take_over():
    class Doubling(rushlight.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            return function.__name__

    with Doubling():
        assert rushlight.zeros(2) == "zeros"
        assert rushlight.tensor([1.0]) == "tensor"
