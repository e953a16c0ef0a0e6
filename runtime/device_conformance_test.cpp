//===- device_conformance_test.cpp - What every driver must do ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// docs/device_interface.md as a test, once for each driver.
//
//===----------------------------------------------------------------------===//
#include "runtime/package_for_test.h"

#include <thread>

namespace landfall::runtime {
namespace {

struct Case {
  TestDevice device;
  bool own_process = false;
};

/// Every device; what can live in a process of its own does that too.
std::vector<Case> cases() {
  std::vector<Case> list;
  for (const TestDevice &device : test_devices()) {
    list.push_back({device});
    if ((*find_driver(device.name))->simulated &&
        device.kernels != TestDevice::Kernels::host_code)
      list.push_back({device, true});
  }
  return list;
}

class Conformance : public testing::TestWithParam<Case> {
protected:
  void SetUp() override {
    DeviceOptions options;
    options.threads = 2;
    options.own_process = GetParam().own_process;
    auto made = create_device(GetParam().device.name, options);
    ASSERT_TRUE(made.ok()) << made.error().message;
    device = made.take();
    auto created = device->create_queue();
    ASSERT_TRUE(created.ok());
    queue = created.take();
  }
  void TearDown() override {
    if (queue)
      EXPECT_TRUE(queue->finish().ok());
    for (DeviceMemory memory : allocated)
      device->release(memory);
  }

  DeviceMemory memory(size_t bytes) {
    auto result = device->allocate(bytes);
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(result->bytes, bytes);
    allocated.push_back(*result);
    return *result;
  }
  template <typename T> DeviceMemory filled(const std::vector<T> &values) {
    DeviceMemory target = memory(values.size() * sizeof(T));
    EXPECT_TRUE(queue->write({target}, values.data(), target.bytes).ok());
    return target;
  }
  template <typename T> std::vector<T> contents(DeviceMemory source) {
    std::vector<T> values(source.bytes / sizeof(T));
    Status status = queue->read(values.data(), {source}, source.bytes);
    EXPECT_TRUE(status.ok()) << status.error().message;
    return values;
  }
  std::unique_ptr<Executable> load() {
    package = GetParam().device.adapt(test_package({}));
    auto result = device->load(package);
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result.ok() ? result.take() : nullptr;
  }
  Status launch(const Executable &code, uint32_t kernel, DeviceMemory from,
                DeviceMemory to, int64_t size) {
    const DeviceSpan operands[] = {{from}, {to}};
    return queue->launch(code, kernel, operands, {&size, 1});
  }

  Package package;
  std::unique_ptr<Device> device;
  std::unique_ptr<Queue> queue;
  std::vector<DeviceMemory> allocated;
};

#define NEEDS_TEST_CODE()                                                      \
  if (!GetParam().device.is_usable())                                          \
  GTEST_SKIP() << "this build has no machine code for the test kernels"

TEST_P(Conformance, DescribesItself) {
  EXPECT_EQ(device->describe().name, GetParam().device.name);
  EXPECT_FALSE(device->describe().hardware.empty());
  EXPECT_GE(device->describe().threads, 1);
}

TEST_P(Conformance, AllocatesAlignedMemoryOfAnySize) {
  for (size_t bytes : {0, 1, 100, 5 << 20}) {
    DeviceMemory block = memory(bytes);
    if (void *address = device->host_address(block))
      EXPECT_EQ(reinterpret_cast<uintptr_t>(address) % 64, 0u);
  }
  auto absurd = device->allocate(size_t(1) << 60);
  ASSERT_FALSE(absurd.ok());
  EXPECT_EQ(absurd.error().code, ErrorCode::out_of_memory);
}

TEST_P(Conformance, CopiesAtOffsets) {
  DeviceMemory a = filled<int32_t>({1, 2, 3, 4});
  DeviceMemory b = filled<int32_t>({0, 0, 0, 0});
  ASSERT_TRUE(queue->copy({b, 4}, {a, 8}, 8).ok());
  int32_t five = 5;
  ASSERT_TRUE(queue->write({b, 12}, &five, 4).ok());
  EXPECT_EQ(contents<int32_t>(b), (std::vector<int32_t>{0, 3, 4, 5}));
  int32_t last = 0;
  ASSERT_TRUE(queue->read(&last, {b, 8}, 4).ok());
  EXPECT_EQ(last, 4);
}

TEST_P(Conformance, AllowsEmptyCopies) {
  DeviceMemory none = memory(0);
  EXPECT_TRUE(queue->write({none}, nullptr, 0).ok());
  EXPECT_TRUE(queue->copy({none}, {none}, 0).ok());
  EXPECT_TRUE(queue->read(nullptr, {none}, 0).ok());
}

TEST_P(Conformance, RefusesCopiesOutsideAnAllocation) {
  DeviceMemory small = filled<int32_t>({1, 2});
  int32_t many[4] = {};
  EXPECT_FALSE(queue->write({small, 4}, many, 8).ok());
  (void)queue->finish();
  EXPECT_FALSE(queue->read(many, {small}, 16).ok());
  (void)queue->finish();
  EXPECT_FALSE(queue->copy({small, 16}, {small}, 4).ok());
  (void)queue->finish();
}

TEST_P(Conformance, TakesTheSourceOfAWriteAtOnce) {
  DeviceMemory target = memory(4);
  int32_t source = 7;
  ASSERT_TRUE(queue->write({target}, &source, 4).ok());
  source = 8;
  EXPECT_EQ(contents<int32_t>(target), std::vector<int32_t>{7});
}

TEST_P(Conformance, WorksInOrder) {
  DeviceMemory a = filled<int32_t>({1});
  DeviceMemory b = memory(4);
  ASSERT_TRUE(queue->copy({b}, {a}, 4).ok());
  int32_t two = 2;
  ASSERT_TRUE(queue->write({a}, &two, 4).ok());
  EXPECT_EQ(contents<int32_t>(b), std::vector<int32_t>{1});
  EXPECT_EQ(contents<int32_t>(a), std::vector<int32_t>{2});
}

TEST_P(Conformance, WaitsForEvents) {
  DeviceMemory a = filled<int32_t>({1});
  auto event = queue->record();
  ASSERT_TRUE(event.ok());
  auto later = queue->record();
  ASSERT_TRUE(later.ok());
  EXPECT_TRUE(queue->wait(*later).ok());
  EXPECT_TRUE(queue->wait(*event).ok()) << "an event that has passed";
  EXPECT_TRUE(queue->finish().ok());
  EXPECT_TRUE(queue->wait(*event).ok());
  if (auto *address = static_cast<int32_t *>(device->host_address(a)))
    EXPECT_EQ(*address, 1);
}

TEST_P(Conformance, WrapsHostMemoryOrSaysNo) {
  alignas(64) int32_t host[16] = {1, 2, 3};
  auto wrapped = device->wrap(host, sizeof(host));
  if (!wrapped.ok()) {
    EXPECT_EQ(wrapped.error().code, ErrorCode::unsupported);
    return;
  }
  EXPECT_EQ(contents<int32_t>(*wrapped)[2], 3);
  device->release(*wrapped);
  EXPECT_EQ(host[2], 3);
}

TEST_P(Conformance, LaunchesKernels) {
  NEEDS_TEST_CODE();
  auto code = load();
  ASSERT_TRUE(code);
  for (size_t n : {0, 1, 8, 1003}) {
    std::vector<float> values(n), expected(n);
    for (size_t i = 0; i < n; ++i) {
      values[i] = static_cast<float>(i);
      expected[i] = static_cast<float>(i) + 2;
    }
    DeviceMemory x = filled(values), y = memory(n * sizeof(float));
    ASSERT_TRUE(launch(*code, increment, x, y, n).ok());
    ASSERT_TRUE(launch(*code, increment, y, y, n).ok()) << "in place";
    EXPECT_EQ(contents<float>(y), expected);
  }
}

TEST_P(Conformance, LaunchesKernelsThatNeedMoreThanTheirOperands) {
  NEEDS_TEST_CODE();
  auto code = load();
  ASSERT_TRUE(code);
  DeviceMemory x = filled<double>({0, 1, 0, 1, 0});
  DeviceMemory y = memory(x.bytes);
  ASSERT_TRUE(launch(*code, exponential, x, y, 5).ok());
  std::vector<double> result = contents<double>(y);
  EXPECT_EQ(result[2], 1);
  EXPECT_NEAR(result[3], 2.718281828459045, 1e-12);
}

TEST_P(Conformance, ReportsAFailedCheckAndGoesOn) {
  NEEDS_TEST_CODE();
  auto code = load();
  ASSERT_TRUE(code);
  DeviceMemory x = filled<int64_t>({1, 12, 3, 13});
  DeviceMemory y = filled<int64_t>({0, 0, 0, 0});
  DeviceMemory z = filled<int64_t>({5});
  // The failure may be told by any of these, at the latest by `finish`.
  (void)launch(*code, below_ten, x, y, 4);
  (void)queue->copy({z}, {x}, 8);
  Status status = queue->finish();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::run_failed);
  EXPECT_EQ(render(status.error()),
            "node 'below_ten_node' (Test): not below 10; where value = 12");
  EXPECT_EQ(contents<int64_t>(z)[0], 5) << "work after a failure is skipped";
  EXPECT_TRUE(queue->finish().ok()) << "a failure is told once";
  ASSERT_TRUE(launch(*code, below_ten, z, y, 1).ok());
  EXPECT_EQ(contents<int64_t>(y)[0], 5);
}

TEST_P(Conformance, RefusesKernelsThatDoNotExist) {
  NEEDS_TEST_CODE();
  auto code = load();
  ASSERT_TRUE(code);
  EXPECT_FALSE(launch(*code, 99, memory(4), memory(4), 1).ok());
  (void)queue->finish();
  DeviceSpan x = {memory(4)};
  EXPECT_FALSE(queue->launch(*code, increment, {&x, 1}, {}).ok())
      << "too few operands and sizes";
  (void)queue->finish();
}

TEST_P(Conformance, KeepsAFailureUntilFinish) {
  DeviceMemory x = filled<float>({1, 2}), y = filled<float>({3, 4});
  ASSERT_TRUE(queue->copy({y}, {x}, 4).ok());
  EXPECT_FALSE(queue->copy({y}, {x}, 64).ok()) << "outside of both";
  float value = 7;
  EXPECT_FALSE(queue->write({y}, &value, 4).ok());
  EXPECT_FALSE(queue->read(&value, {y}, 4).ok());
  EXPECT_FALSE(queue->finish().ok());
  EXPECT_TRUE(queue->finish().ok()) << "a failure is told once";
  EXPECT_EQ(contents<float>(y), (std::vector<float>{1, 4}))
      << "earlier work is done, later work skipped";
}

TEST_P(Conformance, ServesSeveralQueuesAtOnce) {
  NEEDS_TEST_CODE();
  auto code = load();
  ASSERT_TRUE(code);
  std::atomic<int> wrong = 0;
  auto work = [&] {
    auto own = device->create_queue();
    auto block = device->allocate(4000);
    std::vector<float> values(1000, 0);
    bool good = own.ok() && block.ok() &&
                (*own)->write({*block}, values.data(), 4000).ok();
    int64_t size = 1000;
    const DeviceSpan operands[] = {{*block}, {*block}};
    for (int i = 0; i < 20 && good; ++i)
      good = (*own)->launch(*code, increment, operands, {&size, 1}).ok();
    good = good && (*own)->read(values.data(), {*block}, 4000).ok();
    wrong += !good || values != std::vector<float>(1000, 20);
    device->release(*block);
  };
  std::thread first(work), second(work), third(work);
  first.join();
  second.join();
  third.join();
  EXPECT_EQ(wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(Devices, Conformance, testing::ValuesIn(cases()),
                         [](const auto &info) {
                           return info.param.device.text() +
                                  (info.param.own_process ? "_process" : "");
                         });

} // namespace
} // namespace landfall::runtime
