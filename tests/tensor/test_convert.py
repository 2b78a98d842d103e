"""Conversions between dtypes, and to Python and NumPy, are PyTorch's, errors included."""

import pytest

from tests.tensor.expressions import check, rows

SETUP = """
import copy, pickle
x = torch.ones(2, requires_grad=True)
y = x * 2
i = torch.arange(3)
s = torch.tensor(2.5)
n = torch.tensor(3)
e = torch.empty(0)
c = torch.tensor(1 + 2j)
b = torch.tensor(True)
sg = torch.tensor(2., requires_grad=True)
"""

CONVERSIONS = rows("""
x.item()
e.item()
s.item()
n.item(), type(n.item())
b.item()
c.item()
sg.item()
torch.ones(1,1).item()
torch.tensor(1.5,dtype=torch.bfloat16).item()
torch.tensor(1.5,dtype=torch.float16).item()
x.tolist()
s.tolist()
e.tolist()
torch.ones(2,0).tolist()
torch.ones(2,2,dtype=torch.bfloat16).tolist()
bool(x)
bool(e)
bool(s)
bool(c)
bool(torch.zeros(1))
bool(torch.ones(1,1))
bool(torch.tensor(float('nan')))
int(x)
int(n)
int(b)
int(c)
int(torch.tensor(float('nan')))
int(torch.tensor(float('inf')))
int(e)
float(x)
float(s)
float(n)
float(c)
float(torch.tensor(1+0j))
float(sg)
float(e)
float(torch.ones(1,1))
complex(s)
complex(c)
complex(n)
n.__index__()
s.__index__()
i.__index__()
b.__index__()
torch.ones(1,dtype=torch.int64).__index__()
[1,2,3][torch.tensor(1)]
range(3)[torch.tensor(1)]
len(s)
len(x)
list(s)
x.numpy()
y.numpy()
y.detach().numpy()
x.numpy(force=True)
torch.ones(2,dtype=torch.bfloat16).numpy()
c.resolve_conj().numpy()
torch.ones(2).numpy().flags.writeable
np.asarray(x)
np.asarray(x.detach())
np.array(x.detach(),dtype=np.int32)
np.asarray(x.detach(),dtype=np.float64)
x.detach().__array__()
x.detach().__array__(np.float64)
x.detach().__array__(dtype=np.bool_)
x.to(torch.float64)
x.to('cpu') is x
x.to(torch.float32) is x
x.to(torch.float32,copy=True)
x.to('cpu',torch.float64)
x.to(torch.device('cpu'),dtype=torch.float64)
x.to(i)
x.to(torch.ones(1,dtype=torch.float64))
x.to(dtype=torch.float64)
x.to(device='cpu')
x.to(torch.float64,True,True)
x.to(torch.float64,non_blocking=True)
x.to('cuda')
x.to('float64')
x.to(float)
x.to(3)
x.to(0)
x.to()
x.to(None)
x.to(torch.float64,foo=1)
x.to(np.float64)
x.to(memory_format=torch.channels_last)
torch.ones(2,3,4,5).to(memory_format=torch.channels_last).stride()
torch.ones(2,3).t().to(torch.float64).stride()
torch.ones(2,3).t().to(torch.float64,memory_format=torch.contiguous_format).stride()
i.to(torch.float64)
x.to(torch.int64)
x.to(torch.int64).requires_grad
y.to(torch.float64).grad_fn.next_functions
x.to(torch.complex64)
c.to(torch.float32)
torch.tensor([1+2j],requires_grad=True).to(torch.float32)
torch.tensor([1+2j],requires_grad=True).real
torch.tensor([1.7,-1.7,float('nan'),float('inf'),300.]).to(torch.int32)
torch.tensor([1.7,-1.7,float('nan'),float('inf'),-float('inf'),300.,-1.]).to(torch.uint8)
torch.tensor([1.7,-1.7,float('nan'),float('inf'),-float('inf'),300.,1e20]).to(torch.int64)
torch.tensor([1.7,-1.7,float('nan'),float('inf'),-float('inf'),300.,40000.,3e9]).to(torch.int8)
torch.tensor([1.7,-1.7,np.nan,np.inf,-np.inf,300.,40000.,3e9,1e20]).to(torch.int16)
torch.tensor([1.7,-1.7,float('nan'),0,-0.]).to(torch.bool)
torch.tensor([300,-1]).to(torch.uint8)
torch.tensor([1e39],dtype=torch.float64).to(torch.float32)
torch.tensor([1+1j,0+1j,0]).to(torch.bool)
torch.tensor([1+1j,0+1j,0]).to(torch.int64)
x.type()
i.type()
x.type(torch.float64)
x.type('torch.DoubleTensor')
x.type(torch.DoubleTensor)
x.type('torch.FooTensor')
x.type('foo')
x.type(torch.FloatTensor) is x
x.type(float)
x.type(3)
x.type(dtype=torch.int32)
x.type_as(i)
x.type_as(3)
x.double()
x.float() is x
x.half()
x.bfloat16()
x.int()
x.long()
x.short()
x.char()
x.byte()
x.bool()
x.cfloat()
x.cdouble()
x.double(memory_format=torch.preserve_format)
x.cpu() is x
x.cuda()
x.xpu()
x.mps()
x.data
x.data.requires_grad
x.data is x.data
x.detach()._version
x.element_size()
x.itemsize
x.nbytes
x.nelement()
x.storage_offset()
torch.arange(6.)[2:].storage_offset()
x.data_ptr()==x.detach().data_ptr()
e.data_ptr()
x.untyped_storage()
x.untyped_storage().nbytes()
x.untyped_storage().size()
len(x.untyped_storage())
x.untyped_storage()[0]
x.untyped_storage().tolist()
x.untyped_storage().data_ptr()==x.data_ptr()
type(x.untyped_storage())
x.untyped_storage().device
x.storage()
x.is_same_size(y)
x.is_set_to(x)
x.is_set_to(x.detach())
x.is_shared()
x.detach().share_memory_()
x.pin_memory()
x.is_pinned()
x.is_cuda,x.is_cpu,x.is_sparse,x.is_quantized,x.is_meta,x.is_mkldnn,x.is_mps,x.is_xpu,x.is_xla
x.is_ipu,x.is_nested,x.is_vulkan,x.is_mtia,x.is_maia,x.is_sparse_csr
x.is_hpu
x.get_device()
x.names
x.name
x.is_inference()
x.is_floating_point(), x.is_complex(), x.is_signed(), x.is_conj(), x.is_neg()
s.is_nonzero()
x.is_nonzero()
e.is_nonzero()
x.is_distributed()
x.is_coalesced()
x.is_leaf
x.has_names()
x.dim_order()
x.apply_(lambda v:v+1)
x.detach().apply_(lambda v:v+1)
torch.ones(2).map_(torch.tensor([3.,4.]),lambda a,b:a*b+1)
torch.ones(2).map_(torch.tensor([3,4]),lambda a,b:a*b+1)
torch.ones(2,2).map_(torch.tensor([3.,4.]),lambda a,b:a*b+1)
torch.ones(2).resize_(3).shape
torch.ones(2).resize_(1)
torch.ones(2).resize_((2,2)).shape
x.resize_(3)
y.resize_(3)
torch.ones(4)[1:].resize_(2)
torch.ones(2).resize_as_(torch.ones(3)).shape
torch.ones(2).resize_(-1)
torch.ones(2).set_(torch.arange(3.))
torch.ones(2).set_()
torch.ones(2).set_(torch.arange(3))
torch.ones(2).set_(torch.arange(6.).untyped_storage(),1,(2,2),(2,1))
x.retains_grad
x.__len__()
x.__contains__(1)
1 in x
[1] in x
'a' in x
hash(x)==id(x)
x.__hash__()==id(x)
iter(x)
x.is_contiguous()
x.H
i.numpy(foo=1)
setattr(x,'data',torch.ones(3))
setattr(x,'data',torch.ones(3,dtype=torch.int64))
setattr(y,'data',torch.zeros(2))
setattr(x,'data',3)
y
x
delattr(x,'data')
x.foo
x.real is x
x.imag
x.nonexistent_
torch.ones(2).cpu(memory_format=torch.preserve_format)
torch.ones(2).itemsize
torch.Tensor.__init__
hasattr(torch.ones(2),'__cuda_array_interface__')
hasattr(torch.ones(2),'__array_interface__')
torch.ones(2).__array_priority__
torch.ones(2).__array_wrap__(np.ones(2,dtype=bool))
torch.ones(2).is_shared()
torch.ones(2)._typed_storage()
torch.ones(2)._is_view()
torch.ones(2).__reversed__()
list(reversed(torch.arange(6).reshape(3, 2)))
reversed(torch.tensor(3))
torch.ones(2).__pos__()
""")


@pytest.mark.parametrize("expression", CONVERSIONS)
def test_expression(expression):
    check(expression, SETUP)


@pytest.mark.parametrize(
    "source", ["float16", "float32", "float64", "complex64", "int8", "int64", "uint8", "bool"]
)
def test_every_conversion(source):
    small = source in ("int8", "uint8", "bool")
    numbers = "[0, 1, 2, 100, 3]" if small else "[0, 1, -2, 300, 70000]"
    setup = f"t = torch.tensor({numbers}, dtype=torch.float64).to(torch.{source})"
    for target in (
        "bool",
        "uint8",
        "int8",
        "int16",
        "int32",
        "int64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ):
        check(f"t.to(torch.{target}), t.type(torch.{target}).stride()", setup)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("float32", "float64"),
        ("float64", "float16"),
        ("float32", "complex64"),
        ("complex64", "complex128"),
        ("float64", "bfloat16"),
    ],
)
def test_gradients_come_back_in_the_source_dtype(source, target):
    setup = f"""
x = torch.tensor([1.5, -2.0], dtype=torch.{source}, requires_grad=True)
y = x.to(torch.{target})
(y * y.detach()).abs().sum().backward()
"""
    check("x.grad, y.grad_fn.name()", setup)


def test_second_derivative_through_a_conversion():
    check(
        "torch.autograd.grad(g.sum(), x)",
        """
x = torch.tensor([1.5, -2.0], requires_grad=True)
g, = torch.autograd.grad((x.double() ** 3).sum(), x, create_graph=True)
""",
    )


def test_a_scalar_that_requires_grad_is_warned_about_once():
    check("float(t)", "t = torch.ones(1, requires_grad=True)")
    check("[float(t.detach()), t.item(), int(t)]", "t = torch.ones(1, requires_grad=True)")
