"""DISTRIBUTION posts, shares and engages. It hands over a Release; it holds no credential and sends nothing."""
