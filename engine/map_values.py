"""Values of the memory's map and of its timeline.

Nothing here imports anything heavy, so that a front end can name these types before the engine is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MapStage = Literal["placing", "refining", "done"]
"""`placing`: a first look, not all memories may be there yet; `refining`: all are there and still move; `done`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCluster:
    """Memories about one thing, as the map names them; `number` is what `MapUpdate.clusters` holds."""

    number: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapUpdate:
    """Where memories lie now. Arrays are never changed after they were given; all have shape (n,).

    Attributes:
        numbers: Of the memories, rising, int64; what `memory_numbers` gives.
        x, y: float32, in units in which the whole map is about 1 from its middle; y grows downwards.
        layers: Places in `LAYERS`, uint8.
        clusters: Numbers of clusters, int32; -1 where a memory belongs to none.
        names: The clusters that occur, the largest first.
        stage: What is being done.
        share: How much of the work is done, from 0 to 1.
        unplaced: Memories that have no vector yet and so no place.
    """

    numbers: NDArray[np.int64]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    layers: NDArray[np.uint8]
    clusters: NDArray[np.int32]
    names: tuple[MapCluster, ...]
    stage: MapStage
    share: float
    unplaced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayActivity:
    """What happened on one day of the owner's calendar.

    Attributes:
        day: The day, by the time zone of this computer.
        added: Memories recorded.
        promoted: Promotions that were not taken back.
        recalled: How often memories were recalled.
    """

    day: date
    added: int = 0
    promoted: int = 0
    recalled: int = 0
