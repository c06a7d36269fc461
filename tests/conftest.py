"""Put this folder on the path, so that tests can share their helpers by name; make random tests repeat."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
