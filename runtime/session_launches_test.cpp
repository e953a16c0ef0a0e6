//===- session_launches_test.cpp - What runs tell of their launches -------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/session_for_test.h"

namespace landfall::runtime {
namespace {

class SessionLaunches : public SessionTest {};

TEST_P(SessionLaunches, ProfilesEachLaunch) {
  std::vector<uint32_t> kernels;
  RunOptions options;
  options.on_launch = [&](const LaunchRecord &record) {
    kernels.push_back(record.kernel);
    EXPECT_EQ(record.sizes.size(), 1u);
    EXPECT_GE(record.ms, 0);
  };
  ASSERT_TRUE(run(add_two(), {floats({1})}, options).ok());
  EXPECT_EQ(kernels, (std::vector<uint32_t>{increment, increment}));
}

TEST_P(SessionLaunches, TellsWhereLaunchesWereExecuted) {
  using Kernels = TestDevice::Kernels;
  const TestDevice &device = GetParam();
  LaunchPlace expected =
      device.kernels == Kernels::native     ? LaunchPlace::device
      : executes_descriptions(device.name)  ? LaunchPlace::slow_path
      : device.kernels == Kernels::fallback ? LaunchPlace::interpreter
                                            : LaunchPlace::host_code;
  bool on_host = expected == LaunchPlace::host_code ||
                 expected == LaunchPlace::interpreter;
  RunStatistics statistics;
  uint64_t copied = 0;
  RunOptions options;
  options.statistics = &statistics;
  options.on_launch = [&](const LaunchRecord &launch) {
    EXPECT_EQ(launch.place, expected) << name(launch.place);
    copied += launch.copied_bytes;
  };
  ASSERT_TRUE(run(add_two(), {floats({1, 2, 3})}, options).ok());
  // Two launches, each with an operand and a result of three floats.
  EXPECT_EQ(statistics.fallbacks.launches, on_host ? 2u : 0u);
  EXPECT_EQ(statistics.fallbacks.bytes_read, on_host ? 24u : 0u);
  EXPECT_EQ(statistics.fallbacks.bytes_written, on_host ? 24u : 0u);
  EXPECT_EQ(copied, on_host ? 48u : 0u);
}

/// y = w + 1.
TEST_P(SessionLaunches, WeightsOfFallbacksAreReadWhereThePackageHasThem) {
  TestProgram p({}, vector_port("y", DType::f32));
  p.emit(Op::weight, {0, 0});
  p.constant(0, 3);
  p.emit(Op::alloc, {1, uint32_t(DType::f32), 1, 0});
  p.launch(increment, 0, 1, 0);
  p.emit(Op::output, {0, 1});
  p.emit(Op::stop);
  Package package = test_package(p.program);
  alignas(64) static const float weight[3] = {4, 5, 6};
  auto *bytes = reinterpret_cast<const uint8_t *>(weight);
  package.weights = {{"w", DType::f32, {3}, {nullptr, {bytes, sizeof weight}}}};
  RunStatistics statistics;
  Session session(*load(package));
  auto outputs = session.run({}, {.statistics = &statistics});
  ASSERT_TRUE(outputs.ok()) << message(outputs);
  EXPECT_EQ(elements<float>((*outputs)[0]), (std::vector<float>{5, 6, 7}));
  EXPECT_EQ(statistics.fallbacks.bytes_read, 0u);
}

TEST_P(SessionLaunches, VerifiesAgainstTheInterpreter) {
  EXPECT_TRUE(run(add_two(), {floats({1, 2})}, {.verify = true}).ok());
  TestProgram p(vector_port("x", DType::f32), vector_port("y", DType::f32));
  p.emit(Op::input, {0, 0});
  p.emit(Op::dim, {0, 0, 0});
  p.emit(Op::alloc, {1, uint32_t(DType::f32), 1, 0});
  p.launch(wrong_increment, 0, 1, 0);
  p.emit(Op::output, {0, 1});
  p.emit(Op::stop);
  auto outputs = run(p, {floats({1, 2})}, {.verify = true});
  if (GetParam().interprets()) {
    EXPECT_TRUE(outputs.ok()) << "its code is the description";
    return;
  }
  ASSERT_FALSE(outputs.ok());
  for (const char *part :
       {"kernel 'wrong_increment'", "[0]", "2.5", "interpreter 2"})
    EXPECT_NE(message(outputs).find(part), std::string::npos)
        << message(outputs);
}

INSTANTIATE_TEST_SUITE_P(Devices, SessionLaunches,
                         testing::ValuesIn(test_devices()),
                         [](const auto &info) { return info.param.text(); });

} // namespace
} // namespace landfall::runtime
