"""Variants of an experiment side by side, a process a run."""
