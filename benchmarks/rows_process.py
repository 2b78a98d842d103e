"""What it costs to be there at all: start and memory, in a fresh interpreter, NumPy's beside."""

from .row import ProcessRow

IMPORT_TIME = """
from time import perf_counter
start = perf_counter()
import {module}
print(perf_counter() - start)
"""

RESIDENT_MEMORY = """
import {module}
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS")))
"""

ROWS = [
    ProcessRow("import", "s", IMPORT_TIME, beside=("numpy",)),
    ProcessRow("resident memory after import", "B", RESIDENT_MEMORY, beside=("numpy",)),
]
