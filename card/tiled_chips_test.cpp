//===- tiled_chips_test.cpp - Kernels on every chip of the tiler ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Encoder, simulator and tiler of each chip together, against the interpreter:
// on every simulated device that runs packages of kernels in tiles. Kernels
// that a chip does not run natively are left out there; numbers are whole, so
// that all sums are exact.
//
//===----------------------------------------------------------------------===//
#include "card/tiled_chip_for_test.h"
#include "tile/run_for_test.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>

namespace landfall::card {
namespace {

struct TiledDevice {
  std::string_view target;
  std::string name;
};

/// Those that load a map of f32 in tiles.
std::vector<TiledDevice> tiled_devices() {
  std::vector<TiledDevice> list;
  for (const runtime::Driver &driver : runtime::drivers()) {
    if (!driver.simulated)
      continue;
    Package package = package_of_tiles(driver.name, add_relu_kernel());
    for (std::string &name : driver.devices())
      if (auto device = runtime::create_device(name, {});
          device.ok() && (*device)->load(package).ok())
        list.push_back({driver.name, std::move(name)});
  }
  return list;
}

class TiledChips : public testing::TestWithParam<TiledDevice> {
protected:
  /// Whether the chip runs the kernel, and is right at these sizes. The second
  /// launch of a shape finds its instructions.
  bool check(const Kernel &kernel,
             const std::vector<std::vector<int64_t>> &shapes) {
    EXPECT_TRUE(verify(kernel).ok()) << print(kernel);
    Package package = package_of_tiles(GetParam().target, kernel);
    auto code = chip.device->load(package);
    if (!code)
      return false;
    std::mt19937 random(7);
    for (const std::vector<int64_t> &sizes : shapes) {
      auto expected = tile::random_operands(kernel, sizes, true, random);
      auto operands = expected;
      std::vector<void *> pointers;
      for (auto &operand : expected)
        pointers.push_back(operand.data());
      EXPECT_TRUE(interpret(kernel, {pointers, sizes}).ok());
      for (int launch = 0; launch < 2 && !HasFailure(); ++launch) {
        auto actual = operands;
        Status status = chip.run(**code, sizes, actual);
        EXPECT_TRUE(status.ok()) << render(status.error());
        tile::expect_equal(
            kernel, expected, actual, {},
            fmt::format("{}({})", kernel.name, fmt::join(sizes, ", ")));
      }
    }
    return true;
  }

  TiledChip chip{GetParam().name};
};

TEST_P(TiledChips, MapsOfAnyLength) {
  EXPECT_TRUE(check(add_relu_kernel(), {{0}, {1}, {31}, {4096}, {65'537}}));
}

/// y[i, j] = x[n - 1 - j, 2 * i] + b[j]: strides of all signs, a broadcast.
Kernel strided_kernel(DType type) {
  KernelMaker k(fmt::format("strided_{}", name(type)), KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(type, {sized(1), sized(2)});
  uint32_t b = k.input(type, {sized(1)});
  k.output(type, k.kernel.loops);
  k.output(type, k.kernel.loops);
  NodeId i = k.param(DType::i64), j = k.param(DType::i64);
  NodeId last = k.scalar(ScalarOp::sub, DType::i64, {k.size(1), k.literal(1)});
  NodeId row = k.scalar(ScalarOp::sub, DType::i64, {last, j});
  NodeId column = k.scalar(ScalarOp::mul, DType::i64, {i, k.literal(2)});
  NodeId loaded = k.load(x, {row, column});
  k.yield({k.scalar(ScalarOp::add, type, {loaded, k.load(b, {j})}), loaded});
  return std::move(k.kernel);
}

TEST_P(TiledChips, StridesOfAllSignsAndBroadcasts) {
  for (DType type : {DType::f32, DType::i32, DType::i8, DType::f16})
    check(strided_kernel(type),
          {{1, 1, 2}, {0, 3, 0}, {13, 7, 26}, {61, 83, 122}});
}

/// y[i, j] = 1 <= j <= columns of x ? x[i, j - 1] : -3.
TEST_P(TiledChips, GuardedLoads) {
  KernelMaker k("padded", KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(DType::f32, {sized(0), sized(2)});
  k.output(DType::f32, k.kernel.loops);
  NodeId i = k.param(DType::i64), j = k.param(DType::i64);
  NodeId column = k.scalar(ScalarOp::sub, DType::i64, {j, k.literal(1)});
  NodeId above = k.scalar(ScalarOp::le, DType::boolean, {k.literal(0), column});
  NodeId below = k.scalar(ScalarOp::lt, DType::boolean, {column, k.size(2)});
  NodeId guard = k.scalar(ScalarOp::bit_and, DType::boolean, {above, below});
  k.yield({k.load(x, {i, column, guard, k.real(-3)})});
  EXPECT_TRUE(check(k.kernel, {{1, 3, 1}, {5, 0, 0}, {17, 300, 298}}));
}

/// y[i] = the sum over j of x[i, j], or of x[j, i].
Kernel sum_kernel(bool of_columns) {
  KernelMaker k(of_columns ? "columns" : "rows", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x =
      k.input(DType::f32, of_columns ? std::vector{sized(1), sized(0)}
                                     : std::vector{sized(0), sized(1)});
  k.output(DType::f32, {sized(0)});
  NodeId i = k.param(DType::i64);
  NodeId fold =
      k.nest(NodeKind::loop, {k.literal(0), k.size(1), k.real(0)}, {[&] {
               NodeId j = k.param(DType::i64), sum = k.param(DType::f32);
               NodeId next = of_columns ? k.load(x, {j, i}) : k.load(x, {i, j});
               k.yield({k.scalar(ScalarOp::add, DType::f32, {sum, next})});
             }});
  k.yield({k.result(fold, 0, DType::f32)});
  return std::move(k.kernel);
}

TEST_P(TiledChips, SumsOfRowsAndColumns) {
  for (bool of_columns : {false, true})
    EXPECT_TRUE(check(sum_kernel(of_columns),
                      {{1, 1}, {3, 0}, {0, 5}, {37, 301}, {2, 9001}}));
}

/// One result of all elements, joined by each operation.
TEST_P(TiledChips, FoldsOfManyElements) {
  for (ScalarOp op :
       {ScalarOp::add, ScalarOp::mul, ScalarOp::max, ScalarOp::bit_xor}) {
    KernelMaker k("fold", KernelClass::map);
    k.kernel.size_count = 1;
    k.kernel.loops = {fixed(1)};
    uint32_t x = k.input(DType::i32, {sized(0)});
    k.output(DType::i32, {fixed(1)});
    k.param(DType::i64);
    NodeId fold =
        k.nest(NodeKind::loop,
               {k.literal(0), k.size(0), k.literal(1, DType::i32)}, {[&] {
                 NodeId j = k.param(DType::i64), all = k.param(DType::i32);
                 k.yield({k.scalar(op, DType::i32, {all, k.load(x, {j})})});
               }});
    k.yield({k.result(fold, 0, DType::i32)});
    EXPECT_TRUE(check(k.kernel, {{0}, {1}, {2}, {3}, {77}, {1'000'003}}));
    EXPECT_EQ(chip.queue->fallback_count().launches, 0u);
  }
}

/// out[m, n] = the sum over k of a[m, k] * b[k, n].
Kernel product_kernel(DType left, DType right, DType sum) {
  KernelMaker k(fmt::format("product_{}_{}", name(left), name(right)),
                KernelClass::contraction);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1)};
  k.kernel.reduce = {sized(2)};
  k.kernel.accumulator = sum;
  uint32_t a = k.input(left, {sized(0), sized(2)});
  uint32_t b = k.input(right, {sized(2), sized(1)});
  k.output(sum, {sized(0), sized(1)});
  k.in_factors();
  NodeId m = k.param(DType::i64), n = k.param(DType::i64);
  NodeId step = k.param(DType::i64);
  auto factor = [&](DType type, NodeId loaded) {
    return type == sum ? loaded : k.scalar(ScalarOp::cast, sum, {loaded});
  };
  k.yield({factor(left, k.load(a, {m, step})),
           factor(right, k.load(b, {step, n}))});
  k.in_body();
  k.param(DType::i64);
  k.param(DType::i64);
  k.yield({k.param(sum)});
  return std::move(k.kernel);
}

TEST_P(TiledChips, ProductsOfAnySides) {
  using enum DType;
  std::vector<std::vector<int64_t>> sizes = {
      {1, 1, 1}, {0, 3, 2}, {3, 0, 2}, {5, 7, 0}, {17, 33, 65}, {130, 67, 301}};
  EXPECT_TRUE(check(product_kernel(i8, i8, i32), sizes));
  EXPECT_GT(chip.device->counters()->cycles, 0u);
  for (auto [left, right] : {std::pair(u8, i8), {i8, u8}, {u8, u8}})
    check(product_kernel(left, right, i32), sizes);
  for (DType type : {f32, f16, bf16})
    check(product_kernel(type, type, f32), sizes);
}

TEST_P(TiledChips, TheirCallsCanBeRead) {
  std::string folder = testing::TempDir() + "calls_" + GetParam().name;
  std::filesystem::create_directories(folder);
  TiledChip dumping(GetParam().name, {.dump_folder = folder});
  Package package = package_of_tiles(
      GetParam().target, product_kernel(DType::i8, DType::i8, DType::i32));
  auto code = dumping.device->load(package).take();
  std::mt19937 random(7);
  auto operands =
      tile::random_operands(package.kernels[0], {5, 7, 9}, true, random);
  ASSERT_TRUE(dumping.run(*code, {5, 7, 9}, operands).ok());
  std::ifstream file(folder + "/000_product_int8_int8.5x7x9.calls");
  std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(text.find("core 0\n"), 0u) << text;
  for (const char *part :
       {"\nload      op0+0 -> ", "\nload      op1+0 -> ",
        "int8 int8 int32, 5 x 7 x 9\n", " -> op2+0: 4 bytes"})
    EXPECT_NE(text.find(part), text.npos) << part << "\n" << text;
}

/// The first child that this thread has started; 0: there is none.
pid_t own_child() {
  std::ifstream children("/proc/thread-self/children");
  pid_t child = 0;
  children >> child;
  return child;
}

TEST_P(TiledChips, RunInAProcessOfTheirOwnAndAgainWhenItWasKilled) {
  TiledChip own(GetParam().name, {.own_process = true});
  Package package = package_of_tiles(GetParam().target, add_relu_kernel());
  auto code = own.device->load(package).take();
  std::mt19937 random(7);
  auto operands = tile::random_operands(package.kernels[0], {31}, true, random);
  ASSERT_EQ(own_child(), 0);
  ASSERT_TRUE(own.run(*code, {31}, operands).ok());
  uint64_t cycles = own.device->counters()->cycles;
  EXPECT_GT(cycles, 0u);
  pid_t child = own_child();
  ASSERT_GT(child, 0);
  kill(child, SIGKILL);
  siginfo_t ended; // Its line is closed then; the driver has yet to reap it.
  ASSERT_EQ(waitid(P_PID, id_t(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(own.run(*code, {31}, operands).ok());
  EXPECT_NE(own_child(), child);
  // Threads and processes count the same.
  ASSERT_TRUE(chip.run(**chip.device->load(package), {31}, operands).ok());
  EXPECT_EQ(chip.device->counters()->cycles, cycles);
}

INSTANTIATE_TEST_SUITE_P(Devices, TiledChips,
                         testing::ValuesIn(tiled_devices()),
                         [](const auto &info) { return info.param.name; });

} // namespace
} // namespace landfall::card
