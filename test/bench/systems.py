"""The systems that are measured: how each loads a model and runs it.

`load(model, threads)` takes the bytes of a ModelProto or the path of a file, and
gives a function of feeds {name: array} that runs once and returns the outputs in the
model's order, as numpy arrays (or what a system has for other values). Weights, sizes
and inputs are the same for all; each system gets its own advice for latency on a CPU.
What is not installed raises ImportError.
"""

import importlib.metadata
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
# Behind the interpreter's own packages: Landfall as built, and torch where it is.
sys.path += map(str, [ROOT / "build" / "python", *(ROOT / ".venv-frameworks" / "lib").glob("python3*/site-packages")])


class Landfall:
    name, packages = "landfall", ()

    @staticmethod
    def version():
        import landfall

        return landfall.__version__

    @staticmethod
    def load(model, threads):
        import landfall

        compiled = landfall.compile(model, threads=threads)
        return lambda feeds: list(compiled.run(feeds).values())


class OnnxRuntime:
    name, packages = "onnxruntime", ("onnxruntime",)

    @staticmethod
    def load(model, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return lambda feeds: session.run(None, feeds)


class OpenVino:
    name, packages = "openvino", ("openvino",)

    @staticmethod
    def load(model, threads):
        import openvino

        core = openvino.Core()
        # Without the hint it may compute in bfloat16.
        compiled = core.compile_model(core.read_model(model), "CPU", {
            "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32"})
        request = compiled.create_infer_request()
        known = {name for value in compiled.inputs for name in value.get_names()}
        return lambda feeds: list(request.infer({name: value for name, value in feeds.items() if name in known},
                                                share_inputs=True, share_outputs=True).values())


class Inductor:
    """PyTorch's compiler, on what onnx2torch makes of the model."""

    name, packages = "inductor", ("torch", "onnx2torch")

    @staticmethod
    def load(model, threads):
        import onnx
        import onnx2torch
        import torch

        torch.set_num_threads(threads)
        proto = onnx.load_from_string(model) if isinstance(model, bytes) else onnx.load(model)
        known = {weight.name for weight in proto.graph.initializer}
        names = [value.name for value in proto.graph.input if value.name not in known]
        compiled = torch.compile(onnx2torch.convert(proto).eval(), dynamic=True)

        def run(feeds):
            with torch.inference_mode():
                results = compiled(*(torch.from_numpy(feeds[name]) for name in names))
            return [value.numpy() for value in (results if isinstance(results, (list, tuple)) else [results])]

        return run


class Iree:
    name, packages = "iree", ("iree-base-compiler", "iree-base-runtime")
    LIMIT_S = 300

    @staticmethod
    def load(model, threads):
        import iree.compiler
        import iree.runtime as runtime

        programs = Path(sys.executable).parent
        with tempfile.TemporaryDirectory() as folder:
            source = Path(model) if not isinstance(model, bytes) else Path(folder) / "model.onnx"
            if isinstance(model, bytes):
                source.write_bytes(model)
            imported, code = f"{folder}/model.mlir", f"{folder}/model.vmfb"
            Iree.command(sys.executable, "-m", "iree.compiler.tools.import_onnx", source, "-o", imported,
                         "--opset-version", "17")
            Iree.command(programs / "iree-compile", imported, "-o", code, "--iree-hal-target-device=local",
                         "--iree-hal-local-target-device-backends=llvm-cpu", "--iree-llvmcpu-target-cpu=host")
            config = runtime.Config("local-sync" if threads == 1 else "local-task")
            module = runtime.VmModule.copy_buffer(config.vm_instance, Path(code).read_bytes())
        loaded = runtime.load_vm_module(module, config)
        names = [name for name in module.function_names if not name.startswith("__") and not name.endswith("$async")]
        function = loaded[names[0]]

        def run(feeds):
            results = function(*feeds.values())
            return [value.to_host() for value in (results if isinstance(results, (list, tuple)) else [results])]

        return run

    @staticmethod
    def command(*words):
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=Iree.LIMIT_S)
        if done.returncode:
            raise RuntimeError(" ".join(done.stderr.split())[-300:])


class Tvm:
    """Relax, with the default schedules of LLVM's target: nothing is tuned."""

    name, packages = "tvm", ("apache-tvm",)

    @staticmethod
    def load(model, threads):
        os.environ["TVM_NUM_THREADS"] = str(threads)
        import onnx
        import tvm
        from tvm import relax
        from tvm.relax.frontend.onnx import from_onnx

        proto = onnx.load_from_string(model) if isinstance(model, bytes) else onnx.load(model)
        known = {weight.name for weight in proto.graph.initializer}
        names = [value.name for value in proto.graph.input if value.name not in known]
        target = tvm.target.Target({"kind": "llvm", "mcpu": tvm.target.codegen.llvm_get_system_cpu()})
        machine = relax.VirtualMachine(tvm.compile(from_onnx(proto), target=target), tvm.cpu())

        def run(feeds):
            results = machine["main"](*(tvm.runtime.tensor(np.ascontiguousarray(feeds[name])) for name in names))
            return [value.numpy() for value in ([results] if hasattr(results, "numpy") else results)]

        return run


SYSTEMS = {system.name: system for system in (Landfall, OnnxRuntime, OpenVino, Inductor, Iree, Tvm)}
OURS, JUDGE = "landfall", "onnxruntime"


def versions(names):
    """{name: version, or None where it is not installed}"""
    found = {}
    for name in names:
        system = SYSTEMS[name]
        try:
            numbers = [importlib.metadata.version(package) for package in system.packages]
            found[name] = numbers[0] if numbers else system.version()
        except ImportError:  # PackageNotFoundError is one.
            found[name] = None
    return found
