"""What the programs beside this file share: where the switch is, and a thing to say of what went wrong."""

import os

HOST = os.environ.get("INTEROP_HOST", "127.0.0.1")
PORT = int(os.environ.get("INTEROP_PORT", "8021"))
PASSWORD = os.environ.get("INTEROP_PASSWORD", "ClueCon")


def equal(got, expected):
    """Fails, and says both, unless they are the same."""
    assert got == expected, f"got {got!r}, expected {expected!r}"
