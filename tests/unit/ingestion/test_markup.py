"""HTML and XML to paragraphs and headings."""

from __future__ import annotations

from engine.ingestion.markup import read_html, read_xml


def test_headings_paragraphs_lists_and_tables() -> None:
    title, page = read_html(
        "<html><head><title>The  house</title><style>p {}</style><script>var x = '<p>no</p>'</script></head><body>"
        "<h1>Rooms</h1><p>There are\nthree <b>rooms</b>.</p><ul><li>kitchen</li><li>hall</li></ul>"
        "<h2>Costs</h2><table><tr><th>Room</th><th>Cost</th></tr><tr><td>hall</td><td>10</td></tr></table></body></html>"
    )
    assert title == "The house"
    assert page.text == "Rooms\n\nThere are three rooms.\nkitchen\nhall\n\nCosts\n\nRoom | Cost\nhall | 10"
    assert [(heading.level, heading.text) for heading in page.headings] == [(1, "Rooms"), (2, "Costs")]
    for heading in page.headings:
        assert page.text[heading.start :].startswith(heading.text)


def test_unclosed_and_stray_tags() -> None:
    _, page = read_html("<p>One<p>Two</b></table><td>Three<h1>Four")
    assert page.text.split("\n\n") == ["One", "Two", "Three", "Four"]


def test_preformatted_text_keeps_its_lines() -> None:
    _, page = read_html("<pre>def f():\n    return 1</pre>")
    assert page.text == "def f():\n    return 1"


def test_entities_and_line_breaks() -> None:
    _, page = read_html("<p>caf&eacute; &amp; bar<br>second line</p>")
    assert page.text == "café & bar\nsecond line"


def test_a_feed_has_a_heading_for_each_entry() -> None:
    title, page, sound = read_xml(
        "<rss><channel><title>News</title><item><title>One</title><description>&lt;p&gt;First &lt;b&gt;story"
        "&lt;/b&gt;&lt;/p&gt;</description></item><item><title>Two</title><description><![CDATA[<p>Second</p>]]>"
        "</description></item></channel></rss>"
    )
    assert sound
    assert title == "News"
    assert [(heading.level, heading.text) for heading in page.headings] == [(1, "News"), (2, "One"), (2, "Two")]
    assert "First story" in page.text
    assert "Second" in page.text
    assert "<" not in page.text


def test_malformed_xml_still_gives_its_text() -> None:
    _, page, sound = read_xml("<a><b>some words</a> and <![CDATA[more]]>")
    assert not sound
    assert "some words" in page.text
    assert "more" in page.text


def test_base64_in_xml_is_no_text() -> None:
    blob = "QUJD" * 200
    _, page, _ = read_xml(f"<d><t>Words</t><bin>{blob}</bin></d>")
    assert page.text == "Words"
