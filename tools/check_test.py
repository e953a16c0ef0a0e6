"""Whether tools/check.py notices what it should."""

import unittest

import check
import rooms


class Layers(unittest.TestCase):
    def test_what_may_be_included(self):
        for name, included in [
            ("runtime/executor.cpp", "package/program.h"),
            ("frontend/onnx/importer/node.cpp", "ir/builder.h"),
            ("compiler/passes/fuse.cpp", "mlir/IR/Dominance.h"),
            ("compiler/kernels/lanes/lanes.cpp", "llvm/IR/IRBuilder.h"),
            ("compiler/pipeline.cpp", "frontend/onnx/reopen/reopen_model.h"),
            ("targets/cpu/driver/services.cpp", "package/native_abi.h"),
            ("targets/cpu/codegen/native_suite_test.cpp", "targets/cpu/driver/elf_loader.h"),
            ("targets/reef/driver/reef_card.cpp", "targets/reef/sim/card.h"),
            ("targets/reef/codegen/codegen.cpp", "targets/reef/chip/registers.h"),
            ("base/file.cpp", "vector"),
            ("kernel_analysis/rewrite/form_fma.cpp", "kernel_analysis/access/work_estimate.h"),
            ("ir/builder.cpp", "ir/describe/describe.h"),
            ("targets/reef/driver/reef_card.h", "targets/reef/firmware/protocol.h"),
            ("targets/reef/firmware/protocol.h", "ring/protocol.h"),
        ]:
            self.assertIsNone(check.illegal_include(name, included), (name, included))

    def test_what_may_not(self):
        for name, included in [
            ("runtime/executor.cpp", "ir/size/size.h"),
            ("runtime/executor.cpp", "llvm/ADT/SmallVector.h"),
            ("package/kernel.cpp", "runtime/device.h"),
            ("targets/cpu/driver/cpu_queue.cpp", "mlir/IR/Value.h"),
            ("targets/cpu/driver/cpu_queue.cpp", "targets/null/driver/null_queue.h"),
            ("targets/cpu/codegen/codegen.cpp", "targets/cpu/driver/services.h"),
            ("targets/reef/sim/card.cpp", "targets/reef/driver/reef_card.h"),
            ("ring/protocol.h", "base/result.h"),
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
            ("kernel_analysis/access/affine.cpp", "kernel_analysis/contraction/contraction_roles.h"),
            ("kernel_analysis/access/affine.cpp", "llvm/ADT/DenseMap.h"),
            ("kernel_analysis/access/affine.cpp", "compiler/kernels/frame/machine.h"),
            ("ir/size/size.cpp", "ir/builder.h"),
            ("ir/size/size.cpp", "mlir/IR/Value.h"),
            ("compiler/kernels/frame/kernel_frame.cpp", "compiler/kernels/loops/loop_plan.h"),
            ("onnx_format/tensor_data.cpp", "package/package.h"),
            ("frontend/onnx/support/row.cpp", "frontend/onnx/families/pool.h"),
            ("frontend/onnx/ops/abs.cpp", "ir/builder_impl.h"),
            ("frontend/onnx/ops/abs.cpp", "llvm/ADT/StringRef.h"),
        ]:
            self.assertIsNotNone(check.illegal_include(name, included), (name, included))


class Rooms(unittest.TestCase):
    def test_no_circle(self):
        self.assertIsNone(rooms.cycle())

    def test_places(self):
        for name, namespace in [
            ("package/kernel.h", "landfall"),
            ("ir/dialect/lf.h", "landfall::lf"),
            ("compiler/kernels/lanes/lanes.h", "landfall::kernels"),
            ("targets/reef/sim/dma.h", "landfall::reef::sim"),
        ]:
            self.assertEqual(rooms.place_of(name).namespace, namespace)
        self.assertIsNone(rooms.place_of("test/fuzz/proto_tree.h"))
        self.assertEqual(rooms.unknown_folder("ir/new/x.cpp"), "ir/new")
        self.assertIsNone(rooms.unknown_folder("ir/size/x.cpp"))


class Pages(unittest.TestCase):
    def test_snippets_are_found(self):
        self.assertEqual(check.SNIPPET.findall("x\n<!-- a/b.cpp -->\n```cpp\nint x;\n```\n"), [("a/b.cpp", "int x;\n")])


if __name__ == "__main__":
    unittest.main()
