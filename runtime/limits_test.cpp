//===- limits_test.cpp - Limits on a run's time and memory ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/memory_budget.h"
#include "runtime/session_for_test.h"

#include <chrono>
#include <thread>

namespace landfall::runtime {
namespace {

class Limits : public SessionTest {
protected:
  std::shared_ptr<LoadedModel> load(const TestProgram &source) {
    std::shared_ptr<Device> device = create_device(GetParam().name, {}).take();
    return LoadedModel::load(std::make_shared<Package>(GetParam().adapt(
                                 test_package(source.program))),
                             std::move(device))
        .take();
  }
};

/// Increments for ever, unless x has no elements.
TestProgram endless() {
  TestProgram p(vector_port("x"), vector_port("y"));
  p.emit(Op::input, {0, 0});
  p.emit(Op::dim, {0, 0, 0});
  p.emit(Op::alloc, {1, uint32_t(DType::f32), 1, 0});
  uint32_t again = p.emit(Op::jump_ifnot, {0, 6});
  p.launch(increment, 0, 1, 0);
  p.emit(Op::jump, {again});
  p.emit(Op::output, {0, 1});
  p.emit(Op::stop);
  return p;
}

/// A kernel that the host interprets and that never ends.
Package endless_fallback() {
  TestProgram p(vector_port("x"), vector_port("y"));
  p.emit(Op::input, {0, 0});
  p.emit(Op::dim, {0, 0, 0});
  p.emit(Op::alloc, {1, uint32_t(DType::f32), 1, 0});
  p.launch(0, 0, 1, 0);
  p.emit(Op::output, {0, 1});
  p.emit(Op::stop);
  Package package = test_package(p.program);
  package.kernels = {endless_kernel()};
  package.code.clear();
  package.fallbacks = {{0, "it never ends", false}};
  return package;
}

TEST_P(Limits, AFallbackThatNeverEndsIsCancelled) {
  Session session(
      LoadedModel::load(std::make_shared<Package>(endless_fallback()),
                        create_device(GetParam().name, {}).take())
          .take());
  RunOptions options;
  options.time_limit = 0.05;
  auto outputs = session.run(Values{floats({1})}, options);
  ASSERT_FALSE(outputs.ok());
  EXPECT_EQ(outputs.error().code, ErrorCode::cancelled);
  EXPECT_NE(outputs.error().message.find("time limit of 0.05 s"),
            std::string::npos)
      << outputs.error().message;
  // The session can be used again.
  EXPECT_EQ(elements<float>((*session.run(Values{floats({})}))[0]).size(), 0u);
}

TEST_P(Limits, AFallbackThatTakesTooManyStepsIsCancelled) {
  Session session(
      LoadedModel::load(std::make_shared<Package>(endless_fallback()),
                        create_device(GetParam().name, {}).take())
          .take());
  RunOptions options;
  options.step_limit = 1'000'000;
  auto outputs = session.run(Values{floats({1})}, options);
  ASSERT_FALSE(outputs.ok());
  EXPECT_EQ(outputs.error().code, ErrorCode::cancelled);
  EXPECT_EQ(outputs.error().place.node, (ModelNode{"Loop_0", false, "Loop"}));
  EXPECT_NE(outputs.error().message.find("budget of 1000000 steps"),
            std::string::npos)
      << outputs.error().message;
}

TEST_P(Limits, ARunThatTakesTooLongIsCancelled) {
  Session session(load(endless()));
  RunOptions options;
  options.time_limit = 0.05;
  for (int time = 0; time < 2; ++time) {
    auto begin = std::chrono::steady_clock::now();
    auto outputs = session.run(Values{floats({1})}, options);
    auto taken = std::chrono::steady_clock::now() - begin;
    ASSERT_FALSE(outputs.ok());
    EXPECT_EQ(outputs.error().code, ErrorCode::cancelled);
    EXPECT_NE(outputs.error().message.find("time limit of 0.05 s"),
              std::string::npos);
    EXPECT_GE(taken, std::chrono::milliseconds(50));
    EXPECT_LT(taken, std::chrono::seconds(20));
    // The session is as good as new.
    EXPECT_TRUE(session.run(Values{floats({})}).ok());
  }
}

TEST_P(Limits, ARunWithinItsTimeIsNotAffected) {
  Session session(load(add_two()));
  RunOptions options;
  options.time_limit = 3600;
  auto outputs = session.run(Values{floats({1, 2})}, options);
  ASSERT_TRUE(outputs.ok());
  EXPECT_EQ(elements<float>((*outputs)[0]), (std::vector<float>{3, 4}));
}

TEST_P(Limits, ACancelledRunDoesNotBlameTheTime) {
  Session session(load(endless()));
  RunOptions options;
  options.time_limit = 3600;
  std::atomic<bool> ended = false;
  std::thread canceller([&] {
    while (!ended) {
      session.cancel();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  auto outputs = session.run(Values{floats({1})}, options);
  ended = true;
  canceller.join();
  ASSERT_FALSE(outputs.ok());
  EXPECT_EQ(outputs.error().message, "the run was cancelled");
}

TEST_P(Limits, MemoryIsRefusedBeforeItIsAllocated) {
  auto model = load(add_two());
  Session session(model);
  // 64 KB of arena, 4 KB of result; perhaps copies of input and result.
  Values inputs = {floats(std::vector<float>(1000, 1))};
  RunOptions options;
  options.memory_limit = 64'000 + 3 * 4'000;
  for (int time = 0; time < 3; ++time) // What a run has freed does not count.
    EXPECT_TRUE(session.run(inputs, options).ok());
  for (size_t limit : {1, 63'999, 67'999}) {
    options.memory_limit = limit;
    auto outputs = Session(model).run(inputs, options);
    ASSERT_FALSE(outputs.ok()) << limit;
    const Error &error = outputs.error();
    EXPECT_EQ(error.code, ErrorCode::out_of_memory);
    ASSERT_EQ(error.sizes.size(), 3u);
    EXPECT_GT(error.sizes[0].value + error.sizes[1].value, int64_t(limit));
    EXPECT_EQ(error.sizes[2].name, "memory limit");
    EXPECT_EQ(error.sizes[2].value, int64_t(limit));
  }
  // Refused sizes cost nothing, however large.
  std::vector<int64_t> dims = {int64_t(1) << 40};
  TestProgram huge(vector_port("x"), vector_port("y"));
  huge.constant(0, dims[0]);
  huge.emit(Op::alloc, {0, uint32_t(DType::f32), 1, 0});
  huge.emit(Op::stop);
  options.memory_limit = 1 << 20;
  auto outputs = Session(load(huge)).run(inputs, options);
  ASSERT_FALSE(outputs.ok());
  EXPECT_NE(render(outputs.error()).find("bytes needed = 4398046511104"),
            std::string::npos)
      << render(outputs.error());
}

TEST_P(Limits, ResultsThatAreKeptCountForTheirOwnRunOnly) {
  Session session(load(add_two()));
  RunOptions options;
  options.memory_limit = 64'000 + 3 * 4'000;
  std::vector<Values> kept;
  for (int time = 0; time < 20; ++time) {
    auto outputs =
        session.run(Values{floats(std::vector<float>(1000, 1))}, options);
    ASSERT_TRUE(outputs.ok()) << time;
    kept.push_back(outputs.take());
  }
}

TEST(MemoryBudget, GivesBackWhatItsHoldersFree) {
  auto budget = std::make_shared<MemoryBudget>(100);
  ASSERT_TRUE(budget->take(60).ok());
  auto held = budget->hold(std::make_shared<int>(7), 60);
  auto copy = held;
  EXPECT_FALSE(budget->take(41).ok());
  EXPECT_TRUE(budget->take(40).ok());
  held.reset();
  EXPECT_FALSE(budget->take(1).ok());
  EXPECT_EQ(*copy, 7);
  copy.reset();
  EXPECT_TRUE(budget->take(60).ok());
  EXPECT_FALSE(budget->take(~size_t(0)).ok());
}

INSTANTIATE_TEST_SUITE_P(Devices, Limits, testing::ValuesIn(test_devices()),
                         [](const auto &info) { return info.param.text(); });

} // namespace
} // namespace landfall::runtime
