"""The frozen program's entry."""

import multiprocessing
import sys

from waapp.__main__ import main

# A process that reads a file aside starts here too, and does not come back from this.
multiprocessing.freeze_support()
sys.exit(main())
