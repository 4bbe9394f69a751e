"""Runs the nodes of a Launchpad program, on one machine or many.

It knows nothing of what the nodes do, and imports nothing of `spiral_tf`.
"""
