//===- device_test.cpp - Kernels on simulated chips -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/file.h"
#include "card/tiled_chip_for_test.h"
#include "compiler/kernels/contraction/random_contraction_for_test.h"
#include "targets/atoll/chip/chip_description.h"
#include "tile/run_for_test.h"

#include <algorithm>

namespace landfall::atoll {
namespace {

Package package_of(Kernel kernel) {
  return card::package_of_tiles("atoll", std::move(kernel));
}

using Chip = card::TiledChip;

class AtollDevice : public testing::TestWithParam<const char *> {};

/// What falls back is not launched: `refused` counts those kernels.
void check(Chip &chip, const Kernel &kernel, const std::vector<int64_t> &sizes,
           int &refused) {
  Package package = package_of(kernel);
  auto code = chip.device->load(package);
  if (!code) {
    EXPECT_NE(code.error().message.find("does not run kernel"),
              std::string::npos);
    ++refused;
    return;
  }
  std::mt19937 random(7);
  auto expected = tile::random_operands(kernel, sizes, true, random);
  auto actual = expected;
  std::vector<void *> pointers;
  for (auto &operand : expected)
    pointers.push_back(operand.data());
  ASSERT_TRUE(interpret(kernel, {pointers, sizes}).ok());
  for (int launch = 0; launch < 2; ++launch) {
    auto operands = actual;
    Status status = chip.run(**code, sizes, operands);
    ASSERT_TRUE(status.ok()) << status.error().message << "\n" << print(kernel);
    tile::expect_equal(kernel, expected, operands, {},
                       "launch " + std::to_string(launch));
  }
}

/// Sums of whole numbers are exact; the second launch finds its instructions.
TEST_P(AtollDevice, RandomContractions) {
  Chip chip(GetParam());
  int refused = 0, all = 0;
  for (unsigned seed = 20; seed < 22; ++seed) {
    kernels::RandomContraction make(seed);
    for (int k = 0; k < 16; ++k, ++all) {
      kernels::ContractionCase made = make();
      check(chip, made.kernel, made.sizes, refused);
      if (HasFailure())
        return;
    }
  }
  EXPECT_LT(refused, all / 2);
  runtime::DeviceCounters counters = chip.device->counters().take();
  EXPECT_GT(counters.multiply_adds, 0u);
  EXPECT_GT(counters.cycles, 0u);
  auto matrix = std::ranges::find(counters.engines, "matrix",
                                  &runtime::EngineCounter::name);
  ASSERT_NE(matrix, counters.engines.end());
  EXPECT_GT(matrix->busy, 0u);
}

Kernel sum_kernel() {
  KernelMaker k("sum", KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t a = k.input(DType::f32, {sized(0)});
  uint32_t b = k.input(DType::f32, {sized(0)});
  k.output(DType::f32, {sized(0)});
  NodeId i = k.param(DType::i64);
  k.yield(
      {k.scalar(ScalarOp::add, DType::f32, {k.load(a, {i}), k.load(b, {i})})});
  k.kernel.origins = {{"plus", false, "Add"}};
  return std::move(k.kernel);
}

TEST_P(AtollDevice, MapsOfAnySize) {
  Chip chip(GetParam());
  int refused = 0;
  for (int64_t size : {0, 1, 31, 4096, 200'001})
    check(chip, sum_kernel(), {size}, refused);
  EXPECT_EQ(refused, 0);
}

TEST_P(AtollDevice, ALaunchOverTheTimeLimitFailsAndNamesItsNode) {
  // A second is soon simulated.
  ChipDescription slow = chip_format.find(GetParam()).take();
  slow.clock_mhz = slow.dma_bytes_per_cycle = 1;
  std::string path = testing::TempDir() + "slow.chip";
  std::string text = chip_format.print(slow);
  auto *bytes = reinterpret_cast<const uint8_t *>(text.data());
  ASSERT_TRUE(write_file(path, std::span(bytes, text.size())).ok());
  Chip chip("atoll:" + path, {.timeout_seconds = 1});
  Package package = package_of(sum_kernel());
  auto code = chip.device->load(package).take();
  constexpr int64_t size = 1'000'000;
  std::vector<std::vector<uint8_t>> operands(3, std::vector<uint8_t>(4 * size));
  Status status = chip.run(*code, {size}, operands);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::device);
  EXPECT_NE(render(status.error()).find("'plus'"), std::string::npos);
}

/// out[0] = the fold of all = all * 3 + x[i]: no reduction.
Kernel steps_kernel() {
  KernelMaker k("steps", KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {fixed(1)};
  uint32_t x = k.input(DType::i32, {sized(0)});
  k.output(DType::i32, {fixed(1)});
  k.param(DType::i64);
  NodeId none = k.literal(0, DType::i32);
  NodeId loop =
      k.nest(NodeKind::loop, {k.literal(0), k.size(0), none}, {[&] {
               NodeId index = k.param(DType::i64), all = k.param(DType::i32);
               NodeId next = k.scalar(ScalarOp::mul, DType::i32,
                                      {all, k.literal(3, DType::i32)});
               k.yield({k.scalar(ScalarOp::add, DType::i32,
                                 {next, k.load(x, {index})})});
             }});
  k.yield({k.result(loop, 0, DType::i32)});
  k.kernel.origins = {{"all", false, "Fold"}};
  return std::move(k.kernel);
}

/// A million steps are no stream of instructions: the host takes them.
TEST_P(AtollDevice, WhatWouldTakeTooManyInstructionsRunsOnTheHost) {
  Chip chip(GetParam());
  int refused = 0;
  check(chip, steps_kernel(), {100}, refused);
  EXPECT_EQ(chip.queue->fallback_count().launches, 0u);
  EXPECT_EQ(chip.queue->refusal(), "");
  check(chip, steps_kernel(), {1'000'000}, refused);
  EXPECT_EQ(chip.queue->fallback_count().launches, 2u);
  EXPECT_EQ(chip.queue->refusal().find("kernel 'steps' would take a core more"),
            0u)
      << chip.queue->refusal();
  check(chip, steps_kernel(), {100}, refused);
  EXPECT_EQ(chip.queue->refusal(), "");
  EXPECT_EQ(refused, 0);
}

TEST_P(AtollDevice, WhatWouldTakeTooManyInstructionsFailsWhereThatIsAsked) {
  Chip chip(GetParam());
  Package package = package_of(steps_kernel());
  auto code = chip.device->load(package).take();
  code->require_target();
  std::vector<std::vector<uint8_t>> operands(2);
  operands[1].resize(4);
  for (int64_t size : {100, 1'000'000, 100}) {
    operands[0].resize(size_t(size) * 4);
    Status status = chip.run(*code, {size}, operands);
    ASSERT_EQ(status.ok(), size == 100);
    if (status.ok())
      continue;
    EXPECT_EQ(status.error().code, ErrorCode::unsupported);
    std::string text = render(status.error());
    EXPECT_EQ(text.find("node 'all' (Fold): the device does not run its kernel "
                        "at these sizes, because kernel 'steps' would take"),
              0u)
        << text;
    EXPECT_NE(text.find("--require-target"), std::string::npos);
  }
  EXPECT_EQ(chip.queue->fallback_count().launches, 0u);
}

/// Tiles keep the matrix unit busy while loads, moves and the work on sums go
/// on beside it. The second chip's memory is too slow for products of this
/// size.
TEST_P(AtollDevice, TheMatrixUnitIsBusy) {
  bool is_first = GetParam() == std::string("atoll1");
  struct Case {
    kernels::ContractionCase made;
    double least;
  };
  auto fixed = [] { return false; };
  kernels::MatmulShape product{{}, 512, 512, 512};
  kernels::ConvolutionShape window;
  window.inputs = window.outputs = 128;
  window.image = {28, 28};
  window.window = {3, 3};
  window.stride = window.dilation = window.pad = {1, 1};
  window.finish = kernels::Finish::bias_relu;
  Case cases[] = {{make_matmul(product, fixed), is_first ? 0.9 : 0.35},
                  {make_convolution(window, fixed), is_first ? 0.9 : 0.4}};
  for (Case &each : cases) {
    Chip chip(GetParam());
    Package package = package_of(each.made.kernel);
    auto code = chip.device->load(package).take();
    std::mt19937 random(7);
    auto operands =
        tile::random_operands(each.made.kernel, each.made.sizes, true, random);
    ASSERT_TRUE(chip.run(*code, each.made.sizes, operands).ok());
    runtime::DeviceCounters counters = chip.device->counters().take();
    double peak =
        chip.device->describe().peaks.back().multiply_adds / counters.hertz;
    EXPECT_GT(double(counters.multiply_adds),
              each.least * peak * double(counters.cycles));
  }
}

TEST_P(AtollDevice, WorkThatIsStoppedIsLeftOut) {
  Chip chip(GetParam());
  Package package = package_of(sum_kernel());
  auto code = chip.device->load(package).take();
  std::atomic<bool> stop = true;
  chip.queue->stop_when(stop);
  std::vector<std::vector<uint8_t>> operands(3, std::vector<uint8_t>(400));
  EXPECT_TRUE(chip.run(*code, {100}, operands).ok());
  EXPECT_EQ(chip.device->counters()->cycles, 0u);
}

TEST(AtollDevices, APackageWithoutCodeIsRefused) {
  Chip chip("atoll1");
  Package package = package_of(sum_kernel());
  package.code.clear();
  package.target = "cpu";
  auto code = chip.device->load(package);
  ASSERT_FALSE(code.ok());
  EXPECT_EQ(code.error().message,
            "the package has no code for this chip, but for 'cpu'; compile the "
            "model again with --target atoll");
}

INSTANTIATE_TEST_SUITE_P(Generations, AtollDevice,
                         testing::Values("atoll1", "atoll2"));

} // namespace
} // namespace landfall::atoll
