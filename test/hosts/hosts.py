"""Packages on processors of other kinds, under qemu's user-mode emulation.

The names of HOSTS are machine variants of the target cpu; what runs packages
there is targets/cpu/test/package_runner.cpp, which build.sh makes.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import onnx

BUILD = Path(__file__).resolve().parents[2] / "build"


def emulator(name):
    """The one that qemu.sh fetched, or the machine's."""
    fetched = BUILD / "hosts/qemu" / name
    return str(fetched) if fetched.exists() else name


RISCV = [emulator("qemu-riscv64"), "-L", "/usr/riscv64-linux-gnu", "-cpu"]
# Variant: (the emulator and its options, the build that has the runner).
HOSTS = {
    "x86_64-v2": ([emulator("qemu-x86_64"), "-cpu", "Nehalem"], BUILD),
    "aarch64-neon": ([emulator("qemu-aarch64"), "-L", "/usr/aarch64-linux-gnu"], BUILD / "hosts/aarch64"),
    "riscv64-v256": ([*RISCV, "rv64,v=true,vlen=256,vext_spec=v1.0"], BUILD / "hosts/riscv64"),
    "riscv64-v128": ([*RISCV, "rv64,v=true,vlen=128,vext_spec=v1.0"], BUILD / "hosts/riscv64"),
    "riscv64-gc": ([*RISCV, "rv64"], BUILD / "hosts/riscv64"),
}
# Operators that the runtimes which build.sh makes lack a library for.
LACKING = {"ImageDecoder": "lack of libraries that decode images", "RegexFullMatch": "lack of RE2"}


def missing(variant):
    """What it takes to emulate a machine and is not here, or None."""
    command, build = HOSTS[variant]
    runner = build / "bin/cpu_package_runner"
    if not shutil.which(command[0]):
        return command[0]
    if variant.startswith("riscv64-v") and emulator_version(command[0]) < 8:
        return "qemu from 8.0 on, which does not die of conversions of vectors (test/hosts/qemu.sh)"
    return None if runner.exists() else str(runner)


def lacks(variant, operators):
    """What a machine's runtime is built without and one of the operators needs, or None."""
    if HOSTS[variant][1] == BUILD:
        return None
    return next((LACKING[operator] for operator in sorted(operators) if operator in LACKING), None)


def emulator_version(program):
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"version (\d+)", text)[1])


class Runner:
    """The process that runs packages on one machine; it is started again after a
    crash."""

    def __init__(self, variant, *options):
        command, build = HOSTS[variant]
        self.variant = variant
        self.command = [*command, str(build / "bin/cpu_package_runner"), *options]
        self.process = None

    def run(self, path, inputs):
        """The outputs, or RuntimeError."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.process.stdin.write(f"{os.fspath(path)}\n{len(inputs)}\n".encode())
            for value in inputs:
                self.write(np.ascontiguousarray(value).reshape(value.shape))
            self.process.stdin.flush()
            return self.answer()
        except (BrokenPipeError, EOFError):
            raise RuntimeError(f"the emulated process died (status {self.process.wait()})") from None

    def write(self, value):
        number = int(onnx.helper.np_dtype_to_tensor_dtype(value.dtype))
        words = [number, value.ndim, *value.shape, value.nbytes]
        self.process.stdin.write(" ".join(map(str, words)).encode() + b"\n" + value.tobytes())

    def line(self):
        line = self.process.stdout.readline().decode().split()
        if not line:
            raise EOFError
        return line

    def answer(self):
        status, count = self.line()
        if status != "ok":
            raise RuntimeError(self.process.stdout.read(int(count)).decode())
        outputs = []
        for _ in range(int(count)):
            number, _, *dims, size = map(int, self.line())
            dtype = onnx.helper.tensor_dtype_to_np_dtype(number)
            outputs.append(np.frombuffer(self.process.stdout.read(size), dtype).reshape(dims))
        return outputs


    def stop(self):
        if self.process is not None:
            with self.process:
                self.process.stdin.close()
