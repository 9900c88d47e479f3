"""REVENUE monetises, tracks and optimises. It hands over a MonetizedDraft."""
