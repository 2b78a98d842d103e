"""Data sets, samplers and collating, against PyTorch."""

import pytest

import rushlight
from tests.tensor.expressions import check, rows

torch = pytest.importorskip("torch")

SETUP = """
import collections, types
D = torch.utils.data
T = torch.arange(6).reshape(3, 2)
Point = collections.namedtuple('Point', 'x y')

class Count(D.IterableDataset):
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))

    def __len__(self):
        return self.n

class Together(D.Dataset):
    def __init__(self, short=False):
        self.short = short

    def __len__(self):
        return 5

    def __getitem__(self, i):
        return -i

    def __getitems__(self, indices):
        return [100 + i for i in indices[:1 if self.short else None]]

class Mine(D.Subset):
    def __getitem__(self, i):
        return 7

class Both(D.Subset):
    def __getitem__(self, i):
        return 7

    def __getitems__(self, indices):
        return [7 for i in indices]

def G(seed=0):
    return torch.Generator().manual_seed(seed)

def listed(x):
    return len(x), list(x)

def parts(*args, **kwargs):
    return [(len(p), p.indices, type(p).__name__) for p in D.random_split(*args, **kwargs)]

def epochs(sampler, *numbers):
    out = []
    for n in numbers:
        sampler.set_epoch(n)
        out.append(list(sampler))
    return out, len(sampler)

class Broken(collections.UserDict):
    def __copy__(self):
        raise TypeError
"""

DATASETS = rows("""
D.Dataset()[0]
D.Dataset.__getitem__.__qualname__
listed(D.TensorDataset(T, T * 2))
D.TensorDataset(T, T * 2)[1:]
D.TensorDataset(T, T * 2)[[0, 2]]
D.TensorDataset(T, T[:2])
D.TensorDataset(T)[5]
D.StackDataset([1, 2], 'ab')[1]
D.StackDataset(a=[1, 2], b='ab')[0]
len(D.StackDataset([1, 2], 'ab'))
D.StackDataset(range(5), Together()).__getitems__([1, 3])
D.StackDataset(a=range(5), b=Together()).__getitems__([1, 3])
D.StackDataset(range(5), Together(True)).__getitems__([1, 3])
D.StackDataset(a=range(5), b=Together(True)).__getitems__([1, 3])
D.StackDataset()
D.StackDataset([1], a=[2])
D.StackDataset([1], [1, 2])
D.StackDataset(a=[1], b=[1, 2])
[D.ConcatDataset([[1, 2], [], 'abc'])[i] for i in (0, 1, 2, 4, -1, -5)]
D.ConcatDataset([[1, 2]])[2]
D.ConcatDataset([[1, 2]])[-3]
D.ConcatDataset([])
D.ConcatDataset([Count(2)])
len(D.ConcatDataset([[1, 2], 'abc'])), D.ConcatDataset([[1, 2], 'abc']).cumulative_sizes
type(Together() + Together()).__name__, len(Together() + [1])
listed(D.ChainDataset([Count(2), Count(3)]))
list(D.ChainDataset([Count(2), [1]]))
len(D.ChainDataset([Count(2), [1]]))
type(Count(1) + Count(2)).__name__, listed(Count(1) + Count(2))
list(D.Subset('abcde', [4, 0, 0]))
D.Subset(T, [2, 0])[[1, 0]]
D.Subset(Together(), [2, 0]).__getitems__([1, 0])
D.Subset('abcde', [2, 0]).__getitems__([1, 0])
len(D.Subset('abcde', [4, 0, 0]))
Mine('abc', [0])
Both('abc', [0, 1])[1]
parts(range(10), [7, 3], G())
parts(range(10), [7, 3])
parts(range(10), [.7, .3], G(1))
parts(range(11), [.5, .25, .25], G(1))
parts(range(2), [.9, .1], G(1))
parts(range(3), [.25, .25, .25, .25], G(1))
parts(range(10), [7, 2])
parts(range(10), [1.5, -.5])
parts(range(10), [.5, .6])
parts(range(0), [0, 0])
torch.get_rng_state().sum(), parts(range(10), [7, 3], generator=None), torch.rand(1)
""")

SAMPLERS = rows("""
listed(D.SequentialSampler('abc'))
listed(D.RandomSampler('abcde'))
listed(D.RandomSampler('abcde', generator=G()))
listed(D.RandomSampler('abcde', num_samples=12, generator=G()))
listed(D.RandomSampler('abcde', num_samples=10, generator=G()))
listed(D.RandomSampler('abcde', num_samples=2, generator=G()))
listed(D.RandomSampler('abcde', True, generator=G()))
listed(D.RandomSampler('abcde', True, 70, G()))
listed(D.RandomSampler('abcde', True, 64, G()))
(lambda g: (list(D.RandomSampler('abcde', True, 64, g)), torch.rand(1, generator=g)))(G())
(lambda g: (list(D.RandomSampler('abcde', num_samples=10, generator=g)), g.get_state()[:9]))(G())
list(D.RandomSampler('abcde')), list(D.RandomSampler('abcde')), torch.rand(1)
D.RandomSampler([])
D.RandomSampler('abc', 1)
D.RandomSampler('abc', num_samples=0)
D.RandomSampler('abc', num_samples=1.5)
listed(D.SubsetRandomSampler([7, 8, 9], G()))
listed(D.SubsetRandomSampler([7, 8, 9]))
listed(D.WeightedRandomSampler([.1, .9, .5], 8, generator=G()))
listed(D.WeightedRandomSampler([.1, .9, .5], 3, False, G()))
list(D.WeightedRandomSampler([.1, .9, .5], 4, False, G()))
D.WeightedRandomSampler([[.1]], 1)
D.WeightedRandomSampler([.1], 0)
D.WeightedRandomSampler([.1], True)
D.WeightedRandomSampler([.1], 1, 1)
D.WeightedRandomSampler([1, 2], 1).weights
listed(D.BatchSampler(range(7), 3, False))
listed(D.BatchSampler(range(7), 3, True))
listed(D.BatchSampler(range(6), 3, True))
listed(D.BatchSampler(range(0), 3, False))
D.BatchSampler(range(3), 0, False)
D.BatchSampler(range(3), True, False)
D.BatchSampler(range(3), 1, 1)
len(D.BatchSampler(iter(range(3)), 1, False))
list(D.Sampler())
epochs(D.DistributedSampler(range(7), 3, 0), 0, 1)
epochs(D.DistributedSampler(range(7), 3, 2, seed=5), 0, 1)
epochs(D.DistributedSampler(range(7), 3, 2, shuffle=False), 0, 1)
epochs(D.DistributedSampler(range(7), 3, 2, drop_last=True), 0, 1)
epochs(D.DistributedSampler(range(6), 3, 2, drop_last=True), 0)
epochs(D.DistributedSampler(range(2), 5, 4, shuffle=False), 0)
D.DistributedSampler(range(7), 3, 3)
D.DistributedSampler(range(7), 3, -1)
""")

COLLATING = rows("""
D.default_collate([1, 2])
D.default_collate([1, 2.5])
D.default_collate([1.5, 2])
D.default_collate([True, False])
D.default_collate(['a', 'b'])
D.default_collate([b'a', b'b'])
D.default_collate([T, T * 2])
D.default_collate((T, T * 2))
D.default_collate([T, T[:2]])
D.default_collate([T.float().requires_grad_()] * 2)
D.default_collate([np.ones(2), np.zeros(2)])
D.default_collate([np.ones(2, 'f4'), np.zeros(3, 'f4')])
D.default_collate([np.float32(1), np.float32(2)])
D.default_collate([np.int64(1), np.int64(2)])
D.default_collate([np.bool_(True), np.bool_(False)])
D.default_collate([np.array(1.5), np.array(2)])
D.default_collate([np.array(['a']), np.array(['b'])])
D.default_collate([np.array([None]), np.array([None])])
D.default_collate([(1, 'a'), (2, 'b')])
D.default_collate([[1, 2.], [3, 4.]])
D.default_collate([[1, 2], [3]])
D.default_collate([Point(1, T), Point(2, T)])
D.default_collate([{'a': 1, 'b': {'c': 'x'}}, {'a': 2, 'b': {'c': 'y'}}])
D.default_collate([collections.OrderedDict(a=1), collections.OrderedDict(a=2)])
D.default_collate([collections.defaultdict(int, a=1), collections.defaultdict(int, a=2)])
D.default_collate([types.MappingProxyType({'a': 1})] * 2)
D.default_collate([collections.UserList([1, 2])] * 2)
D.default_collate([collections.deque([1, 2])] * 2)
D.default_collate([Broken(a=1)] * 2)
D.default_collate([{'a': 1}, {'b': 2}])
D.default_collate([range(2), range(2)])
D.default_collate([None])
D.default_collate([object])
D.default_collate([{1}])
D.default_collate([])
D.default_convert([1, 2.])
D.default_convert(np.ones(2))
D.default_convert(np.float32(1))
D.default_convert(np.array(['a']))
D.default_convert(np.str_('a'))
D.default_convert((1, np.ones(1)))
D.default_convert([1, np.ones(1)])
D.default_convert({'a': np.ones(1), 'b': None})
D.default_convert(collections.OrderedDict(a=np.ones(1)))
D.default_convert(types.MappingProxyType({'a': np.ones(1)}))
D.default_convert(Point(np.ones(1), 2))
D.default_convert(collections.UserList([np.ones(1)]))
D.default_convert('text')
D.default_convert(b'text')
D.default_convert(range(2))
D.default_convert(T) is T
D._utils.collate.collate([(1, 'a'), (2, 'b')], collate_fn_map={int: lambda b, *, collate_fn_map: sum(b), str: lambda b, *, collate_fn_map: ''.join(b)})
D._utils.collate.collate([1.5], collate_fn_map={int: lambda b, *, collate_fn_map: sum(b)})
""")  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("expression", DATASETS + SAMPLERS + COLLATING)
def test_like_pytorch(expression):
    check(expression, SETUP)


def test_the_misspelt_name_warns():
    joined = rushlight.utils.data.ConcatDataset([[1], [2]])
    with pytest.warns(FutureWarning, match="renamed to `cumulative_sizes`"):
        assert joined.cummulative_sizes == [1, 2]


def test_a_process_group_is_needed_to_ask_for():
    with pytest.raises(RuntimeError, match="Requires distributed package to be available"):
        rushlight.utils.data.DistributedSampler([1], rank=0)


def test_samples_of_a_subclass_are_batched():
    class Mine(rushlight.Tensor):
        pass

    batch = rushlight.utils.data.default_collate([rushlight.ones(2).as_subclass(Mine)] * 2)
    assert batch.shape == (2, 2)
