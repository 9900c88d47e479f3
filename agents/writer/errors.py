"""What can go wrong with a language model, and what to do about it.

WriterError
├── WriterMisconfigured   no key, a refused key, an unknown model or library: asking again is no use
├── WriterUnavailable     429, 5xx, a time-out, no connection: the same call may work later
├── WriterRefused         the model, or its filter, won't write this
└── WriterUnfit           it answered twice, and neither answer fits the schema
"""

from __future__ import annotations

from typing import ClassVar

from state.violations import Violation

WAY_OUT = 'To go on without a model, set `models.default = "extractive"`.'


class WriterError(Exception):
    """A writer couldn't do its task. `model` is the name in the settings; `fix` says what a person can do."""

    code: ClassVar[str] = "writer.error"

    def __init__(self, model: str, message: str, fix: str) -> None:
        super().__init__(model, message, fix)
        self.model = model
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.model}: {self.message} {self.fix}"

    @property
    def violation(self) -> Violation:
        """The same as a failed check: it can't be waived, since there is nothing to approve."""
        return Violation(code=self.code, where=self.model, message=self.message, fix=self.fix)


class WriterMisconfigured(WriterError):
    code = "writer.misconfigured"


class WriterUnavailable(WriterError):
    code = "writer.unavailable"


class WriterRefused(WriterError):
    code = "writer.refused"


class WriterUnfit(WriterError):
    code = "writer.unfit"
