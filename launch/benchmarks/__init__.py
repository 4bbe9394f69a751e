"""What `python -m launch.benchmark` measures."""
