import pytest

from engine.events import MOST_WAITING, Event, EventBus, MemoriesChanged, Notice, StatusChanged


def test_subscribers_hear_until_they_leave() -> None:
    bus, heard = EventBus(), []
    leave = bus.subscribe(heard.append)
    bus.publish(MemoriesChanged(added=1))
    leave()
    leave()
    bus.publish(MemoriesChanged(added=2))
    assert heard == [MemoriesChanged(added=1)]


def test_one_may_leave_while_it_hears() -> None:
    bus, heard = EventBus(), []

    def once(event: Event) -> None:
        heard.append(event)
        leave()

    leave = bus.subscribe(once)
    bus.subscribe(heard.append)
    bus.publish(MemoriesChanged(added=1))
    bus.publish(MemoriesChanged(added=2))
    assert len(heard) == 3


@pytest.mark.expected_logs("a subscriber failed")
def test_one_that_fails_does_not_silence_the_others() -> None:
    bus, heard = EventBus(), []

    def broken(event: Event) -> None:
        raise RuntimeError("broken")

    bus.subscribe(broken)
    bus.subscribe(heard.append)
    bus.publish(MemoriesChanged(removed=1))
    assert heard == [MemoriesChanged(removed=1)]


def test_a_notice_waits_for_the_first_subscriber_and_other_events_do_not() -> None:
    bus, first, second = EventBus(), [], []
    for number in range(MOST_WAITING + 2):
        bus.publish(Notice(level="warning", text=f"notice {number}"))
    bus.publish(MemoriesChanged(added=1))
    bus.subscribe(first.append)
    bus.subscribe(second.append)
    assert [event.text for event in first] == [f"notice {number}" for number in range(2, MOST_WAITING + 2)]
    assert second == []


def test_a_part_of_the_engine_that_listens_keeps_no_notice_from_its_owner() -> None:
    bus = EventBus()
    inside: list[object] = []
    outside: list[object] = []
    leave = bus.subscribe(inside.append, inside=True)
    notice = Notice(level="info", text="from the opening")
    bus.publish(notice)
    assert inside == [notice]
    bus.subscribe(outside.append)
    assert outside == [notice]
    leave()
    leave()
    bus.publish(StatusChanged(component="memory"))
    assert (len(inside), len(outside)) == (1, 2)
