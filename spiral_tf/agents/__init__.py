"""Trained agents for people: saved, loaded, described, and at work."""
