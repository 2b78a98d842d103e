"""The table of a profiler's events, in PyTorch's layout."""

from __future__ import annotations

from typing import Any

from rushlight.autograd.profiler_util import (
    MICROSECONDS,
    EventList,
    format_memory,
    format_share,
    format_time,
)

NUMBER_WIDTH = 12
GAP = 2


class Table:
    """Columns over a list of events."""

    def __init__(
        self, events: EventList, time_unit: str | None, widths: tuple[int, int, int]
    ) -> None:
        self.events = events
        self.time_unit = time_unit
        self.name_width, self.shapes_width, self.source_width = widths
        self.total = events.self_cpu_time_total
        self.shapes = any(len(event.input_shapes or "") > 0 for event in events)
        self.sources = any(event.stack for event in events)

    def time(self, us: float) -> str:
        """A time in the unit asked for."""
        if self.time_unit is None:
            return format_time(us)
        return f"{us / MICROSECONDS[self.time_unit]:.3f}{self.time_unit}"

    def columns(self) -> list[tuple[str, int]]:
        """Titles and widths."""
        names = widest((event.key for event in self.events), self.name_width)
        found = [("Name", names)]
        titles = ["Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg"]
        if self.events.profile_memory:
            titles += ["CPU Mem", "Self CPU Mem"]
        titles.append("# of Calls")
        found += [(title, NUMBER_WIDTH) for title in titles]
        if self.shapes:
            shapes = (str(event.input_shapes) for event in self.events)
            found.append(("Input Shapes", widest(shapes, self.shapes_width)))
        if self.sources:
            lines = (line for event in self.events for line in event.stack)
            found.append(("Source Location", widest(lines, self.source_width)))
        if self.events.with_flops:
            found.append(("Total FLOPs", NUMBER_WIDTH))
        return found

    def row(self, event: Any) -> list[str]:
        """The entries of one event."""
        cells = [
            cut(event.key, self.name_width),
            format_share(event.self_cpu_time_total, self.total),
            self.time(event.self_cpu_time_total),
            format_share(event.cpu_time_total, self.total),
            self.time(event.cpu_time_total),
            self.time(event.cpu_time),
        ]
        if self.events.profile_memory:
            cells.append(format_memory(event.cpu_memory_usage))
            cells.append(format_memory(event.self_cpu_memory_usage))
        cells.append(str(event.count))
        if self.shapes:
            cells.append(str(event.input_shapes)[: self.shapes_width])
        if self.sources:
            cells.append(cut(event.stack[0], self.source_width) if event.stack else "")
        if self.events.with_flops:
            cells.append(str(event.flops) if event.flops else "--")
        return cells

    def chosen(self, sort_by: str | None, row_limit: int, top_level_only: bool) -> list[Any]:
        """The events to be shown, in order."""
        events = [e for e in self.events if not (top_level_only and e.cpu_parent is not None)]
        if sort_by is not None:
            events.sort(key=lambda event: getattr(event, sort_by), reverse=True)
        return events if row_limit < 0 else events[:row_limit]

    def text(
        self, sort_by: str | None, row_limit: int, header: str | None, top_level_only: bool
    ) -> str:
        """The whole table."""
        if not self.events:
            return ""
        columns = self.columns()
        gap = " " * GAP
        rule = gap.join("-" * width for _, width in columns) + gap
        lines = []
        if header is not None:
            lines += ["=" * (len(rule) - GAP), header]
        if top_level_only:
            lines += ["=" * (len(rule) - GAP), "This report only display top-level ops statistics"]
        lines += [rule, aligned([title for title, _ in columns], columns), rule]
        rows = self.chosen(sort_by, row_limit, top_level_only)
        lines += [aligned(self.row(event), columns) for event in rows]
        lines += [rule, f"Self CPU time total: {self.time(self.total)}", ""]
        return "\n".join(lines)


def widest(texts: Any, limit: int) -> int:
    """The width of a column of such texts."""
    return int(min(max((len(text) for text in texts), default=0) + 4, limit))


def cut(text: str, width: int) -> str:
    """A text that fits a column."""
    return text if len(text) < width - 3 else text[: width - 3] + "..."


def aligned(cells: list[str], columns: list[tuple[str, int]]) -> str:
    """Entries at the right of their columns."""
    pairs = zip(cells, columns, strict=True)
    gap = " " * GAP
    return gap.join(cell.rjust(width) for cell, (_, width) in pairs) + gap
