"""Lets the modules of the gallery share theirs: test folders are no packages."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
