"""Lets the modules of the gallery share theirs and those of the judge: test folders are no packages."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "flows" / "judge")]
