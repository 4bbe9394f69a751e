"""Programs: the commands behind a picture, and what can be made of them."""
