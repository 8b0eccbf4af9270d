"""Everything that runs behind the owner's back: one piece of work at a time, the important first.

A job is a coroutine that is run every so often. It calls `Turn.breathe` between two steps that leave everything in
order: there it waits while it is paused, while the computer has better things to do, or while a job of a higher
priority wants its turn, and there it ends when the engine closes. What it committed before stays.

When a job is due is kept by two clocks. Within one run of the program the monotonic clock counts, so that a wall clock
that is set back makes nobody wait for a year. The wall clock says when a job was last done, over restarts and while the
computer slept: what was missed is done once, not once for each time missed. A last time that lies in the future is
no time at all.
"""

from engine.scheduler.job import (
    Job as Job,
    JobBook as JobBook,
    JobRecord as JobRecord,
    Outside as Outside,
    OutsideLook as OutsideLook,
    Turn as Turn,
)
from engine.scheduler.scheduler import Scheduler as Scheduler
