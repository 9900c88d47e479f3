"""The format readers: Markdown, text, HTML, PDF, and telling them apart."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.content.sources import documents
from agents.content.sources.documents import format_of, read_documents
from agents.content.sources.errors import SourceError
from agents.content.sources.markdown import split_front_matter
from agents.content.sources.markup import fragment_text
from agents.content.sources.model import Document, Parsed, Raw
from agents.content.sources.pdf import paragraphs_of
from state.sources import SourceProblem
from tests.support.sources import Make


def parse(path: str, body: str | bytes, **fields: str) -> Parsed:
    data = body.encode() if isinstance(body, str) else body
    return read_documents(Raw(source=path, path=path, body=data, **fields))


def only(parsed: Parsed) -> Document:
    (document,) = parsed.documents
    return document


def refused(path: str, body: str | bytes) -> SourceProblem:
    with pytest.raises(SourceError) as caught:
        parse(path, body)
    return caught.value.problem


MARKDOWN = """\
---
author: Jane  Roe
date: 2024-03-05
url: https://www.example.org/harbour
---
# The *frozen* harbour

First paragraph, soft
wrapped, with **bold**, [a link](https://a.example) and `code`.

## A heading

- item one
- item
  two

```
dropped = True
```

> Quoted & escaped \\* line.
<!-- a comment -->

| a | b |
|---|---|
| 1 | 2 |

<div>Raw <b>HTML</b></div>
"""


def test_markdown_becomes_plain_paragraphs() -> None:
    """Markup, code blocks and tables go; headings and items are paragraphs; the first heading is the title."""
    document = only(parse("sources/h.md", MARKDOWN))
    assert document.title == "The frozen harbour"
    assert document.text.split("\n\n") == [
        "First paragraph, soft wrapped, with bold, a link and code.",
        "A heading",
        "item one",
        "item two",
        "Quoted & escaped * line.",
        "Raw HTML",
    ]
    assert (document.author, document.published) == ("Jane Roe", date(2024, 3, 5))
    assert (document.url, document.origin) == ("https://www.example.org/harbour", "example.org")


def test_a_title_in_the_front_matter_leaves_the_heading_in_the_text() -> None:
    """With a stated title the first heading is text like any other."""
    document = only(parse("a.md", "---\ntitle: No\norigin: The Archive\n---\n# Heading\n\ntext"))
    assert (document.title, document.origin, document.text) == ("No", "The Archive", "Heading\n\ntext")


def test_a_file_that_says_nothing_of_itself_is_known_by_its_name() -> None:
    """Without front matter and heading, the title is the file's name and the origin is file:NAME."""
    document = only(parse("sources/deep/a note.md", "Just words."))
    assert (document.title, document.origin, document.url) == ("a note.md", "file:a note.md", None)


@pytest.mark.parametrize(
    ("block", "line", "words"),
    [
        ("title: ok\nauthor: [unclosed\n", 4, "expected"),
        ("title: ok\n\tauthor: x\n", 3, "cannot start any token"),
        ("title: ok\na: b: c\n", 3, "mapping values are not allowed"),
        ("title: \x01\n", 2, "special characters are not allowed"),
    ],
)
def test_bad_yaml_names_the_line_and_costs_no_text(block: str, line: int, words: str) -> None:
    """The problem names the file's own line number, and the text below is read all the same."""
    parsed = parse("a.md", f"---\n{block}---\n# T\n\ntext {'and more ' * 9}")
    assert only(parsed).text.startswith("text and more")
    (found,) = parsed.problems
    assert found.code == "source.bad-front-matter"
    assert f"line {line}:" in found.message and words in found.message


@pytest.mark.long
@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("- a\n- b\n", "key: value"),
        ("date: yesterday\n", "`date` is 'yesterday'"),
        ("url: javascript:alert(1)\n", "`url`"),
        ("title:\n  nested: x\n", "`title` isn't one line"),
        ("a: &x [1]\nb: [*x, *x]\n", "key: value"),
        (f"a: {'[' * 3000}\n", "front matter"),
    ],
)
def test_front_matter_of_the_wrong_kind_is_reported(block: str, words: str) -> None:
    """Lists, aliases, bad dates and addresses are named, and the text stays."""
    parsed = parse("a.md", f"---\n{block}---\n\ntext")
    assert only(parsed).text == "text"
    assert words in parsed.problems[0].message


def test_prose_between_rules_is_not_front_matter() -> None:
    """A file that opens with a horizontal rule loses no words."""
    assert "Some prose here" in only(parse("a.md", "---\nSome prose here\n---\nand more")).text


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=300), st.text(max_size=50))
@example("title: !!int x\n", "")
@example("? [a]\n: b\n", "")
@example("title: !!python/object:os.system x\n", "")
@example('title: "\\ud800"\n', "")
@example("<<: {a: b}\n2024-99-99: x\n", "")
def test_front_matter_never_raises(block: str, body: str) -> None:
    """Whatever stands between the dashes, there are string fields, a body and at most one complaint."""
    front = split_front_matter(f"---\n{block}\n---\n{body}")
    assert all(isinstance(value, str) for value in front.fields.values())
    assert isinstance(front.body, str)
    assert front.complaint is None or front.complaint.endswith(".")


@given(st.text(max_size=300))
@example("# " + "*" * 200)
@example("[" * 250)
@example("<" * 250)
def test_markdown_gives_text_or_a_typed_problem(text: str) -> None:
    """Any characters at all give a document or a SourceError."""
    try:
        assert only(parse("a.md", text)).text
    except SourceError as error:
        assert error.problem.code in ("source.no-text", "source.undecodable")


def test_the_first_line_of_plain_text_is_its_title() -> None:
    """A first line set apart is the title alone; lines within a paragraph are joined."""
    document = only(parse("a.txt", "A title\r\n\r\nOne\r\nline.\r\n\r\n\r\nTwo."))
    assert (document.title, document.text) == ("A title", "One line.\n\nTwo.")


def test_a_first_line_inside_a_paragraph_stays_in_the_text() -> None:
    """Text that starts at once keeps its first line, which is the title as well."""
    document = only(parse("a.txt", "It begins here\nand goes on.\n\nMore."))
    assert (document.title, document.text) == ("It begins here", "It begins here and goes on.\n\nMore.")
    assert only(parse("a.txt", "Alone")).text == "Alone"


def test_text_that_is_not_utf8_is_read_without_complaint() -> None:
    """A file in a legacy encoding is recognised."""
    parsed = parse("a.txt", "Café\n\nIl a coûté 5 £ à Noël.".encode("cp1252"))
    assert only(parsed).text == "Il a coûté 5 £ à Noël."
    assert parsed.problems == ()


def test_a_guess_at_the_encoding_is_reported() -> None:
    """Where the encoding can't be told for sure, the text is kept and the doubt is said."""
    parsed = parse("a.txt", "これは日本語の文章です。テストのために書かれました。".encode("euc_jp"))
    assert only(parsed).text.startswith("これは")
    assert parsed.problems[0].code == "source.guessed-encoding"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("a.txt", b"\x00\x01\x02\x03" * 40, "source.undecodable"),
        ("a.md", b"", "source.no-text"),
        ("a.md", b"```\nonly code\n```\n", "source.no-text"),
        ("a.txt", b" \n\n ", "source.no-text"),
        ("a.html", b"", "source.too-little-text"),
        ("a.html", b"<html><body><p>Subscribe to read on.</p></body></html>", "source.too-little-text"),
        ("a.pdf", b"not a pdf", "source.unreadable"),
        ("a.pdf", b"", "source.unreadable"),
        ("a.odt", b"PK", "source.unknown-format"),
        ("a.xml", b"<note>hi</note>", "source.not-a-feed"),
    ],
)
def test_each_bad_file_has_its_own_problem(path: str, body: bytes, code: str) -> None:
    """Every kind of unreadable file is told apart, with a fix."""
    found = refused(path, body)
    assert (found.source, found.code) == (path, code)
    assert found.message and found.fix


def test_html_gives_its_main_text_and_what_it_says_of_itself(make: Make) -> None:
    """Menu, footer, code and tables go; title, author, date and canonical address are read."""
    head = (
        '<meta name="author" content="Jane Roe"><link rel="canonical" href="https://harbour.example/1929">'
        '<meta property="article:published_time" content="2024-03-05T10:00:00Z">'
    )
    html = make.article(head=head).replace("</article>", "<pre>x = 1</pre><table><tr><td>9</td></tr></table></article>")
    document = only(parse("sources/saved.html", html))
    assert document.title == "The frozen harbour"
    assert (document.author, document.published) == ("Jane Roe", date(2024, 3, 5))
    assert (document.url, document.origin) == ("https://harbour.example/1929", "harbour.example")
    assert document.text.split("\n\n") == [f"Paragraph {number}. {make.sentence}" for number in range(1, 6)]


def test_html_soft_breaks_are_spaces_and_lists_are_paragraphs(make: Make) -> None:
    """Line ends in the source and <br> inside a sentence are spaces; a <br> after a sentence ends a paragraph."""
    body = (
        f"<p>The harbour\n   froze<br>over.<br>{make.sentence}</p><ul><li>Item <i>one</i>.</li><li>Item two.</li></ul>"
    )
    text = only(parse("a.html", make.article().replace("</article>", f"{body}<p>{make.sentence}</p></article>"))).text
    assert text.split("\n\n")[5:] == [
        "The harbour froze over.",
        make.sentence,
        "Item one.",
        "Item two.",
        make.sentence,
    ]


def test_pages_laid_out_in_tables_are_read(make: Make) -> None:
    """Old pages put an essay in table cells with double line breaks: they have paragraphs all the same."""
    essay = "<br><br>".join(f"Part {number}. {make.sentence}" for number in range(4))
    table = f"<table><tr><td><font>{essay}</font></td></tr></table>"
    html = f"<html><head><title>Essay</title></head><body>{table}</body></html>"
    assert len(only(parse("a.html", html)).text.split("\n\n")) == 4


def test_html_is_decoded_as_it_declares(make: Make) -> None:
    """A charset in <meta> is honoured."""
    html = make.article(title="Příběh přístavu", head='<meta charset="iso-8859-2">').encode("iso8859-2")
    assert only(parse("a.html", html)).title == "Příběh přístavu"


def test_a_fetched_page_cannot_claim_another_origin(make: Make) -> None:
    """The host that served a page stands behind it, whatever canonical address or origin it states."""
    head = '<link rel="canonical" href="https://famous.example/news">'
    url = "https://www.copycat.example/x"
    raw = Raw(source=url, url=url, media_type="text/html", body=make.article(head=head).encode())
    document = only(read_documents(raw))
    assert (document.origin, document.url) == ("copycat.example", url)
    raw = Raw(source=url, url=url, media_type="text/markdown", body=b"---\norigin: famous\n---\ntext")
    assert only(read_documents(raw)).origin == "copycat.example"


@given(st.text(max_size=300))
@example("<div>" * 100)
@example("<pre><br>&#xD800;&#0;<!--<script>")
def test_fragments_of_html_never_raise(html: str) -> None:
    """Any piece of HTML gives normalised text."""
    assert "\n\n\n" not in fragment_text(html)


def test_deeply_nested_html_is_survived() -> None:
    """Fifty thousand open tags end in a problem, not in a crash."""
    assert refused("a.html", "<div>" * 50_000 + "deep").code == "source.too-little-text"


def test_a_pdf_gives_paragraphs_and_metadata(make: Make) -> None:
    """Lines are joined to paragraphs, split words mended, running heads and page numbers dropped."""
    pages = [
        [
            "Harbour Review 12",
            f"Heading {number}",
            "The harbour froze in the winter of 1929 and the fisher-",
            "men could not take their boats out for eleven weeks.",
            str(number),
        ]
        for number in range(1, 5)
    ]
    document = only(parse("a.pdf", make.pdf(*pages, title="The frozen harbour", author="Jane Roe")))
    assert (document.title, document.author, document.origin) == ("The frozen harbour", "Jane Roe", "file:a.pdf")
    sentence = (
        "The harbour froze in the winter of 1929 and the fishermen could not take their boats out for eleven weeks."
    )
    assert document.text.startswith(f"Heading 1\n\n{sentence}")
    assert "Review" not in document.text
    assert document.text.count(sentence) == 4


def test_laid_out_lines_become_paragraphs() -> None:
    """A paragraph ends at a blank line, or after a sentence that stops short of the column."""
    lines = [
        "A Heading",
        "This line fills the column wholly here",
        "and this one ends. ",
        "Next one starts again here ok",
    ]
    assert paragraphs_of([*lines, "", "last"]) == [
        "A Heading",
        "This line fills the column wholly here and this one ends.",
        "Next one starts again here ok",
        "last",
    ]
    assert paragraphs_of([]) == []


QUOTE = "Nobody could take the boats out, she said, and nobody who had seen the ice wanted to try it."


@pytest.mark.parametrize("pages", [2, 3, 5])
@pytest.mark.parametrize("split", ["out, she", "wanted to", "Nobody could"])
def test_a_quote_that_crosses_a_page_break_is_whole(make: Make, pages: int, split: str) -> None:
    """Running heads, feet and page numbers between the two halves go, however few pages there are."""
    before, after = QUOTE[: QUOTE.index(split) + len(split)], QUOTE[QUOTE.index(split) + len(split) :].strip()
    column = (
        "The harbour froze in the winter of 1929 and stayed like that, the whole of the bay, for eleven weeks in all."
    )
    bodies = [[f"{column[:-1]} of year {page}.", column] for page in range(pages)]
    bodies[0].append(before)
    bodies[1].insert(0, after)
    laid = [["Harbour Review", f"Vol. 7, No. {page}", *body, "", f"- {page} -"] for page, body in enumerate(bodies)]
    laid = [[str(page), *(body[:1] + body[2:])] for page, body in enumerate(laid)]
    assert QUOTE in only(parse("a.pdf", make.pdf(*laid))).text


def test_a_word_that_crosses_a_page_break_is_whole(make: Make) -> None:
    """A word split by a hyphen at the foot of a page is mended."""
    pages = [
        ["Review 1", "She said that the boats of the fisher-", "1"],
        ["Review 2", "men could not leave the bay.", "2"],
    ]
    assert (
        only(parse("a.pdf", make.pdf(*pages))).text
        == "She said that the boats of the fishermen could not leave the bay."
    )


def test_unreadable_pdfs_are_told_apart(make: Make) -> None:
    """A truncated, a locked and an image-only PDF each have their problem."""
    whole = make.pdf([make.sentence])
    assert refused("cut.pdf", whole[: len(whole) // 3]).code == "source.unreadable"
    locked = refused("locked.pdf", make.locked_pdf("secret"))
    assert (locked.code, "password" in locked.message) == ("source.unreadable", True)
    assert refused("scan.pdf", make.pdf([], [])).code == "source.no-text"


def test_a_pdf_locked_with_no_password_is_read(make: Make) -> None:
    """Many PDFs are encrypted against editing only: those open."""
    assert make.sentence[:20] in only(parse("a.pdf", make.locked_pdf(""))).text


def test_a_parser_that_breaks_is_a_problem_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a third-party parser raises on strange bytes becomes source.unreadable."""

    def broken(_raw: Raw) -> None:
        raise RecursionError("too deep")

    monkeypatch.setitem(documents._READERS, "text", broken)
    assert "RecursionError: too deep" in refused("a.txt", "x").message


@pytest.mark.parametrize(
    ("media_type", "url", "body", "form"),
    [
        ("text/html", "https://a.example/", b"", "html"),
        ("application/xhtml+xml", "https://a.example/", b"", "html"),
        ("text/html", "https://a.example/", b"%PDF-1.7", "pdf"),
        ("application/octet-stream", "https://a.example/x.md", b"# hi", "markdown"),
        ("text/plain", "https://a.example/README.md", b"# hi", "markdown"),
        ("text/plain", "https://a.example/notes", b"<html>", "text"),
        ("", "https://a.example/", b"<!DOCTYPE html>", "html"),
        ("", "https://a.example/", b"<?xml version='1.0'?><rss>", "feed"),
        ("application/xml", "https://a.example/", b"<feed>", "feed"),
        ("text/xml", "https://a.example/", b"<?xml?><html>", "html"),
        ("application/rss+xml", "https://a.example/", b"", "feed"),
    ],
)
def test_the_format_of_a_page(media_type: str, url: str, body: bytes, form: str) -> None:
    """The media type decides, first bytes correct it, and the suffix helps where the server says nothing."""
    assert format_of(Raw(source=url, url=url, media_type=media_type, body=body)) == form


def test_a_page_of_an_unknown_type_is_named() -> None:
    """A picture or a video isn't read."""
    with pytest.raises(SourceError, match="image/png"):
        format_of(Raw(source="https://a.example/x", url="https://a.example/x", media_type="image/png", body=b""))
