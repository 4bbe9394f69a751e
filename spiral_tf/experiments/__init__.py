"""Experiments of the paper beside the agents: its figures 9 and 11."""
