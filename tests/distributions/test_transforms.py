"""Transforms, their inverses, volumes, shapes, caches and equality are PyTorch's."""

import copy
import gc
import pickle
import weakref

import pytest

from tests.distributions.cases import compare, rushlight, text, torch

T = rushlight.distributions.transforms
TRANSFORMS = """
D.AbsTransform()
D.AffineTransform(1.0, -2.0)
D.AffineTransform(t(1.0, 2.0, 3.0), t(-1.0, 2.0, 0.5))
D.AffineTransform(t(1.0, 2.0, 3.0), 3, event_dim=1)
D.CatTransform([D.ExpTransform(), D.TanhTransform()], dim=-1, lengths=[1, 2])
D.CatTransform([D.ExpTransform(), D.SigmoidTransform(), D.identity_transform], dim=0)
D.CatTransform([D.StickBreakingTransform(), D.SoftmaxTransform()], dim=0, lengths=[2, 1])
D.ComposeTransform([])
D.ComposeTransform([D.ExpTransform(), D.AffineTransform(0.0, 2.0)])
D.ComposeTransform([D.AffineTransform(0.0, 2.0), D.StickBreakingTransform(), D.PowerTransform(2.0)])
D.CorrCholeskyTransform()
D.CumulativeDistributionTransform(D.Normal(0.0, 2.0))
D.ExpTransform()
D.ExpTransform().inv
D.IndependentTransform(D.ExpTransform(), 1)
D.IndependentTransform(D.ExpTransform(), 3)
D.LowerCholeskyTransform()
D.PositiveDefiniteTransform()
D.PowerTransform(2.0)
D.PowerTransform(t(1.0, -2.0, 0.5))
D.ReshapeTransform((3,), (3, 1))
D.ReshapeTransform((3, 3), (9,))
D.SigmoidTransform()
D.SoftmaxTransform()
D.SoftplusTransform()
D.StackTransform([D.ExpTransform(), D.TanhTransform(), D.identity_transform], dim=0)
D.StackTransform([D.ExpTransform(), D.TanhTransform()], dim=-1)
D.StickBreakingTransform()
D.TanhTransform()
""".strip().splitlines()


def x_of(torch):
    return torch.tensor(
        [[0.3, 0.2, 0.9], [0.1, 0.5, 0.7], [0.6, 0.4, 0.8]], dtype=torch.float64, requires_grad=True
    )


def volume(torch, t):
    x = x_of(torch)
    y = t(x)
    volume = t.log_abs_det_jacobian(x, y)
    return volume, torch.autograd.grad(volume.sum(), x, allow_unused=True)


def round_trip(torch, t):
    x = x_of(torch)
    y = t(x)
    return y, torch.autograd.grad((y * y.detach()).sum(), x), t.inv(y), t.inv.inv is t


QUESTIONS = {
    "repr": lambda torch, t: (t, t.inv),
    "constraints": lambda torch, t: [(c, c.event_dim) for c in (t.domain, t.codomain)],
    "constraints of the inverse": lambda torch, t: [t.inv.domain, t.inv.codomain],
    "event_dim": lambda torch, t: t.event_dim,
    "bijective": lambda torch, t: (t.bijective, t.inv.bijective),
    "sign": lambda torch, t: (t.sign, t.inv.sign),
    "values": round_trip,
    "volume": volume,
    "volume of the inverse": lambda torch, t: t.inv.log_abs_det_jacobian(
        t(x_of(torch)), x_of(torch)
    ),
    "shapes": lambda torch, t: (t.forward_shape((3, 3)), t.inverse_shape(t.forward_shape((3, 3)))),
    "shape of nothing": lambda torch, t: t.forward_shape(()),
    "inverse shape of nothing": lambda torch, t: t.inverse_shape(()),
    "other shape": lambda torch, t: t.forward_shape((7, 2)),
    "other inverse shape": lambda torch, t: t.inverse_shape((7, 2)),
    "of a vector": lambda torch, t: t(x_of(torch)[0]),
    "of a number": lambda torch, t: t(x_of(torch)[0, 0]),
    "with cache": lambda torch, t: t.with_cache(1)(x_of(torch)),
    "equality": lambda torch, t: [t == t, t == 3, t != t, t.inv == t.inv, t == t.inv],
}


@pytest.mark.parametrize("case", TRANSFORMS)
def test_answers(case):
    failed = []
    for name, question in QUESTIONS.items():
        try:
            compare(case, question)
        except AssertionError as error:
            failed.append(f"{name}: {error}")
    assert not failed, "\n".join(failed)


def test_which_are_equal():
    def question(torch, D):
        made = [
            *(D.ExpTransform(), D.ExpTransform(), D.TanhTransform(), D.ExpTransform().inv),
            *(D.ExpTransform().inv, D.AffineTransform(0, 1), D.AffineTransform(0.0, 1.0)),
            *(D.AffineTransform(torch.zeros(2), 1), D.PowerTransform(2.0), D.PowerTransform(3.0)),
            *(D.ComposeTransform([D.ExpTransform()]), D.ComposeTransform([D.ExpTransform()])),
            D.IndependentTransform(D.ExpTransform(), 1),
        ]
        return [[a == b for a in made] for b in made]

    compare("D", question)


def test_the_cache_gives_back_the_same_tensor():
    t = T.ExpTransform(cache_size=1)
    x = rushlight.ones(2)
    y = t(x)
    assert t(x) is y
    assert t.inv(y) is x
    assert t.with_cache(1) is t
    assert t.with_cache(0)(x) is not y
    inner = T.ComposeTransform([T.ExpTransform(), T.TanhTransform()], cache_size=1)
    assert inner(x) is inner(x)


def test_a_cache_of_another_size_is_refused():
    compare("D", lambda torch, D: D.ExpTransform(cache_size=2))


def test_a_subclass_with_its_own_constructor_says_how_to_cache():
    def question(torch, D):
        class Mine(D.transforms.Transform):
            def __init__(self, a):
                super().__init__()

        return [str(Mine(3).with_cache(0)), Mine(3).with_cache()]

    compare("D", question)


def test_a_subclass_without_constructor_is_cached():
    def question(torch, D):
        class Double(D.transforms.Transform):
            domain = codomain = D.constraints.real
            bijective = True

            def _call(self, x):
                return 2 * x

            def _inverse(self, y):
                return y / 2

        t = Double().with_cache()
        x = torch.ones(2)
        return t, t(x) is t(x), t.inv(t(x)) is x, t.inv(torch.ones(1))

    compare("D", question)


def test_nothing_is_left_behind():
    enabled = gc.isenabled()
    gc.disable()
    try:
        t = T.ComposeTransform([T.ExpTransform(), T.TanhTransform()])
        dead = [weakref.ref(t), weakref.ref(t.inv), weakref.ref(t.parts[0])]
        del t
        assert [r() for r in dead] == [None, None, None]
    finally:
        if enabled:
            gc.enable()


def test_copies_and_pickles_work():
    t = T.AffineTransform(1.0, 2.0)
    assert t.inv(rushlight.ones(1)) == 0
    for twin in (copy.deepcopy(t), pickle.loads(pickle.dumps(t))):
        assert twin == t
        assert twin.inv.inv is twin


CONSTRAINTS = """
C.real
C.positive
C.nonnegative
C.greater_than(2.0)
C.greater_than_eq(-1)
C.less_than(3.0)
C.interval(0,1)
C.interval(-1.0,2.0)
C.half_open_interval(0.0,3.0)
C.unit_interval
C.simplex
C.lower_cholesky
C.positive_definite
C.positive_semidefinite
C.corr_cholesky
C.independent(C.positive,1)
C.cat([C.real,C.positive])
C.stack([C.real,C.simplex])
C.boolean
C.real_vector
C.integer_interval(0,3)
C.square
""".strip().splitlines()


def test_the_registries_find_the_same():
    for constraint in CONSTRAINTS:
        for name in ("biject_to", "transform_to"):
            compare(constraint, lambda torch, c, name=name: values(torch, name, c))


def values(torch, name, constraint):
    t = getattr(torch.distributions, name)(constraint)
    y = t(torch.linspace(-1, 2, 9).reshape(3, 3)[: 2 if "tack" in repr(constraint) else 3])
    return text(t), y, constraint.check(y)


def test_registering_a_constraint_of_ones_own():
    def question(torch, D):
        class Even(D.constraints.Constraint):
            pass

        @D.biject_to.register(Even)
        def to_even(constraint):
            return D.AffineTransform(0.0, 2.0)

        return D.biject_to(Even())(torch.ones(1)), D.transform_to(Even())

    compare("D", question)


@pytest.mark.parametrize("what", ["3", "int", "D.Normal"])
def test_registering_something_else_is_refused(what):
    compare(what, lambda torch, w: torch.distributions.biject_to.register(w, lambda c: None))


REFUSED = """
D.ReshapeTransform((2,), (3,))
D.CatTransform([3])
D.CatTransform([D.ExpTransform()], lengths=[1, 2])
D.StackTransform([3])
D.TransformedDistribution(D.Normal(0.0, 1.0), 3)
D.TransformedDistribution(D.Normal(0.0, 1.0), [3])
D.TransformedDistribution(D.Normal(0.0, 1.0), D.StickBreakingTransform())
D.CorrCholeskyTransform()(torch.ones(4))
D.CorrCholeskyTransform().inverse_shape((2, 3))
D.utils.tril_matrix_to_vec(torch.eye(2), 2)
D.utils.vec_to_tril_matrix(torch.ones(6), -1)
D.utils.vec_to_tril_matrix(torch.ones(10), 1)
D.utils.broadcast_all(1.0, None)
""".strip().splitlines()


@pytest.mark.parametrize("expression", REFUSED)
def test_bad_arguments(expression):
    compare(f"lambda: {expression}", lambda torch, f: f())


assert torch  # PyTorch is the one that is compared with
