"""Hooks of every kind run when PyTorch's do, with the same arguments."""

import pytest

from tests.nn.twins import agree


def forward_hooks(t):
    log = []
    m = t.nn.Linear(2, 2)

    def note(name, change=None):
        def hook(module, *rest):
            log.append((name, len(rest), [type(x).__name__ for x in rest]))
            return change(rest) if change else None

        return hook

    m.register_forward_pre_hook(note("pre"))
    m.register_forward_pre_hook(note("first", lambda rest: 2 * rest[0][0]), prepend=True)
    m.register_forward_pre_hook(note("kwargs", lambda rest: (rest[0], {})), with_kwargs=True)
    h = m.register_forward_hook(note("post", lambda rest: rest[-1] + 1))
    m.register_forward_hook(note("with", None), with_kwargs=True, always_call=True)
    outs = [m(t.ones(1, 2))]
    h.remove()
    outs.append(m(t.ones(1, 2)))
    return log, outs


def test_forward_hooks():
    agree(forward_hooks)


def test_a_pre_hook_has_to_return_both():
    def program(t):
        m = t.nn.Identity()
        m.register_forward_pre_hook(lambda *rest: 3, with_kwargs=True)
        return m(t.ones(1))

    agree(program)


def test_hooks_that_are_always_called():
    def program(t):
        log = []

        class Failing(t.nn.Module):
            def forward(self, x):
                raise ValueError("no")

        m = Failing()
        m.register_forward_hook(lambda *a: log.append("usual"))
        m.register_forward_hook(lambda *a: log.append(("always", a[-1])), always_call=True)
        m.register_forward_hook(lambda *a: 1 / 0, always_call=True)
        handle = t.nn.modules.module.register_module_forward_hook(
            lambda *a: log.append("everywhere"), always_call=True
        )
        try:
            m(1)
        except ValueError as e:
            log.append(str(e))
        handle.remove()
        return log

    agree(program)


@pytest.mark.parametrize("kind", ["tensor", "tuple", "none", "wrong"])
def test_full_backward_hooks(kind):
    def program(t):
        log = []
        m = t.nn.Linear(2, 3)
        answers = {
            "tensor": None,
            "tuple": (t.ones(1, 2),),
            "none": None,
            "wrong": (t.ones(1, 2), t.ones(1)),
        }
        m.register_full_backward_pre_hook(lambda mod, go: log.append(("pre", go)))
        m.register_full_backward_hook(lambda mod, gi, go: (log.append((gi, go)), answers[kind])[1])
        x = t.ones(1, 2, requires_grad=True)
        out = m(x)
        log.append(out.grad_fn.name())
        out.sum().backward()
        return log, x.grad, m.weight.grad

    agree(program)


def test_backward_hooks_without_inputs_that_require_grad():
    def program(t):
        log = []
        m = t.nn.Linear(2, 3)
        m.register_full_backward_hook(lambda mod, gi, go: log.append((gi, go)))
        m(t.ones(1, 2)).sum().backward()
        return log

    agree(program)


def test_backward_hooks_see_several_inputs_and_outputs():
    def program(t):
        log = []

        class Two(t.nn.Module):
            def forward(self, x, n, y):
                return x * y, n, x + y

        m = Two()
        m.register_full_backward_hook(lambda mod, gi, go: log.append((gi, go)))
        m.register_full_backward_pre_hook(
            lambda mod, go: tuple(g if g is None else 2 * g for g in go)
        )
        x, y = (t.full((2,), v, requires_grad=True) for v in (2.0, 3.0))
        a, _, b = m(x, 5, y)
        (a.sum() + b.sum()).backward()
        return log, x.grad, y.grad

    agree(program)


def test_old_backward_hooks():
    def program(t):
        log = []
        m = t.nn.ReLU()
        m.register_backward_hook(lambda mod, gi, go: log.append((gi, go)))
        x = t.ones(2, requires_grad=True)
        m(x * 1).sum().backward()
        try:
            m.register_full_backward_hook(print)
        except RuntimeError as e:
            log.append(str(e))
        return log

    agree(program)


def test_old_backward_hooks_warn_of_what_they_miss():
    def program(t):
        class Several(t.nn.Module):
            def forward(self, x):
                return (x * 2) + 1

        class Nested(t.nn.Module):
            def forward(self, x):
                return {"y": x + 1}

        log = []
        for m in (Several(), Nested()):
            m.register_backward_hook(lambda mod, gi, go: log.append(len(gi)))
            out = m(t.ones(2, requires_grad=True) * 1)
            (out["y"] if isinstance(out, dict) else out).sum().backward()
        return log

    agree(program)


def test_global_hooks():
    def program(t):
        hooks = t.nn.modules.module
        log = []
        handles = [
            hooks.register_module_forward_pre_hook(lambda m, a: log.append(("pre", type(m)))),
            hooks.register_module_forward_hook(lambda m, a, out: log.append(("post", type(m)))),
            hooks.register_module_full_backward_hook(lambda m, gi, go: log.append(("back", go))),
            hooks.register_module_full_backward_pre_hook(lambda m, go: log.append("before")),
        ]
        m = t.nn.Sequential(t.nn.Tanh(), t.nn.ReLU())
        m(t.ones(2, requires_grad=True)).sum().backward()
        for handle in handles:
            handle.remove()
        m(t.ones(2, requires_grad=True)).sum().backward()
        return log

    agree(program)


def test_registration_hooks():
    def program(t):
        hooks = t.nn.modules.module
        log = []
        handles = [
            hooks.register_module_parameter_registration_hook(
                lambda m, name, p: log.append(("parameter", name))
            ),
            hooks.register_module_buffer_registration_hook(
                lambda m, name, b: log.append(("buffer", name))
            ),
            hooks.register_module_module_registration_hook(
                lambda m, name, s: log.append(("module", name))
            ),
        ]
        t.nn.Sequential(t.nn.BatchNorm1d(2), t.nn.Linear(1, 1, bias=False))
        for handle in handles:
            handle.remove()
        t.nn.Linear(1, 1)
        return log

    agree(program)


def test_state_dict_hooks():
    def program(t):
        log = []
        m = t.nn.Linear(2, 1)
        m.register_state_dict_pre_hook(lambda mod, prefix, keep: log.append(("pre", prefix, keep)))
        m.register_state_dict_post_hook(
            lambda mod, state, prefix, meta: state.update({prefix + "more": 1})
        )
        m._register_state_dict_hook(lambda mod, state, prefix, meta: log.append(meta))
        state = t.nn.Sequential(m).state_dict()
        m.register_load_state_dict_pre_hook(
            lambda mod, state, prefix, *rest: state.pop(prefix + "more", None)
        )
        m.register_load_state_dict_post_hook(
            lambda mod, keys: log.append((type(mod), list(keys.missing_keys)))
        )
        told = m.load_state_dict(m.state_dict())
        return list(state), log, repr(told)

    agree(program)


def test_a_post_hook_may_not_return():
    def program(t):
        m = t.nn.Linear(2, 1)
        m.register_state_dict_post_hook(lambda *a: {})
        return m.state_dict()

    agree(program)


def test_a_load_post_hook_may_not_return():
    def program(t):
        m = t.nn.Linear(2, 1)
        m.register_load_state_dict_post_hook(lambda *a: 3)
        return m.load_state_dict(m.state_dict())

    agree(program)
