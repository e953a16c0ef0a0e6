//===- session_test.cpp - Programs on every device ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/session_for_test.h"

#include <thread>

namespace landfall::runtime {
namespace {

class Sessions : public SessionTest {};

TEST_P(Sessions, RunsAnyShapeOfOnePackage) {
  auto model = load(test_package(add_two().program));
  ASSERT_TRUE(model.ok()) << model.error().message;
  Session session(*model);
  for (size_t n : {3, 1000, 0, 7, 100000}) {
    RunStatistics statistics;
    auto outputs = session.run(Values{floats(std::vector<float>(n, 5))},
                               {.statistics = &statistics});
    ASSERT_TRUE(outputs.ok()) << message(outputs);
    EXPECT_EQ(elements<float>((*outputs)[0]), std::vector<float>(n, 7));
    EXPECT_EQ(statistics.launches, 2u);
    EXPECT_GE(statistics.arena_bytes, n * 64);
    EXPECT_GE(statistics.total_ms, statistics.planning_ms);
  }
}

TEST_P(Sessions, OutputsOutliveLaterRunsAndTheSession) {
  Values kept;
  {
    auto model = load(test_package(add_two().program));
    ASSERT_TRUE(model.ok());
    Session session(*model);
    for (float value : {1.f, 2.f, 3.f}) {
      auto outputs = session.run(Values{floats({value, value})});
      ASSERT_TRUE(outputs.ok());
      kept.push_back((*outputs)[0]);
    }
  }
  EXPECT_EQ(elements<float>(kept[0]), (std::vector<float>{3, 3}));
  EXPECT_EQ(elements<float>(kept[2]), (std::vector<float>{5, 5}));
}

// Inputs, weights and arena contents handed out are copies.
TEST_P(Sessions, OutputsNeverAliasWhatTheModelKeeps) {
  TestProgram p(vector_port("x", DType::f32),
                {tensor_port("same", DType::f32, {{}}),
                 tensor_port("weight", DType::f32, {{}})});
  p.emit(Op::input, {0, 0});
  p.emit(Op::weight, {1, 0});
  p.emit(Op::output, {0, 0});
  p.emit(Op::output, {1, 1});
  p.emit(Op::stop);
  Package package = test_package(p.program);
  alignas(64) static const float weight[16] = {4, 5};
  package.weights = {{"w", DType::f32, {2}, {nullptr, {}}}};
  package.weights[0].bytes.data = {reinterpret_cast<const uint8_t *>(weight),
                                   8};
  auto model = load(std::move(package));
  ASSERT_TRUE(model.ok()) << message({model.error()});
  alignas(64) float input[16] = {1, 2, 3};
  HostTensor x{DType::f32, {3}, {}, {}};
  x.bytes.data = {reinterpret_cast<const uint8_t *>(input), 12};
  auto outputs = Session(*model).run(Values{{x}});
  ASSERT_TRUE(outputs.ok()) << message(outputs);
  input[0] = 99;
  EXPECT_EQ(elements<float>((*outputs)[0]), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(elements<float>((*outputs)[1]), (std::vector<float>{4, 5}));
  EXPECT_NE(std::get<HostTensor>((*outputs)[1].value).bytes.data.data(),
            reinterpret_cast<const uint8_t *>(weight));
}

// for (i = 0; i < x[0]; ++i) v = v + 1, with v counted by reference.
TEST_P(Sessions, LoopsOverReferenceCountedValues) {
  TestProgram p({tensor_port("n", DType::i64, {{1, ""}}),
                 tensor_port("v", DType::f32, {{-1, "N"}})},
                vector_port("out", DType::f32));
  p.emit(Op::input, {0, 0});
  p.emit(Op::input, {1, 1});
  p.emit(Op::read, {0, 0, 0});
  p.emit(Op::dim, {1, 1, 0});
  p.constant(2, 0);
  p.constant(3, 1);
  uint32_t head = p.emit(Op::less, {4, 2, 0});
  uint32_t leave = p.emit(Op::jump_ifnot, {4, 0});
  p.emit(Op::alloc, {2, uint32_t(DType::f32), 1, 1});
  p.launch(increment, 1, 2, 1);
  p.emit(Op::share, {1, 2});
  p.emit(Op::drop, {2});
  p.emit(Op::add, {2, 2, 3});
  p.emit(Op::jump, {head});
  p.program.code[leave].args[1] = p.emit(Op::output, {0, 1});
  p.emit(Op::stop);
  auto outputs = run(p, {integers({50}), floats({0.5f, 1})});
  ASSERT_TRUE(outputs.ok()) << message(outputs);
  EXPECT_EQ(elements<float>((*outputs)[0]), (std::vector<float>{50.5f, 51}));
}

TEST_P(Sessions, ReportsAFailedCheckOfAKernel) {
  TestProgram p(vector_port("x", DType::i64), vector_port("y", DType::i64));
  p.emit(Op::input, {0, 0});
  p.emit(Op::dim, {0, 0, 0});
  p.emit(Op::alloc, {1, uint32_t(DType::i64), 1, 0});
  p.launch(below_ten, 0, 1, 0);
  p.emit(Op::output, {0, 1});
  p.emit(Op::stop);
  auto model = load(test_package(p.program));
  ASSERT_TRUE(model.ok());
  Session session(*model);
  auto failed = session.run(Values{integers({1, 2, 30})});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::run_failed);
  EXPECT_EQ(failed.error().place.node,
            (ModelNode{"below_ten_node", false, "Test"}));
  EXPECT_EQ(failed.error().sizes, (std::vector<NamedSize>{{"value", 30}}));
  auto outputs = session.run(Values{integers({1, 2, 3})});
  ASSERT_TRUE(outputs.ok()) << "the session survives: " << message(outputs);
  EXPECT_EQ(elements<int64_t>((*outputs)[0]), (std::vector<int64_t>{1, 2, 3}));
}

TEST_P(Sessions, RefusesLaunchesThatWouldReachOutside) {
  TestProgram p(vector_port("x", DType::f32), vector_port("y", DType::f32));
  p.emit(Op::input, {0, 0});
  p.emit(Op::dim, {0, 0, 0});
  p.constant(1, 1000);
  p.emit(Op::alloc, {1, uint32_t(DType::f32), 1, 0});
  p.launch(increment, 0, 1, 1);
  p.emit(Op::stop);
  auto outputs = run(p, {floats({1, 2})});
  ASSERT_FALSE(outputs.ok());
  EXPECT_EQ(outputs.error().code, ErrorCode::internal);
  EXPECT_NE(message(outputs).find("kernel 'increment'"), std::string::npos);
}

TEST_P(Sessions, ChecksSizeArithmetic) {
  for (auto [op, a, b] : {std::tuple(Op::add, INT64_MAX, int64_t(1)),
                          std::tuple(Op::mul, INT64_MAX, int64_t(2)),
                          std::tuple(Op::floordiv, int64_t(1), int64_t(0)),
                          std::tuple(Op::floordiv, INT64_MIN, int64_t(-1)),
                          std::tuple(Op::mod, int64_t(1), int64_t(0))}) {
    TestProgram p({}, {});
    p.constant(0, a);
    p.constant(1, b);
    p.emit(op, {2, 0, 1});
    p.emit(Op::stop);
    p.program.origins = {{{"Reshape_7", false, "Reshape"}}};
    p.program.origin_of.assign(p.program.code.size(), 0);
    auto outputs = run(p, {});
    ASSERT_FALSE(outputs.ok());
    EXPECT_EQ(outputs.error().code, ErrorCode::run_failed);
    EXPECT_EQ(outputs.error().place.node.name, "Reshape_7");
    EXPECT_EQ(outputs.error().place.node.op, "Reshape");
  }
}

TEST_P(Sessions, AFailedRequirementHasItsSizes) {
  TestProgram p(vector_port("x", DType::f32), {});
  p.program.requirements = {{"must be 4", {"N"}}};
  p.program.origins = {{{"Reshape_7", false, "Reshape"}, {"sum", true, "Add"}}};
  p.emit(Op::input, {0, 0});
  p.emit(Op::dim, {0, 0, 0});
  p.constant(1, 4);
  p.emit(Op::equal, {2, 0, 1});
  p.emit(Op::require, {2, 0, 1, 0});
  p.emit(Op::stop);
  p.program.origin_of.assign(p.program.code.size(), 0);
  EXPECT_TRUE(run(p, {floats({1, 2, 3, 4})}).ok());
  auto outputs = run(p, {floats({1, 2})});
  ASSERT_FALSE(outputs.ok());
  EXPECT_EQ(outputs.error().code, ErrorCode::run_failed);
  EXPECT_EQ(outputs.error().sizes, (std::vector<NamedSize>{{"N", 2}}));
  EXPECT_EQ(message(outputs), "test: nodes 'Reshape_7' (Reshape), 'sum' (Add): "
                              "must be 4; where N = 2");
}

TEST_P(Sessions, ComputesSizes) {
  struct Case {
    Op op;
    int64_t a, b, expected;
  };
  for (const Case &c : {Case{Op::floordiv, -7, 2, -4},
                        {Op::mod, -7, 2, 1},
                        {Op::mod, 7, -2, -1},
                        {Op::mod, INT64_MIN, -1, 0},
                        {Op::min, 3, -3, -3},
                        {Op::max, 3, -3, 3},
                        {Op::broadcast, 1, 9, 9},
                        {Op::broadcast, 8, 1, 8},
                        {Op::equal, 4, 4, 1},
                        {Op::less, 4, 4, 0}}) {
    TestProgram p({}, {});
    p.program.requirements = {{"unexpected", {}}};
    p.constant(0, c.a);
    p.constant(1, c.b);
    p.emit(c.op, {2, 0, 1});
    p.constant(3, c.expected);
    p.emit(Op::equal, {4, 2, 3});
    p.emit(Op::require, {4, 0, 0});
    p.emit(Op::stop);
    auto outputs = run(p, {});
    EXPECT_TRUE(outputs.ok()) << int(c.op) << ": " << message(outputs);
  }
}

TEST_P(Sessions, RefusesImpossibleTensors) {
  for (int64_t extent : {int64_t(-1), INT64_MAX}) {
    TestProgram p({}, {});
    p.constant(0, extent);
    p.emit(Op::alloc, {0, uint32_t(DType::f32), 1, 0});
    p.emit(Op::stop);
    EXPECT_FALSE(run(p, {}).ok());
  }
  TestProgram outside({}, {});
  outside.constant(0, 64);
  outside.emit(Op::arena, {0});
  outside.emit(Op::place, {0, uint32_t(DType::f64), 0, 1, 0});
  outside.emit(Op::stop);
  EXPECT_EQ(run(outside, {}).error().code, ErrorCode::internal);
}

TEST_P(Sessions, KeepsSequencesOnTheHost) {
  TestProgram p(vector_port("x", DType::f32),
                {{"list", ValueKind::sequence, DType::f32, {}},
                 tensor_port("second", DType::f32, {{}}),
                 tensor_port("length", DType::i64, {})});
  auto box = [&](BoxFunction function, uint32_t result,
                 std::vector<uint32_t> arguments) {
    std::vector<uint32_t> args = {uint32_t(function), 1, result,
                                  uint32_t(arguments.size())};
    args.insert(args.end(), arguments.begin(), arguments.end());
    args.push_back(0);
    p.emit(Op::box, args);
  };
  p.emit(Op::input, {0, 0});
  p.emit(Op::dim, {0, 0, 0});
  p.emit(Op::alloc, {1, uint32_t(DType::f32), 1, 0});
  p.launch(increment, 0, 1, 0);
  box(BoxFunction::sequence_construct, 2, {0, 1});
  box(BoxFunction::sequence_length, 3, {2});
  p.emit(Op::weight, {5, 0});
  box(BoxFunction::sequence_at, 4, {2, 5});
  p.launch(increment, 4, 4, 0);
  p.emit(Op::output, {0, 2});
  p.emit(Op::output, {1, 4});
  p.emit(Op::output, {2, 3});
  p.emit(Op::stop);
  Package package = test_package(p.program);
  package.weights = {{"minus_one", DType::i64, {}, bytes_of<int64_t>({-1})}};
  auto model = load(std::move(package));
  ASSERT_TRUE(model.ok());
  auto outputs = Session(*model).run(Values{floats({1, 2})});
  ASSERT_TRUE(outputs.ok()) << message(outputs);
  auto &list = std::get<HostSequence>((*outputs)[0].value);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(elements<float>(list[1]), (std::vector<float>{2, 3}));
  EXPECT_EQ(elements<float>((*outputs)[1]), (std::vector<float>{3, 4}));
  EXPECT_EQ(elements<int64_t>((*outputs)[2]), std::vector<int64_t>{2});
}

TEST_P(Sessions, RefusesTensorsOfAnotherRankFromBoxes) {
  for (uint32_t rank : {1, 2}) {
    TestProgram p({{"list", ValueKind::sequence, DType::f32, {}}},
                  {tensor_port("first", DType::f32, {{}})});
    p.emit(Op::input, {0, 0});
    p.emit(Op::weight, {1, 0});
    p.emit(Op::box, {uint32_t(BoxFunction::sequence_at), 1, 2, 2, 0, 1, 0});
    p.emit(Op::expect, {2, uint32_t(DType::f32), rank});
    p.emit(Op::output, {0, 2});
    p.emit(Op::stop);
    Package package = test_package(p.program);
    package.weights = {{"zero", DType::i64, {}, bytes_of<int64_t>({0})}};
    auto model = load(std::move(package));
    ASSERT_TRUE(model.ok());
    auto outputs =
        Session(*model).run(Values{HostValue{HostSequence{floats({1, 2})}}});
    EXPECT_EQ(outputs.ok(), rank == 1);
    if (rank == 2) {
      EXPECT_NE(message(outputs).find("rank 2"), std::string::npos);
    }
  }
}

TEST_P(Sessions, ManySessionsShareAModel) {
  auto model = load(test_package(add_two().program));
  ASSERT_TRUE(model.ok());
  std::atomic<int> wrong = 0;
  auto work = [&](float value) {
    Session session(*model);
    for (int i = 0; i < 20; ++i) {
      auto outputs =
          session.run(Values{floats(std::vector<float>(300, value))});
      wrong += !outputs.ok() || elements<float>((*outputs)[0]) !=
                                    std::vector<float>(300, value + 2);
    }
  };
  std::thread first(work, 1.f), second(work, 2.f), third(work, 3.f);
  first.join();
  second.join();
  third.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(Sessions, NamesTheEntryPointsItHas) {
  RunOptions options;
  options.entry = "decode";
  auto outputs = run(add_two(), {floats({1})}, options);
  EXPECT_NE(message(outputs).find("'main'"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Devices, Sessions, testing::ValuesIn(test_devices()),
                         [](const auto &info) { return info.param.text(); });

} // namespace
} // namespace landfall::runtime
