"""Both ends of Reverb: what is stored, by whom, and how much of it."""
