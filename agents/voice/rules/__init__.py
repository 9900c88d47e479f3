"""What edits teach: from the difference between what VOICE wrote and what a reviewer approved to rules of the author's.

matching.py finds which sentence became which, lessons.py what the difference says, notes.py what a person said in words,
learning.py what rules come of it. All of it is deterministic and needs no model and no network.
"""

from agents.voice.rules.learning import learn, reread
from agents.voice.rules.lesson import Lesson
from agents.voice.rules.lessons import derive
from agents.voice.rules.notes import heard, written
from agents.voice.rules.obeying import obeying, section

__all__ = ["Lesson", "derive", "heard", "learn", "obeying", "reread", "section", "written"]
