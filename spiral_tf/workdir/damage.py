"""The error of a file that a run needs and that cannot be read any more."""

from spiral_tf import exit_codes


class DamagedError(ValueError):
  """What a run is to go on from is damaged, and nothing can take its place.

  Attributes:
    exit_code: of the node that raises it: a restart would only meet it again.
  """

  exit_code = exit_codes.DAMAGED
