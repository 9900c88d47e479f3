"""Hugo and Jekyll themselves make pages of what the git site commits, and readers see the article's words and nothing else."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import warnings
from collections import Counter
from pathlib import Path

import lxml.html
import pytest

from channels.generators import FOLDERS, Generator, Style
from channels.markdown import to_html
from state.channels import OutgoingPost
from tests.support.conformance import post_for

PARTS = (
    *(
        "{{",
        "}}",
        "{%",
        "%}",
        "{{<",
        ">}}",
        "{{%",
        "*",
        "_",
        "**",
        "`",
        "``",
        "```\n",
        "~~~\n",
        "[",
        "]",
        "(",
        ")",
        "!",
    ),
    *(
        "<b>",
        "</b>",
        "<script>",
        "<!--",
        "-->",
        "&amp;",
        "&",
        "#",
        "# ",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "1) ",
        "> ",
        "|",
        "a | b",
    ),
    *(
        "$$",
        "$",
        "~~",
        "\\",
        "{:",
        "{: .x}",
        "{::nomarkdown}",
        ":",
        " : x",
        "^",
        "[^1]",
        "[^1]: x",
        "*[ab]: c",
        "word",
        "bar.",
    ),
    *(
        "é",
        "عربي",
        "👍🏽",
        '"',
        "'",
        "--",
        "...",
        "   ",
        "    code",
        "=",
        "===",
        "---",
        "+ ",
        "+++",
        "  \n",
        "x_y_z",
        "*a*",
        "C#",
    ),
    *(
        "https://x.example/a_b?c=d&copy;e",
        "<https://x.example/>",
        '[w](https://x.example/(a) "sponsored")',
        "[[1]](#source-1)",
    ),
    *(
        "![i](a.png)",
        "::: offer\n",
        "\n:::\n",
        "\n## Sources\n\n1. One {{ x }}\n2. Two\n",
        "{% raw %}",
        "{% endraw %}",
        "*/",
    ),
    *(
        "{{</* x */>}}",
        "{{< figure src=x >}}",
        "`{{< a >}}`",
        "`{{ b }}`",
        "`{% c`",
        "\n```\n{{< x\n```\n",
        "{{% y %}}",
    ),
)
TYPESET = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "\u2060": "",
        "↩": "",
        "\ufe0e": "",
        "[": "",
        "]": "",
        **dict.fromkeys("-–—", ""),
    }
)


def posts(seed: int, count: int) -> list[OutgoingPost]:
    chance = random.Random(seed)
    made = []
    for number in range(1, count + 1):
        parts = (chance.choice(PARTS) + chance.choice(["", "", " "]) for _ in range(chance.randint(1, 14)))
        text = "".join(parts).strip() or "x"
        made.append(post_for("git", number, text=text, title=" ".join(text.split())[:200]))
    return made


def build(style: Style, folder: Path) -> Path:
    """Make the pages; the folder they're in. Each says nothing but the title and the article."""
    page = '<html><body><h1>{title}</h1><div id="body">{content}</div></body></html>'
    if style == "hugo":
        (folder / "config.toml").write_text(
            'baseURL = "https://x.example/"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap", "home", "section", "404"]\n'
        )
        layout, made, command = folder / "layouts/_default/single.html", "public", ["hugo", "--quiet"]
        layout.parent.mkdir(parents=True)
        layout.write_text(page.format(title="{{ .Title }}", content="{{ .Content }}"))
    else:
        (folder / "_config.yml").write_text("markdown: kramdown\n")
        layout, made, command = folder / "_layouts/post.html", "_site", ["jekyll", "build", "--quiet"]
        layout.parent.mkdir(parents=True)
        layout.write_text(page.format(title="{{ page.title | escape }}", content="{{ content }}"))
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / made


def letters(element: lxml.html.HtmlElement, *, in_order: bool) -> str | Counter[str]:
    """What a reader reads, without space, quotation marks and dashes as they're set, and the numbers of footnotes."""
    said = "".join(element.itertext()).translate(TYPESET)
    said = said.replace("…", "...")
    said = re.sub(r"\s+", "", said)
    return said if in_order else Counter(re.sub(r"\d", "", said))


def parse(html: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))


@pytest.mark.parametrize("style", ["hugo", "jekyll"])
def test_readers_see_the_articles_words(style: Style, tmp_path: Path) -> None:
    """Two hundred articles made of markup, templates and halves of both build, and show the words they have on our own site."""
    if not shutil.which(style):
        said = f"{style} isn't installed, so the git site's files were not held against it."
        if "CI" in os.environ:
            pytest.fail(said)
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn(said, stacklevel=1)
        pytest.skip(said)
    generator = Generator(style, FOLDERS[style], "https://x.example", "/p/{slug}/", "Noor")
    made = posts(20251122, 200)
    for post in made:
        file = tmp_path / generator.path(post)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(generator.document(post))
    pages = build(style, tmp_path)
    for post in made:
        page = parse((pages / f"p/{post.slug}/index.html").read_text(encoding="utf-8"))
        assert "".join(page.xpath("//h1")[0].itertext()) == post.title
        body = page.get_element_by_id("body")
        assert not body.xpath(".//script | .//iframe | .//*[@class='x']")
        in_order = "## Sources" not in post.text
        assert letters(body, in_order=in_order) == letters(parse(f"<div>{to_html(post.text)}</div>"), in_order=in_order)
