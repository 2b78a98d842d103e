"""Operations that are declared when asked for: everybody sees them, and nobody pays for them."""

import json
import subprocess
import sys

import pytest

from rushlight.ops.late import DECLARED, homes


def run(program):
    """What a program prints, as JSON, in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


WITH_ONE_MORE = """
import json, sys
import rushlight as torch
from rushlight.ops import late
late.tabulate({"_an_example": {"torch Tensor": "thrice", "F": "four_times", "Tensor": "five"}})
late.install(torch.Tensor)

class Source:  # in place of a file
    def find_spec(self, name, path=None, target=None):
        from importlib.machinery import ModuleSpec
        return ModuleSpec(name, self) if name == "rushlight.ops._an_example" else None
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        from rushlight.ops.families import Unary
        from rushlight.ops.publish import attribute, public
        class thrice(Unary):
            def forward(x):
                return 3 * x
        @public("F")
        def four_times(input):
            return input + thrice(input)
        @attribute
        def five(self):
            return 5

sys.meta_path.insert(0, Source())
x = torch.ones(1)
loaded = lambda: "rushlight.ops._an_example" in sys.modules
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("torch.thrice(torch.ones(1)).item()", 3),
        ("torch.ones(1).thrice().item()", 3),
        ("torch.Tensor.thrice(torch.ones(1)).item()", 3),
        ("torch.nn.Parameter(torch.ones(1)).thrice().item()", 3),
        ("torch.ones(1).five", 5),
        ("torch.nn.functional.four_times(torch.ones(1)).item()", 4),
        ("hasattr(torch, 'thrice') and hasattr(torch.Tensor, 'thrice')", True),
        ("(exec('from rushlight import thrice') or torch.thrice).__name__", "thrice"),
        ("(exec('from rushlight.nn.functional import four_times') or four_times)(x).item()", 4),
    ],
)
def test_each_way_to_ask(expression, value):
    """Before, nothing is imported; after, the name stands where it was asked for."""
    program = f"{WITH_ONE_MORE}before = loaded()\nvalue = {expression}\n"
    assert run(f"{program}print(json.dumps([before, value, loaded()]))") == [False, value, True]


def test_names_are_seen_without_an_import():
    program = """
import rushlight.nn.functional as F
seen = ["thrice" in dir(torch), "thrice" in dir(x), "ctc_loss" in dir(F), "ctc_loss" in F.__all__]
print(json.dumps([*seen, hasattr(torch, "four_times"), "rushlight.ops.ctc" in sys.modules, loaded()]))
"""
    assert run(WITH_ONE_MORE + program) == [True, True, True, True, False, False, False]


def test_what_was_found_needs_no_second_search():
    program = """
torch.thrice, torch.ones(1).thrice
print(json.dumps([vars(torch)["thrice"] is torch.thrice,
                  vars(torch.Tensor)["thrice"] is torch.Tensor.thrice]))
"""
    assert run(WITH_ONE_MORE + program) == [True, True]


PUBLISHED = """
import json
import rushlight
from rushlight.ops import late, publish
before = {place: set(names) for place, names in publish.namespaces.items()}
late.import_all()
after = {place: sorted(set(names) - before.get(place, set()))
         for place, names in publish.namespaces.items()}
print(json.dumps({place: names for place, names in after.items() if names}))
"""


def test_the_table_is_what_the_modules_publish():
    assert run(PUBLISHED) == {place: sorted(names) for place, names in homes.items() if names}


def test_importing_rushlight_imports_none_of_them():
    loaded = run("import json, sys, rushlight.nn.functional\nprint(json.dumps([*sys.modules]))")
    assert not {f"rushlight.ops.{module}" for module in DECLARED}.intersection(loaded)
