"""Indexing, choosing and joining by the best kernels of this build: C++ where there is some.

What they do is said in `kernels.scatter` and `kernels.choosing`.
"""

from contextlib import suppress

from rushlight.kernels import choosing, door, scatter

with suppress(ImportError):  # the pure build has none
    import rushlight.kernels.cpu.indexing

within = door.native_or(scatter.within)
take_along = door.native_or(scatter.take_along)
put_along = door.native_or(scatter.put_along)
add_along = door.native_or(scatter.add_along)
add_slices = door.native_or(scatter.add_slices)
take_at = door.native_or(scatter.take_at)
add_at = door.native_or(scatter.add_at)
zeros = door.native_or(scatter.zeros)
selected = door.native_or(choosing.selected)
unselected = door.native_or(choosing.unselected)
overwrite = door.native_or(choosing.overwrite)
places = door.native_or(choosing.places)
clamped = door.native_or(choosing.clamped)
clamped_gradient = door.native_or(choosing.clamped_gradient)
chosen = door.native_or(choosing.chosen)
joined = door.native_or(choosing.joined)
stacked = door.native_or(choosing.stacked)
insertion_places = door.native_or(choosing.insertion_places)

with suppress(ImportError):
    import rushlight.kernels.cpu.calls  # noqa: F401  (which calls these)
