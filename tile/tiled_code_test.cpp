//===- tiled_code_test.cpp - What a package holds of tiled kernels --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/run_for_test.h"
#include "tile/tiled_code.h"

namespace landfall::tile {
namespace {

TEST(TiledCode, RecordsWhichUnitComputesAKernelAndWhyNotTheMatrixUnit) {
  std::vector<Kernel> kernels = {matmul_kernel(), add_relu_kernel(),
                                 scan_kernel()};
  std::vector<Fallback> fallbacks = {{2, "it is a test"}};
  Capabilities chip = test_chip();
  auto record = [&](size_t kernel) {
    auto code = tiled_code("chip", kernels, fallbacks, chip);
    EXPECT_EQ(code.size(), 1u);
    EXPECT_EQ(code[0].target, "chip");
    EXPECT_EQ(code[0].generation.size(), kernels.size());
    return print(code[0].generation[kernel]);
  };
  EXPECT_EQ(record(0), "matrix unit");
  EXPECT_EQ(record(1), "vector unit");
  EXPECT_EQ(record(2), "none (chip: because it is a test)");
  chip.products = {{DType::i8, DType::i8, DType::i32, 256}};
  EXPECT_EQ(record(0),
            "vector unit (matrix unit: because the matrix unit has no products "
            "of float32 and float32 in float32)");
}

TEST(TiledCode, HasNoSectionWhereAllKernelsFallBack) {
  std::vector<Kernel> kernels = {scan_kernel()};
  std::vector<Fallback> fallbacks = {{0, "it is a test"}};
  EXPECT_TRUE(tiled_code("chip", kernels, fallbacks, test_chip()).empty());
}

} // namespace
} // namespace landfall::tile
