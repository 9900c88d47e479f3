"""The Brief as a page: everything in it is there to read, and nothing in it is taken for Markdown."""

from __future__ import annotations

from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from desk.brief import page
from state.contracts import Brief
from tests.state.pieces import chain, vary

MADE = chain()
LINE = (
    st.one_of(
        st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=30),
        st.sampled_from(
            [
                "# a",
                "1. It began",
                "1990. Then",
                "- so",
                "> q",
                "<b>no</b>",
                "[a](b)",
                "![a](b)",
                "a *b* `c`",
                "&lt;",
                "---",
                "\\",
            ]
        ),
    )
    .map(str.strip)
    .filter(bool)
)


def shown(brief: Brief) -> str:
    """What a reader sees of the page, on one line."""

    def text(tokens: list[Token]) -> str:
        return "".join(text(t.children) if t.children else {"softbreak": " "}.get(t.type, t.content) for t in tokens)

    parsed = MarkdownIt("commonmark").parse(page(brief))
    assert not [t for t in parsed if t.type in ("html_block", "hr", "code_block", "fence")]
    return " ".join(" ".join(text(t.children or []) for t in parsed if t.type == "inline").split())


def test_a_page_to_read() -> None:
    """Topic, insight, each quote with who, where and when, what is disputed, angles, steps."""
    brief = vary(MADE.brief, disputes=[{"between": ["e1", "e3"], "about": "How much was gone."}])
    told = page(brief)
    for part in (
        brief.topic,
        "Ada Marsh, [The Genoa Viaduct]",
        "14 August 2019",
        "no date",
        "e1 against e3",
        "How much was gone.",
    ):
        assert part in told
    assert told.startswith(f"# {brief.topic}\n\n**")
    assert "contradict" not in page(MADE.brief)


@settings(deadline=None)
@given(LINE, LINE, LINE, st.none() | st.dates(min_value=date(1000, 1, 1)))
@example("1. It began", "- so", "<b>x</b>", None)
def test_nothing_is_taken_for_markdown(insight: str, quote: str, title: str, day: date | None) -> None:
    """Whatever a source says, a reader sees its words as they are."""
    first = MADE.brief.evidence[0].model_dump() | {"quote": quote, "title": title, "published": day}
    angles = [{"title": title, "approach": quote}]
    brief = vary(
        MADE.brief,
        insight={"text": insight.replace("[e", "("), "evidence": ["e1"]},
        evidence=[first],
        angles=angles,
        next_steps=[quote],
    )
    seen = shown(brief)
    for words in (brief.insight.text, quote, title):
        assert " ".join(words.split()) in seen
