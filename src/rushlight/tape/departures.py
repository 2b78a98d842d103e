"""Where a value left the graph, read off the source of the user's function.

From the call of backward, the names in the expression are followed back through the assignments
above; what each passes through is looked at: `.detach()`, `.item()`, a comparison, a block without
recording.  A reading, not a proof: it says "may".
"""

import ast
import linecache

CALLS = {
    "detach": "detach() cuts the history off",
    "detach_": "detach_() cuts the history off",
    "item": "item() gives a Python number",
    "tolist": "tolist() gives Python numbers",
    "numpy": "numpy() gives an array without history",
    "argmax": "argmax() gives integers",
    "argmin": "argmin() gives integers",
    "long": "long() gives integers",
    "int": "int() gives integers",
    "bool": "bool() gives truth values",
}
MAKERS = {"tensor", "as_tensor", "from_numpy", "Tensor", "FloatTensor"}
CONVERSIONS = {"float", "int", "bool"}
MODES = {"no_grad", "inference_mode"}


def found(code, line):
    """Sentences on where, above `line` of a code object, values may have left the graph."""
    try:
        tree = ast.parse("".join(linecache.getlines(code.co_filename)))
    except SyntaxError:
        return []
    scope = scope_of(tree, code)
    reader = Reader(code.co_filename, scope, line)
    reader.follow()
    return reader.sentences[:3]


def scope_of(tree, code):
    """The function that a code object was compiled from, or the module."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name:
            first = min([node.lineno, *[d.lineno for d in node.decorator_list]])
            if first <= code.co_firstlineno <= node.lineno:
                return node
    return tree


class Reader:
    """Follows names backwards from one line of a function."""

    def __init__(self, filename, scope, line):
        self.filename = filename
        self.line = line
        self.sentences = []
        self.assigned = []  # (line, names, value, is recording off around it?)
        self.roots = []
        self.collect(scope.body, False)

    def collect(self, body, off):
        """Note the assignments of a block, and the expressions that backward is called on."""
        for statement in body:
            blind = off or (
                isinstance(statement, ast.With) and any(map(switches_off, statement.items))
            )
            value = getattr(statement, "value", None)
            if isinstance(statement, ast.Assign):
                self.assign(statement.targets, value, off, statement.lineno)
            elif isinstance(statement, (ast.AugAssign, ast.AnnAssign)) and value is not None:
                self.assign([statement.target], value, off, statement.lineno)
            if statement.lineno <= self.line <= statement.end_lineno:
                self.roots += [r for n in ast.walk(statement) for r in differentiated(n, self.line)]
            for field in ("body", "orelse", "finalbody"):
                if not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                    self.collect(getattr(statement, field, []), blind)

    def assign(self, targets, value, off, line):
        names = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        self.assigned.append((line, names, value, off))

    def follow(self):
        """Look at what the roots are made of, and at what that is made of."""
        queue = [(root, self.line) for root in self.roots]
        seen = set()
        while queue:
            value, line = queue.pop(0)
            self.look(value)
            names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
            for at, targets, made_of, off in reversed(self.assigned):
                if at <= line and at not in seen and targets & names:
                    seen.add(at)
                    if off:
                        self.say(at, "recording is off in this block")
                    queue.append((made_of, at))

    def look(self, value):
        for node in ast.walk(value):
            why = cause(node)
            if why:
                self.say(node.lineno, why)

    def say(self, line, why):
        source = linecache.getline(self.filename, line).strip()
        sentence = f"It may have left the graph at {self.filename}:{line}: {source} ({why})"
        if sentence not in self.sentences:
            self.sentences.append(sentence)


def differentiated(node, line):
    """The expressions that a call of backward or grad on a line differentiates."""
    if not (isinstance(node, ast.Call) and node.lineno <= line <= node.end_lineno):
        return []
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("backward", "grad"):
        return [node.func.value, *node.args[:1]]
    return []


def switches_off(item):
    """Is the item of a `with` statement a mode without recording?"""
    call = item.context_expr
    name = name_of(call.func) if isinstance(call, ast.Call) else ""
    off = name == "set_grad_enabled" and call.args and getattr(call.args[0], "value", True) is False
    return name in MODES or bool(off)


def name_of(function):
    return getattr(function, "attr", "") or getattr(function, "id", "")


def cause(node):
    """Why an expression may have no history, or ''."""
    if isinstance(node, ast.Attribute) and node.attr == "data":
        return "data has no history"
    if isinstance(node, ast.Compare) and not isinstance(node.ops[0], (ast.Is, ast.In)):
        return "a comparison has no derivative"
    if not isinstance(node, ast.Call):
        return ""
    name = name_of(node.func)
    if isinstance(node.func, ast.Attribute):
        if name in MAKERS and node.args and not isinstance(node.args[0], (ast.Constant, ast.List)):
            return f"{name}() makes a new leaf of the values"
        return CALLS.get(name, "")
    return f"{name}() gives a Python number" if name in CONVERSIONS else ""
