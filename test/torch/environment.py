"""`import environment` first: goes on in .venv-frameworks, or ends with 77 without it."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import frameworks  # noqa: E402

SKIPPED = 77  # ctest's SKIP_RETURN_CODE.

if Path(sys.prefix) != frameworks.VENV:
    if not frameworks.installed():
        print("skipped: there is no .venv-frameworks; ./dev frameworks makes it")
        sys.exit(SKIPPED)
    os.execv(frameworks.PYTHON, [str(frameworks.PYTHON), *sys.argv])
