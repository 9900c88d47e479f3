"""The wiring: what crosses each boundary, who is asked, where a piece goes next."""
