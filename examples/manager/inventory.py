#!/usr/bin/env python3
"""Lists the servers of an environment. Its lines arrive live, because the engine sets PYTHONUNBUFFERED for scripts."""
import os
import sys

environment, servers = sys.argv[1], int(sys.argv[2])
# The engine redacts the secret in everything that it shows or writes.
print(f"signed in with {os.environ['RELEASE_TOKEN']}")
for number in range(1, servers + 1):
    print(f"{environment}-{number} is reachable")
