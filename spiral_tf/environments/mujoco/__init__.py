"""The engine of scenes: MuJoCo, without a window."""
