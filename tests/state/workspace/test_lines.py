"""The scanner is held against tomllib: same places, and a number whose value is its own line number is found there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.workspace.lines import Path, lines_of, spans_of


def places(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every key, table and item that tomllib found, with its value."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*at, key), item
        yield from places(item, (*at, key))


def hold_together(text: str) -> None:
    """Number each `@@` by its line, then compare the scanner's lines and values with what tomllib read there."""
    numbered = "\n".join(line.replace("@@", str(n)) for n, line in enumerate(text.split("\n"), 1))
    found = dict(places(tomllib.loads(numbered)))
    lines = lines_of(numbered)
    assert set(lines) == set(found)
    assert {at: lines[at] for at, value in found.items() if type(value) is int} == {
        at: value for at, value in found.items() if type(value) is int
    }
    for at, (start, end) in spans_of(numbered).items():
        assert repr(tomllib.loads(f"value = {numbered[start:end]}")["value"]) == repr(found[at])


bare = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
# "@@" is this test's own sign, and TOML has no control characters but the tab.
plain = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="@"), max_size=12)
escapes = st.sampled_from(['\\"', "\\\\", "\\n", "\\t", "\\u00e9", "\\U0001F600"])


def basic(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "") + "'"


@st.composite
def escaped(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.one_of(plain.map(lambda t: basic(t)[1:-1]), escapes), max_size=4))
    return f'"{"".join(parts)}"'


@st.composite
def many_lined(draw: st.DrawFn) -> str:
    """A multi-line string with quotation marks, brackets and would-be keys in it, also right before its end."""
    mark = draw(st.sampled_from(['"', "'"]))
    bits = st.sampled_from(["\n", "a = 1", "[t]", "#", "]", "}", ",", mark, mark * 2, " ", "x", "\\n", "\\\\"])
    text = "".join(draw(st.lists(bits, max_size=10)))
    if mark == '"':
        text = re.sub(r'"{3,}', '""', text)
        text = re.sub(r"\\(?![n\\])", "", text)
    else:
        text = re.sub(r"'{3,}", "''", text)
    return mark * 3 + text + mark * 3


scalars = st.one_of(
    st.just("@@"),
    st.sampled_from(["true", "1979-05-27", "1979-05-27 07:32:00", "1979-05-27T07:32:00Z", "07:32:00", "3.14", "-1e3"]),
    plain.map(basic),
    plain.map(literal),
    escaped(),
    many_lined(),
)
gaps = st.sampled_from(["", " ", "\t", "\n", "\n\n  ", " # a, b] = c\n", "\n# '''\n"])


@st.composite
def arrays(draw: st.DrawFn, items: st.SearchStrategy[str]) -> str:
    text = "["
    for item in draw(st.lists(items, max_size=4)):
        text += draw(gaps) + item + draw(gaps) + ","
    if text.endswith(",") and draw(st.booleans()):
        text = text[:-1]
    return text + draw(gaps) + "]"


names = st.one_of(bare, bare.map(basic), bare.map(literal), plain.map(basic), plain.map(literal), escaped())
dots = st.sampled_from([".", " . ", "\t."])


@st.composite
def keys(draw: st.DrawFn) -> str:
    first: str = draw(names)
    return first + "".join(draw(dots) + part for part in draw(st.lists(names, max_size=2)))


@st.composite
def inline(draw: st.DrawFn, items: st.SearchStrategy[str]) -> str:
    pairs = [f"{draw(keys())} = {value}" for value in draw(st.lists(items, max_size=3))]
    return "{ " + " , ".join(pairs) + " }"


values = st.recursive(scalars, lambda inner: st.one_of(arrays(inner), inline(inner)), max_leaves=8)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Lines of a would-be document: some clash, and tomllib says so."""
    pairs = st.builds("{} = {}".format, keys(), values)
    heads = st.one_of(keys().map("[{}]".format), keys().map("[[{}]]".format), keys().map("[ {} ]".format))
    rest = st.sampled_from(["", "# [no] = 1", "   ", "\t# '''"])
    ends = st.sampled_from(["", " ", ' # it\'s "so" = ['])
    lines = draw(st.lists(st.one_of(pairs, pairs, heads, rest), max_size=8))
    return "\n".join(line + draw(ends) for line in lines)


@pytest.mark.long
@settings(deadline=None)
@given(documents())
def test_every_place_has_the_line_where_it_stands(text: str) -> None:
    """Whatever tomllib accepts, the scanner finds the same keys, tables and items, each on its own line."""
    try:
        tomllib.loads(text.replace("@@", "1"))
    except ValueError:
        return  # a key given twice, or a table opened again: never shown to the scanner
    hold_together(text)


names_of_few = st.sampled_from(["a", "b", '"a"', "'b c'"])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["[{}]", "[[{}]]", "{} = @@"]), st.lists(names_of_few, min_size=1, max_size=3)))
)
def test_tables_inside_arrays_of_tables_are_told_apart(lines: list[tuple[str, list[str]]]) -> None:
    """With few names, tables and arrays of tables nest in each other, and each line still belongs to its own."""
    kept: list[str] = []
    for form, parts in lines:
        line = form.format(".".join(parts))
        try:
            tomllib.loads("\n".join([*kept, line]).replace("@@", "1"))
        except ValueError:
            continue
        kept.append(line)
    hold_together("\n".join(kept))


@pytest.mark.parametrize(
    "text",
    [
        'a = """"""\nb = @@',
        'a = """x"""""\nb = @@',
        "a = '''x'''''\nb = @@",
        'a = """\n[t]\nb = 1\n"""\nb = @@',
        'a = """\\""""\nb = @@',
        "a = [ # one ]\n  @@,\n  [ @@, '''\n]''' ],\n  @@ ]\nb = @@",
        '"a.b" . c = @@\n[x."]"]\n\'#\' = { y.z = @@, w = [ { v = @@ } ] }',
        "[[o]]\nid = @@\n[o.sub]\nk = @@\n[[o]]\nid = @@\n[[o.many]]\nk = @@\n[[o.many]]\nk = @@",
        '"" = @@\n"\\u0061" = @@',
        "",
    ],
)
def test_corners_of_the_grammar(text: str) -> None:
    """Quotation marks before the end of a string, brackets in strings and remarks, and odd keys don't mislead it."""
    hold_together(text)


@pytest.mark.long
def test_a_long_file_is_read_in_linear_time() -> None:
    """Ten thousand keys are no trouble."""
    hold_together("\n".join(f'key{n} = [@@, \'#\', """]"""]' for n in range(10_000)))
