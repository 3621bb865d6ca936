"""Prints which Python runs it."""

import sys

inside = sys.prefix != sys.base_prefix
print(f"Python {sys.version_info.major}.{sys.version_info.minor}")
print(f"in a virtual environment: {'yes' if inside else 'no'}")
