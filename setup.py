"""Installs spiral_tf and builds its brush engine over the system's libmypaint.

`pip install .`, `pip install -e .` or `python setup.py build_ext --inplace`.
"""

import glob
import shlex
import subprocess

from pybind11.setup_helpers import Pybind11Extension
import setuptools
from setuptools.command import build_ext

_LIBRARY = 'libmypaint >= 1.6'
_CURE = 'apt-get install libmypaint-dev mypaint-brushes pkg-config'


def _pkg_config(option: str) -> list:
  """What pkg-config says of libmypaint, split like a shell would."""
  try:
    done = subprocess.run(
      ['pkg-config', option, '--print-errors', _LIBRARY],
      capture_output=True,
      text=True,
    )
  except FileNotFoundError:
    raise SystemExit(
      f'pkg-config is not installed, and {_LIBRARY} is found through it. '
      f'Run: {_CURE}'
    ) from None
  if done.returncode:
    raise SystemExit(
      f'pkg-config does not find {_LIBRARY}: {done.stderr.strip()}. '
      f'Run: {_CURE}'
    )
  return shlex.split(done.stdout)


class BuildExtension(build_ext.build_ext):
  """Asks pkg-config only when there is something to build."""

  def build_extension(self, ext):
    """Builds `ext` with the flags of the system's libmypaint."""
    ext.extra_compile_args += ['-O3', *_pkg_config('--cflags')]
    ext.extra_link_args += _pkg_config('--libs')
    super().build_extension(ext)


setuptools.setup(
  name='spiral_tf',
  version='0.1.0',
  description='SPIRAL: agents that learn to draw, by adversarial training',
  license='Apache-2.0',
  packages=setuptools.find_packages(
    include=['spiral_tf*', 'launch*', 'configs*']
  ),
  package_data={
    'launch.benchmarks': ['native/*.c'],
    'spiral_tf.web': ['static/*'],
  },
  python_requires='>=3.10,<3.14',
  install_requires=[
    'absl-py>=1.0',
    'av>=12.0',
    'cloudpickle>=2.0',
    'dm-env>=1.6',
    'dm-sonnet==2.0.2',
    'dm-tree>=0.1.8',
    'matplotlib>=3.7',
    'ml-collections>=0.1.1',
    'mujoco>=3.17,<5',
    'numpy>=1.26',
    'pillow>=10.1',
    'scikit-learn>=1.3',
    'scipy>=1.11',
    'tabulate>=0.9',
    'tensorboard>=2.8',
    'tensorflow>=2.8,<2.22; sys_platform != "linux"',
    'tensorflow-cpu>=2.8,<2.22; sys_platform == "linux"',
  ],
  extras_require={
    # Programs of processes; Python 3.10 only. Reverb has to match TensorFlow.
    'launchpad': [
      'dm-launchpad==0.5.2',
      'dm-reverb==0.7.2',
      'mujoco==3.17.0',
      'numpy==1.26.4',
      'protobuf==3.19.6',
      'tensorflow-cpu==2.8.4',
    ],
    # The last that accepts our protobuf, and the click that it was made for.
    'ray': ['click==8.1.8', 'ray==2.48.0'],
    'serve': [
      'python-multipart>=0.0.15',
      'starlette>=0.37',
      'uvicorn>=0.29',
    ],
    'test': [
      'httpx>=0.27',
      'ipykernel>=6.29',
      'nbclient>=0.10',
      'nbformat>=5.10',
      'playwright>=1.44',
      'pytest>=7.0',
      'pytest-xdist>=3.5',
      'resvg-py>=0.2',
      'ruff>=0.4',
    ],
  },
  ext_modules=[
    Pybind11Extension(
      'spiral_tf.environments.mypaint._mypaint',
      sorted(glob.glob('spiral_tf/environments/mypaint/*.cc')),
      depends=glob.glob('spiral_tf/environments/mypaint/*.h'),
      cxx_std=17,
    )
  ],
  cmdclass={'build_ext': BuildExtension},
)
