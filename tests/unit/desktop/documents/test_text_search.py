from __future__ import annotations

import asyncio

from desktop.documents.text_search import MATCH_LIMIT, SLICE_LENGTH, Match, find_all, nearest


async def test_case_and_white_space_do_not_matter() -> None:
    found = (await find_all(["The  LEASE\nends. the lease ends"], "lease ends")).found
    assert [(match.start, match.end) for match in found] == [(5, 15), (21, 31)]


async def test_russian_words_are_found_in_any_case() -> None:
    assert (await find_all(["Договор аренды"], "договор")).found == (Match(0, 0, 7),)


async def test_signs_mean_themselves() -> None:
    assert (await find_all(["costs 5.0 (net)", "costs 5x0"], "5.0 (net)")).found == (Match(0, 6, 15),)


async def test_nothing_typed_finds_nothing() -> None:
    matches = await find_all(["text"], "   ")
    assert matches.found == ()
    assert matches.complete


async def test_a_match_across_slices_is_found_once() -> None:
    text = "x" * (SLICE_LENGTH - 3) + "lease ends" + "x" * SLICE_LENGTH + "lease ends"
    found = (await find_all([text], "lease ends")).found
    assert [match.start for match in found] == [SLICE_LENGTH - 3, 2 * SLICE_LENGTH + 7]


async def test_too_many_matches_stop_at_a_limit() -> None:
    matches = await find_all(["a" * (2 * MATCH_LIMIT)], "a")
    assert len(matches.found) == MATCH_LIMIT
    assert not matches.complete


async def test_a_long_text_lets_the_loop_go_on() -> None:
    text = "word " * 400_000
    turns = 0
    searching = asyncio.ensure_future(find_all([text], "absent"))
    while not searching.done():
        await asyncio.sleep(0)
        turns += 1
    assert (await searching).found == ()
    assert turns >= len(text) // SLICE_LENGTH, "the loop got its turn after every slice"


async def test_the_nearest_match_follows_the_place() -> None:
    found = (await find_all(["a b", "b a", "a"], "a")).found
    assert nearest(found, 1, 0) == 1
    assert nearest(found, 2, 1) == 0
    assert nearest((), 0, 0) == 0
