"""The seam between the policy about devices and whatever computes: one loaded model on one device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from engine.runtime.devices import Device

if TYPE_CHECKING:
    from numpy.typing import NDArray

Shape = tuple[int | str | None, ...]


class Backend(Protocol):
    """A loaded model. It may raise anything, hang, or write nonsense: whoever calls it takes that into account."""

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """Shapes by name; a name stands for a dimension that may vary."""

    @property
    def outputs(self) -> Mapping[str, Shape]:
        """Shapes by name, as for inputs."""

    @property
    def types(self) -> Mapping[str, str]:
        """What numpy calls the numbers of each input and output, as `int64`; empty where it has no word for them."""

    def run(self, inputs: Mapping[str, NDArray[Any]], output: str, into: NDArray[Any], *, shrink: bool = False) -> None:
        """Run once and write one output into an array of the caller; `shrink` gives unused memory back afterwards."""


class Opener(Protocol):
    """Loads a model on a device, or raises whatever comes to its mind."""

    def __call__(self, path: Path, *, device: Device, threads: int) -> Backend:
        """Load; `threads` counts on the CPU only, 0 takes every core."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A batch of ordinary texts by which devices are compared. No text is padded, so that every number means something.

    Attributes:
        inputs: Arrays by input name, first axis the texts; every array of one value for each token too.
        output: The output to look at.
        shape: Of that output for the whole batch.
        cpu_rows: Texts in a batch of the CPU, which likes smaller ones.
        dtype: Of that output.
    """

    inputs: Mapping[str, NDArray[Any]]
    output: str
    shape: tuple[int, ...]
    cpu_rows: int = 8
    dtype: str = "float32"


def rows_of(inputs: Mapping[str, NDArray[Any]], rows: slice, *, count: int) -> dict[str, NDArray[Any]]:
    """The same inputs for some of `count` texts; what has no axis of texts goes along whole."""
    return {name: array[rows] if array.ndim and len(array) == count else array for name, array in inputs.items()}
