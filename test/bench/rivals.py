"""Where the rivals are: .venv-rivals, which `./dev bench --install` makes. Without it
.venv serves, which has ONNX Runtime."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENV = ROOT / ".venv-rivals"
REQUIREMENTS = ROOT / "tools" / "requirements-rivals.txt"
STAMP = VENV / "requirements.txt"  # A copy of the requirements, made at the end.
INSTALLED = ("openvino",)


def installed():
    return STAMP.exists() and STAMP.read_text() == REQUIREMENTS.read_text()


def python():
    """The interpreter that measures."""
    return VENV / "bin" / "python" if installed() else sys.executable


def versions(interpreter, names):
    """{system: version or None} as that interpreter sees them."""
    code = (f"import sys, json; sys.path[:0] = [{str(HERE)!r}]; import systems; "
            f"print(json.dumps(systems.versions({list(names)!r})))")
    done = subprocess.run([interpreter, "-c", code], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"error: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def install():
    if installed():
        print(f"{VENV.name} is complete")
        return 0
    shutil.rmtree(VENV, ignore_errors=True)
    print(f"making {VENV.name}: about 0.2 GB to load", flush=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    subprocess.run([VENV / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r",
                    REQUIREMENTS], check=True)
    shutil.copy(REQUIREMENTS, STAMP)
    return 0
