"""What the processes of a training run do."""
