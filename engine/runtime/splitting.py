"""Running a batch in as many parts as memory asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.runtime.backend import rows_of
from engine.runtime.batch_limit import BatchLimit
from engine.runtime.faults import DeviceError, FaultKind, classify

if TYPE_CHECKING:
    from numpy.typing import NDArray


def run_in_parts(
    inputs: Mapping[str, NDArray[Any]],
    into: NDArray[Any],
    *,
    limit: BatchLimit,
    run: Callable[[Mapping[str, NDArray[Any]], NDArray[Any]], None],
    refused: Callable[[str], None],
) -> None:
    """Run a batch, in halves where it does not fit into memory, in halves of halves where those do not.

    Args:
        inputs: by name; the first axis is the texts'.
        into: written; its first axis is the texts' too.
        limit: what fits, as far as it is known; it learns.
        run: computes one part; whatever it raises for another reason than memory goes through.
        refused: is told when a part did not fit, and what the device said.

    Raises:
        DeviceError: not even one text fits, or the device failed in another way.
    """
    count = len(into)
    row_cells = max((array.shape[1] for array in inputs.values() if array.ndim == 2), default=1)
    start = 0
    while start < count:
        size = limit.rows(count - start, row_cells)
        rows = slice(start, start + size)
        whole = size == count
        fault: DeviceError | None = None
        try:
            run(inputs if whole else rows_of(inputs, rows, count=count), into if whole else into[rows])
        except Exception as error:  # what a device raises has no common base
            fault = classify(error)
        if fault is None:
            limit.fitted(rows=size, row_cells=row_cells)
            start += size
            continue
        if fault.kind is not FaultKind.OUT_OF_MEMORY:
            raise fault
        refused(fault.why)
        limit.refused(size * row_cells)
        if size == 1:
            raise fault
