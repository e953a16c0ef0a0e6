"""Whether tools/check.py notices what it should."""

import unittest

import check


def complaint(name, included):
    room = check.room_of(name)
    is_test = name.endswith("_test.cpp")
    return check.illegal_include(name, room, included, [room] + (check.TEST_ROOMS if is_test else check.LAYERS[room]))


class Layers(unittest.TestCase):
    def test_what_may_be_included(self):
        for name, included in [
            ("runtime/executor.cpp", "package/program.h"),
            ("frontend/onnx/importer/node.cpp", "ir/builder.h"),
            ("compiler/passes/fuse.cpp", "mlir/IR/Dominance.h"),
            ("compiler/kernels/lanes/lanes.cpp", "llvm/IR/IRBuilder.h"),
            ("compiler/pipeline.cpp", "frontend/onnx/importer/import.h"),
            ("targets/cpu/driver/services.cpp", "package/native_abi.h"),
            ("targets/cpu/codegen/native_suite_test.cpp", "targets/cpu/driver/elf_loader.h"),
            ("targets/reef/driver/reef_card.cpp", "targets/reef/sim/card.h"),
            ("targets/reef/codegen/codegen.cpp", "targets/reef/chip/registers.h"),
            ("base/file.cpp", "vector"),
        ]:
            self.assertIsNone(complaint(name, included), (name, included))

    def test_what_may_not(self):
        for name, included in [
            ("runtime/executor.cpp", "ir/size/size.h"),
            ("runtime/executor.cpp", "llvm/ADT/SmallVector.h"),
            ("package/kernel.cpp", "runtime/device.h"),
            ("targets/cpu/driver/cpu_queue.cpp", "mlir/IR/Value.h"),
            ("targets/cpu/driver/cpu_queue.cpp", "targets/null/driver/null_queue.h"),
            ("targets/cpu/codegen/codegen.cpp", "targets/cpu/driver/services.h"),
            ("targets/reef/sim/card.cpp", "targets/reef/driver/line.h"),
            ("targets/reef/firmware/launch.cpp", "base/result.h"),
            ("targets/reef/codegen/codegen.cpp", "targets/reef/sim/card.h"),
            ("targets/cpu/driver/cpu_queue.cpp", "targets/reef/chip/registers.h"),
            ("frontend/onnx/ops/add.cpp", "mlir/IR/Value.h"),
            ("frontend/onnx/ops/add.cpp", "compiler/target.h"),
            ("compiler/kernels/lanes/lanes.cpp", "mlir/IR/Value.h"),
            ("compiler/native/elf_link.cpp", "mlir/IR/Value.h"),
            ("compiler/kernels/lanes/lanes.cpp", "frontend/onnx/importer/import.h"),
            ("ir/builder.cpp", "frontend/onnx/importer/node_state.h"),
            ("base/file.cpp", "apps/cli/report/table.h"),
        ]:
            self.assertIsNotNone(complaint(name, included), (name, included))


class Pages(unittest.TestCase):
    def test_snippets_are_found(self):
        self.assertEqual(check.SNIPPET.findall("x\n<!-- a/b.cpp -->\n```cpp\nint x;\n```\n"), [("a/b.cpp", "int x;\n")])


if __name__ == "__main__":
    unittest.main()
