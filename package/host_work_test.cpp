//===- host_work_test.cpp - What the host may do of a model ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/host_work.h"

#include "package/kernel_for_test.h"
#include "package/program_for_test.h"

#include <gtest/gtest.h>

namespace landfall {
namespace {

/// The example, with one more step of the second node.
Program with_step(Op op, std::vector<uint32_t> args) {
  Program program = add_relu_program();
  program.code.insert(program.code.end() - 1, {op, std::move(args)});
  program.origin_of.push_back(1);
  return program;
}

TEST(HostWork, AProgramOfLaunchesAndSizesIsTheTargets) {
  EXPECT_TRUE(require_target(add_relu_program()).ok());
}

TEST(HostWork, SequencesAreTheHostsByNature) {
  uint32_t length = uint32_t(BoxFunction::sequence_length);
  EXPECT_TRUE(require_target(with_step(Op::box, {length, 1, 2, 1, 2, 0})).ok());
}

TEST(HostWork, AFunctionThatTheListLacksIsRefusedAtItsNode) {
  uint32_t made_up = uint32_t(box_function_count());
  Status status = require_target(with_step(Op::box, {made_up, 1, 2, 1, 2, 0}));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::unsupported);
  EXPECT_EQ(status.error().place.node, (ModelNode{"Relu_1", false, "Relu"}));
  EXPECT_TRUE(
      status.error().message.starts_with("the host would compute 'function"))
      << status.error().message;
}

TEST(HostWork, AKernelThatFallsBackIsRefusedAtItsNode) {
  Package package;
  package.target = "kelp";
  package.program = add_relu_program();
  package.kernels = {add_relu_kernel()};
  EXPECT_TRUE(require_target(package).ok());
  package.fallbacks = {{0, "it has no maximum", false}};
  Status status = require_target(package);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::unsupported);
  EXPECT_EQ(status.error().place.node, (ModelNode{"Add_0", false, "Add"}));
  EXPECT_NE(status.error().message.find("because it has no maximum"),
            std::string::npos)
      << status.error().message;
}

TEST(HostWork, NoRowIsForgotten) {
  for (int k = 0; k < program_op_count(); ++k)
    EXPECT_EQ(host_work(Op(k)).has_value(),
              Op(k) != Op::launch && Op(k) != Op::box)
        << info(Op(k)).text;
}

} // namespace
} // namespace landfall
