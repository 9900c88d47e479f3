"""What answers on the web: readers who follow a link, and whoever else calls."""
