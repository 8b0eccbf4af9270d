import threading
import time
from concurrent.futures import ThreadPoolExecutor

from engine.memory.locks import ReadWriteLock


def test_readers_share_and_a_writer_is_alone() -> None:
    lock = ReadWriteLock()
    inside = {"readers": 0, "writers": 0}
    most = {"readers": 0}
    guard = threading.Lock()
    together = threading.Barrier(3)

    def read() -> None:
        with lock.read():
            with guard:
                inside["readers"] += 1
                most["readers"] = max(most["readers"], inside["readers"])
                assert inside["writers"] == 0
            together.wait(5)
            with guard:
                inside["readers"] -= 1

    def write() -> None:
        with lock.write():
            with guard:
                inside["writers"] += 1
                assert inside == {"readers": 0, "writers": 1}
            time.sleep(0.001)
            with guard:
                inside["writers"] -= 1

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(read) for _ in range(3)]:
            future.result(5)
        for future in [pool.submit(write) for _ in range(20)]:
            future.result(5)
    assert most["readers"] == 3


def test_a_search_waits_for_one_write_only() -> None:
    """A writer that comes back at once lets in whoever waited during its last turn."""
    lock = ReadWriteLock()
    done = threading.Event()
    turns = 0

    def keep_writing() -> None:
        nonlocal turns
        while not done.is_set():
            with lock.write():
                turns += 1
                time.sleep(0.005)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    waited = []
    for _ in range(20):
        before = turns
        with lock.read():
            waited.append(turns - before)
    done.set()
    writer.join()
    assert max(waited) <= 2


def test_readers_that_keep_coming_do_not_lock_a_writer_out() -> None:
    lock = ReadWriteLock()
    done = threading.Event()

    def keep_reading() -> None:
        while not done.is_set():
            with lock.read():
                time.sleep(0.002)

    readers = [threading.Thread(target=keep_reading) for _ in range(3)]
    for reader in readers:
        reader.start()
    began = time.monotonic()
    for _ in range(10):
        with lock.write():
            pass
    took = time.monotonic() - began
    done.set()
    for reader in readers:
        reader.join()
    assert took < 5


def test_a_failure_inside_lets_go() -> None:
    lock = ReadWriteLock()
    for hold in (lock.read, lock.write):
        try:
            with hold():
                raise ValueError("inside")
        except ValueError:
            continue
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: lock.write().__enter__()).result(2) is None
