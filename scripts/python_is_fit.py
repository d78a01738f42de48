"""Whether this Python can run Switchboard: exits with one line that says what to install when it can't.

Written for any Python 3, so that an old one prints the sentence and not a syntax error.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the one file that an older Python reads
    sys.exit("Python 3.11 or newer is needed. Install a newer one, then: make run PYTHON=python3.12")
if sys.version_info >= (3, 15):
    sys.exit("Python 3.11 to 3.14 is needed, this one is newer. Try: make run PYTHON=python3.13")
try:
    import ensurepip
    import venv
except ImportError:
    sys.exit("This Python has no venv module. On Debian or Ubuntu: apt install python3-venv, then again.")
del ensurepip, venv
