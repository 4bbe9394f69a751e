"""What the brush engine can do at most; it refuses anything beyond."""

MAX_WIDTH = 4096  # Of a canvas, pixels.
MIN_RADIUS = 0.1  # Of a brush, pixels; libmypaint draws no smaller dab.
MAX_RADIUS = 1000.0  # Of a brush, pixels; libmypaint's own limit.
MAX_SUBSTROKES = 10_000  # Straight pieces of one curve.
