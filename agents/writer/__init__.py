"""The one seam to a language model: structured output only, and the same task can be done by rule.

Importing this loads no model library; the first `write` does, off the event loop.
"""

from __future__ import annotations

from agents.writer.errors import WriterError, WriterMisconfigured, WriterRefused, WriterUnavailable, WriterUnfit
from agents.writer.model import LanguageModelWriter
from agents.writer.opening import open_writer
from agents.writer.seam import ExtractiveWriter, In, Out, Task, Writer

__all__ = [
    "ExtractiveWriter",
    "In",
    "LanguageModelWriter",
    "Out",
    "Task",
    "Writer",
    "WriterError",
    "WriterMisconfigured",
    "WriterRefused",
    "WriterUnavailable",
    "WriterUnfit",
    "open_writer",
]
