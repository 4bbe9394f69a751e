"""What agents act in: dm_env environments, NumPy and native code only."""
