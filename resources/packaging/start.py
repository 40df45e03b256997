"""The frozen program's entry."""

import sys

from waapp.__main__ import main

sys.exit(main())
