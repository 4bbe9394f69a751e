"""Installs spiral_tf and builds its brush engine over the system's libmypaint.

`pip install .`, `pip install -e .` or `python setup.py build_ext --inplace`.
"""

import glob
import pathlib
import re
import shlex
import shutil
import subprocess

from pybind11.setup_helpers import Pybind11Extension
import setuptools
from setuptools.command import build_ext
from setuptools.command import build_py

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


class BuildPython(build_py.build_py):
  """Puts the commands, their configs and the models into the package.

  At the top of site-packages, `launch` and `configs` would hide other packages
  of these names (ROS 2 has a `launch`). `spiral_tf.command_line` finds them.
  """

  def run(self):
    """Builds the package; of an editable one all stays where it is."""
    if not self.editable_mode:
      self.packages = [
        name for name in self.packages if name.split('.')[0] == 'spiral_tf'
      ]
    super().run()
    if not self.editable_mode:
      programs = pathlib.Path(self.build_lib, 'spiral_tf', '_programs')
      for folder in ('launch', 'configs', 'models'):
        shutil.copytree(
          folder,
          programs / folder,
          ignore=shutil.ignore_patterns('__pycache__'),
          dirs_exist_ok=True,
        )


def _version() -> str:
  source = pathlib.Path('spiral_tf/__init__.py').read_text()
  return re.search(r"^__version__ = '(.+)'$", source, re.MULTILINE)[1]


setuptools.setup(
  name='spiral_tf',
  version=_version(),
  description='SPIRAL: agents that learn to draw, by adversarial training',
  long_description=pathlib.Path('README.md').read_text(),
  long_description_content_type='text/markdown',
  author='The spiral_tf authors',
  license='Apache-2.0',
  keywords='reinforcement-learning painting program-synthesis gan launchpad',
  classifiers=[
    'Development Status :: 4 - Beta',
    'Environment :: Console',
    'Intended Audience :: Science/Research',
    'License :: OSI Approved :: Apache Software License',
    'Operating System :: POSIX :: Linux',
    'Programming Language :: Python :: 3.10',
    'Programming Language :: Python :: 3.11',
    'Programming Language :: Python :: 3.12',
    'Programming Language :: Python :: 3.13',
    'Topic :: Artistic Software',
    'Topic :: Scientific/Engineering :: Artificial Intelligence',
  ],
  # All but the first are for whoever works in a checkout.
  packages=setuptools.find_packages(
    include=['spiral_tf*', 'launch*', 'configs*']
  ),
  package_data={'spiral_tf.web': ['static/*']},
  entry_points={'console_scripts': ['spiral = spiral_tf.command_line:main']},
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
    'numpy>=1.24',
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
      'pybind11==2.13.6',
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
  cmdclass={'build_ext': BuildExtension, 'build_py': BuildPython},
)
