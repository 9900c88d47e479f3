"""The wheel that turns by itself: jobs, when they run, what is logged of them, and how it stops."""
