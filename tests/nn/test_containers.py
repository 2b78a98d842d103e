"""Containers hold what PyTorch's hold, under the same names, through the same operations."""

import pytest

from tests.nn.twins import agree

SEQUENTIAL = """
s
s[0], s[-1], s[1:], type(s[1:]), len(s)
s[7]
s[-9]
s['a']
(s.append(nn.Tanh()), s)[1]
s.append(3)
(s.extend([nn.Tanh(), nn.ReLU()]), s)[1]
(s.insert(1, nn.Tanh()), s)[1]
(s.insert(-1, nn.Tanh()), s)[1]
s.insert(9, nn.Tanh())
s.insert(0, 3)
s.pop(0), s
s.pop(slice(0, 2)), s
s + nn.Sequential(nn.Tanh())
s + [nn.Tanh()]
s * 2
2 * s
s * 0
s * 'a'
s.__imul__(2)
s.__iadd__(nn.Sequential(nn.Tanh()))
s.__iadd__(3)
(s.__setitem__(0, nn.Tanh()), s)[1]
(s.__delitem__(0), s, [n for n, _ in s.named_parameters()])
(s.__delitem__(slice(0, 2)), s)
s(torch.ones(1, 2))
list(s.state_dict())
nn.Sequential(nn.OrderedDict) if hasattr(nn, 'OrderedDict') else 0
nn.Sequential(OrderedDict(a=nn.Tanh(), b=nn.ReLU())), nn.Sequential(OrderedDict(a=nn.Tanh())).a
nn.Sequential(OrderedDict(a=nn.Tanh(), b=nn.ReLU()))[0:1]
nn.Sequential(), nn.Sequential(nn.Sequential(nn.Tanh()))
nn.Sequential(3)
'0' in dir(s)
""".strip().splitlines()

MODULE_LIST = """
l
l[0], l[-1], l[1:], len(l), [type(m) for m in l]
l[9]
nn.ModuleList()
nn.ModuleList(3)
(l.append(nn.Tanh()), l)[1]
(l.extend([nn.Linear(2, 2), nn.Linear(2, 2)]), l)[1]
(l.insert(1, nn.Tanh()), l)[1]
l.pop(0), l
l + [nn.Tanh()]
l.__iadd__([nn.Tanh()])
(l.__setitem__(0, nn.Tanh()), l)[1]
(l.__delitem__(1), l)[1]
(l.__delitem__(slice(0, 2)), l)[1]
l(1)
nn.ModuleList([nn.Sequential(nn.Tanh(), nn.ReLU()) for _ in range(2)])
nn.Sequential(nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Tanh()]))
""".strip().splitlines()

MODULE_DICT = """
d
d['a'], len(d), list(d), 'a' in d, 'x' in d, list(d.keys()), list(d.values()), list(d.items())
d['x']
(d.__setitem__('c', nn.ReLU()), d)[1]
(d.__delitem__('a'), d)[1]
d.pop('a'), d
(d.clear(), d)[1]
(d.update({'b': nn.Tanh(), 'z': nn.Tanh()}), d)[1]
(d.update([['z', nn.Tanh()]]), d)[1]
d.update(3)
d.update([3])
d.update([[1, 2, 3]])
nn.ModuleDict(d)
nn.ModuleDict({'a.b': nn.ReLU()})
nn.ModuleDict({3: nn.ReLU()})
d(1)
""".strip().splitlines()

PARAMETER_LIST = """
p
p[0], p[-1], p[1:], len(p), list(p)
p[9]
nn.ParameterList(), nn.ParameterList([torch.ones(1, 2)])
(p.append(torch.ones(1)), p, list(p.state_dict()))
(p.extend([torch.ones(1), 3]), p)
p.extend(3)
p.extend(torch.ones(3))
p.__iadd__([torch.zeros(2)])
(p.__setitem__(0, torch.zeros(3)), p)
p()
[n for n, _ in p.named_parameters()]
""".strip().splitlines()

PARAMETER_DICT = """
q
q['a'], len(q), list(q), 'a' in q, list(reversed(q)), list(q.keys()), list(q.items())
q['x']
q[3]
(q.__setitem__('z', torch.ones(1)), q)
(q.__delitem__('a'), q)
q.__delitem__('x')
q.copy(), q | {'z': torch.ones(1)}, {'z': torch.ones(1)} | q
q.__ior__({'z': torch.ones(1)})
q.setdefault('a'), q.setdefault('y', torch.ones(1)), q
q.get('a'), q.get('x'), q.get('x', 3)
q.pop('a'), q
q.popitem(), q
(q.clear(), q, q.fromkeys(['u', 'v'], torch.ones(1)))
(q.update({'z': torch.ones(1), 'y': 3}), q)
(q.update([('z', torch.ones(1))]), q)
q.update(3)
q.update([3])
q.update([[1, 2, 3]])
nn.ParameterDict({'b': torch.ones(1), 'a': torch.ones(2)})
q(1)
""".strip().splitlines()

SETUP = """
from collections import OrderedDict
s = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
l = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU()])
d = nn.ModuleDict({'b': nn.ReLU(), 'a': nn.Linear(1, 1)})
p = nn.ParameterList([torch.ones(2), nn.Parameter(torch.ones(1, 2)), 3])
q = nn.ParameterDict({'a': torch.ones(2), 'b': nn.Parameter(torch.ones(1), False)})
"""


@pytest.mark.parametrize(
    "expression", [*SEQUENTIAL, *MODULE_LIST, *MODULE_DICT, *PARAMETER_LIST, *PARAMETER_DICT]
)
def test_expression(expression):
    def program(t):
        names = {"torch": t, "nn": t.nn}
        exec(SETUP, names)
        return eval(expression, names)

    agree(program)


def test_container_is_deprecated():
    agree(lambda t: t.nn.Container(a=t.nn.ReLU()))
