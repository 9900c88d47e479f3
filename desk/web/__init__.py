"""What answers on the web beside the desk: readers who follow a link, shops that report, whoever else calls."""
