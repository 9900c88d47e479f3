"""What answers on the web beside the desk: redirects, and what shops report."""
