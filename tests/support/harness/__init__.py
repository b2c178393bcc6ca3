"""What the integration tests are made of: a Porthole process, its peers, and ways to look at both.

Every wait is on a condition and has a deadline; every port is chosen by the system.
"""

import pathlib
import sys

# Starting processes, reading the log and talking to QEMU are the demo's, too.
sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "deploy" / "demo"))
