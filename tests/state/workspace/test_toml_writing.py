"""What we write as TOML, tomllib reads back."""

from __future__ import annotations

import tomllib
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from state.workspace.toml_writing import Value, escaped, table_text, value_text

texts = st.text(st.characters(codec="utf-8"))
keys = st.from_regex(r"[A-Za-z0-9_-]+", fullmatch=True)
values: st.SearchStrategy[Value] = st.one_of(
    texts, st.integers(-(2**63), 2**63 - 1), st.dates(), st.lists(texts, max_size=4)
)


@given(st.dictionaries(keys, values, max_size=6))
def test_a_table_is_read_back(table: dict[str, Value]) -> None:
    """Quotes, backslashes, line breaks, control characters and all: what is read is what was given."""
    assert tomllib.loads(table_text("offer", table)) == {"offer": [table]}


@given(texts)
def test_a_text_stands_on_one_line(text: str) -> None:
    """No value breaks its line, and nothing in it is invisible: what turns the direction of reading is spelt out."""
    assert escaped(text).isprintable()


def test_how_it_reads() -> None:
    """What can be read stays as it is."""
    assert value_text('Größe "M" für 49 €\t\u202e😀') == '"Größe \\"M\\" für 49 €\\t\\u202e😀"'
    assert value_text(("a", "b")) == '["a", "b"]'
    assert value_text(date(5, 1, 1)) == "0005-01-01"
    assert value_text("\U000e0001") == '"\\U000e0001"'
