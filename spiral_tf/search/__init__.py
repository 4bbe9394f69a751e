"""Search: programs that become better by being tried out, not by learning."""
