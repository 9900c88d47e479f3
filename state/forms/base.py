"""What the forms share. A form is the one plain text of a contract that a person edits, and the parser back."""

from __future__ import annotations


class FormError(ValueError):
    """An edited text that can't be read back. Carries where and what to do; the text itself is kept by the caller."""

    def __init__(self, where: str, message: str, fix: str) -> None:
        super().__init__(f"{where}: {message} {fix}")
        self.where, self.message, self.fix = where, message, fix


def settled(text: str, where: str) -> str:
    """`text` with a browser's line ends made our own. Raises FormError if there are halves of characters in it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormError(where, f"Character {error.start + 1} is broken.", "Type it again.") from error
    return text.replace("\r\n", "\n")


def titled(text: str, where: str) -> tuple[str, str]:
    """The title from a first line `# Title`, and the rest without the blank lines around it."""
    head, _, rest = settled(text, where).strip().partition("\n")
    if not head.startswith("# ") or not head[2:].strip():
        raise FormError(where, "The first line isn't `# Title`.", "Start with `# `, the title, and an empty line.")
    return head[2:].strip(), rest.strip("\n").strip()
