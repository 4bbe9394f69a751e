"""A page on which people let agents paint: server and page."""
