"""Pictures as people have them: drawings and a photograph."""

import numpy as np
from PIL import Image
from PIL import ImageDraw


def drawing(width, side=200, paper='white', ink='black'):
  """A loop and a line, so many pixels wide."""
  image = Image.new('RGB', (side, side), paper)
  draw = ImageDraw.Draw(image)
  draw.arc((40, 40, 150, 160), 0, 330, fill=ink, width=width)
  draw.line((60, 170, 150, 30), fill=ink, width=width)
  return image


def photograph(side=200):
  """Soft colours without lines."""
  y, x = np.mgrid[:side, :side] / side
  picture = np.stack([0.6 + 0.3 * x, 0.5 + 0.2 * y, 0.4 + 0.1 * x * y], -1)
  return Image.fromarray((255 * picture).astype(np.uint8))
