"""The four agents and the one seam to a language model."""
