"""What the learners minimise, as pure functions."""
