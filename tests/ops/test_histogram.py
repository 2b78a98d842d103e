"""torch.histogram, histogramdd and unravel_index against PyTorch."""

import pytest

import rushlight
from tests.tensor.expressions import check, rows

pytest.importorskip("torch")

SETUP = """
nan, inf = float('nan'), float('inf')
x = torch.tensor([1., 2, 1, 4, 2.5])
m = torch.tensor([[.1, 2], [.5, -1], [-1, .3], [.1, .9]])
edges = torch.tensor([0., 1, 2, 4])
"""


@pytest.mark.parametrize(
    "expression",
    rows("""
torch.histogram(x, 4)
torch.histogram(x)
x.histogram(4, density=True)
torch.histogram(x, bins=4, range=(0., 3.))
torch.histogram(x, 7, range=(0., 3.), weight=torch.arange(5.))
torch.histogram(x, edges)
torch.histogram(x, edges, density=True, weight=torch.arange(5.))
torch.histogram(x.double(), 3)
torch.histogram(m, 2)
torch.histogram(torch.tensor([]), 3)
torch.histogram(torch.ones(3), 3)
torch.histogram(x, 3, range=(1., 1.))
torch.histogram(x, torch.tensor([1.]))
torch.histogram(torch.tensor([1., nan, 2]), edges)
torch.histogram(x, 0)
torch.histogram(x, 3, range=(2., 1.))
torch.histogram(x, 3, range=(1.,))
torch.histogram(x, 3, range=(0., inf))
torch.histogram(torch.tensor([1., nan]), 3)
torch.histogram(torch.tensor([1., inf]), 3)
torch.histogram(x.long(), 3)
torch.histogram(x.half(), 3)
torch.histogram(x + 0j, 3)
torch.histogram(x, 3, weight=torch.ones(4))
torch.histogram(x, 3, weight=torch.ones(5).double())
torch.histogram(x, edges.double())
torch.histogram(x, edges[None])
torch.histogram(x, edges[:0])
torch.histogram(x, 3, out=(torch.empty(0), torch.empty(0)))[0]
torch.histogramdd(m, [2, 3])
torch.histogramdd(m, 2)
torch.histogramdd(m, (edges - 1, edges / 2))
torch.histogramdd(m, [2, 2], range=[-1., 1., -2., 2.])
torch.histogramdd(m, [2, 2], weight=torch.arange(4.), density=True)
torch.histogramdd(m.view(2, 2, 2), [2, 2])
torch.histogramdd(m, [2])
torch.histogramdd(m, [edges])
torch.histogramdd(m, [2, 2], range=[1.])
torch.histogramdd(m[0], [2])
torch.histogramdd(m.long(), 2)
torch.unravel_index(torch.tensor([3, 5]), (2, 4))
torch.unravel_index(torch.tensor([[3], [9]]), torch.Size([2, 4]))
torch.unravel_index(torch.tensor(3), 4)
torch.unravel_index(torch.tensor([-1]), (2, 4))
torch.unravel_index(torch.tensor([1], dtype=torch.int32), (2, 3))
torch.unravel_index(torch.tensor([]).long(), (2, 4))
torch.unravel_index(torch.tensor([1]), ())
torch.unravel_index(torch.tensor([1.]), (2, 4))
torch.unravel_index(torch.tensor([True]), (2, 4))
torch.unravel_index(torch.tensor([1]), (2, -4))
torch.unravel_index(torch.tensor([1]), (2, 4.))
torch.unravel_index(torch.tensor([1]), torch.tensor([2, 4]))
torch.unravel_index(torch.tensor([1]), 'a')
torch.unravel_index(torch.tensor([1]), 2.5)
"""),
)
def test_results_and_errors(expression):
    check(expression, SETUP)


def test_a_number_of_bins_must_be_whole():
    with pytest.raises(TypeError, match="invalid combination of arguments"):
        rushlight.histogram(rushlight.ones(3), 2.5)


def test_batches_have_ranges_of_their_own():
    x = rushlight.tensor([[0.0, 1.0, 1.0], [2.0, 4.0, 2.0]])
    hist, edges = rushlight.func.vmap(lambda row: tuple(rushlight.histogram(row, 2)))(x)
    assert hist.tolist() == [[1, 2], [2, 1]]
    assert edges.tolist() == [[0, 0.5, 1], [2, 3, 4]]
