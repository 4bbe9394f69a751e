"""Tests that start whole programs; one at a time, or they starve."""
