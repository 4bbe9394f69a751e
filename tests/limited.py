"""Runs a command whose files have at most so many bytes, as on a full disk.

python -m tests.limited BYTES launch.paint --output=x.png
"""

import resource
import runpy
import sys

if __name__ == '__main__':
  _, size, module, *arguments = sys.argv
  _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
  resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), most))
  sys.argv = [module, *arguments]
  runpy.run_module(module, run_name='__main__', alter_sys=True)
