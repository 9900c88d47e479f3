"""VOICE drafts, edits and polishes, and never re-researches. It hands over a Draft."""
