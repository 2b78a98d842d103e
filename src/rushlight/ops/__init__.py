"""The operations; `torch.ops.aten` names them one by one."""


def __getattr__(name):
    if name == "aten":
        from importlib import import_module

        return import_module("rushlight.ops.aten")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
