"""Background work that is old already, as the scheduler shows it: indexes, re-embedding, models that nobody uses."""

from __future__ import annotations

from datetime import timedelta

from engine.executors import Executors
from engine.memory.indexes import Indexes
from engine.memory.reembedding import Reembedding
from engine.runtime.manager import Devices
from engine.scheduler import Job, Outside, OutsideLook, Turn

_IDLE_CHECK = timedelta(minutes=1)


def indexes_outside(indexes: Indexes) -> Outside:
    """Merging what is new into the indexes, building and saving them. It cannot be paused: recall stands on it."""

    def look() -> OutsideLook | None:
        statuses = indexes.status()
        building = [status.name for status in statuses if status.state in ("building", "loading")]
        failed = [status for status in statuses if status.state == "failed"]
        waiting = sum(status.tail for status in statuses)
        if failed:
            return OutsideLook(state="waiting", words=failed[0].summary, failed=True)
        if building:
            return OutsideLook(state="running", words=f"Building: {', '.join(building)}.")
        return OutsideLook(state="resting", words=f"{waiting:,} memories are searched exactly." if waiting else "")

    return Outside(name="indexes", title="Keep the indexes up to date", look=look, priority="high")


def reembedding_outside(reembedding: Reembedding) -> Outside:
    """Vectors of another embedder for all memories; listed while there are any to make."""

    def look() -> OutsideLook | None:
        status = reembedding.status()
        if status is None:
            return None
        words = status.failure or f"{status.done:,} of {status.total:,} memories"
        done = status.done / status.total if status.total else None
        if status.failure:
            return OutsideLook(state="waiting", done=done, words=words, failed=True)
        if status.paused:
            return OutsideLook(state="paused", done=done, words=words)
        if reembedding.waits:
            return OutsideLook(state="waiting", done=done, words=reembedding.waits)
        return OutsideLook(state="running", done=done, words=words)

    return Outside(
        name="reembedding",
        title="Embed memories anew",
        look=look,
        pause=reembedding.pause,
        resume=reembedding.resume,
        priority="normal",
    )


def idle_models_job(devices: Devices, executors: Executors) -> Job:
    """Gives the memory of models back that nobody used for `runtime.idle_minutes`."""

    async def release(turn: Turn) -> str:
        await executors.run("io", devices.release_idle)
        return ""

    return Job(
        name="idle_models",
        title="Let go of models that nobody uses",
        run=release,
        every=_IDLE_CHECK,
        priority="high",
        first_after=_IDLE_CHECK,
    )
