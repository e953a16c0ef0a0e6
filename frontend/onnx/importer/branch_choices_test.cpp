//===- branch_choices_test.cpp - Settling Ifs -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/branch_choices.h"

#include "frontend/onnx/importer/import.h"
#include "ir/builder.h"
#include "ir/module/module.h"
#include "onnx_format/model_writer_for_test.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

using namespace onnx::test;

const Error problem{ErrorCode::unsupported, "problem"};

TEST(BranchChoicesTest, TriesThenBeforeElseAndTheLatestFirst) {
  BranchChoices choices;
  auto attempt = [&](auto import) {
    choices.start();
    import();
    return choices.try_again(problem);
  };
  auto meet = [&](int differing) {
    return [&choices, differing] {
      for (int k = 0; k < 2; ++k) {
        BranchChoices::OpenIf open_if = choices.next_open_if();
        if (k == differing) {
          EXPECT_FALSE(open_if.assumed);
          choices.branches_differ(open_if);
          return;
        }
      }
    };
  };
  auto expect = [&](bool first, bool second) {
    return [&choices, first, second] {
      EXPECT_EQ(choices.next_open_if().assumed, first);
      EXPECT_EQ(choices.next_open_if().assumed, second);
    };
  };
  EXPECT_TRUE(attempt(meet(0)));
  EXPECT_TRUE(attempt(meet(1)));
  EXPECT_TRUE(attempt(expect(true, true)));
  EXPECT_TRUE(attempt(expect(true, false)));
  EXPECT_TRUE(attempt(meet(1)));
  EXPECT_TRUE(attempt(expect(false, true)));
  EXPECT_FALSE(attempt(expect(false, false)));
}

TEST(BranchChoicesTest, AFailureWithoutIfsIsFinal) {
  BranchChoices choices;
  choices.start();
  EXPECT_FALSE(choices.try_again(problem));
}

/// An If that flattens x or not, and a reader that needs rank 4.
Message flattens(const std::string &then_type, const std::string &else_type) {
  Message x = value("x", float_type, {"N", "4", "H", "W"});
  auto branch = [&](const std::string &type) {
    return graph({node(type, {"x"}, {"b"})}, {}, {value("b", float_type, {})});
  };
  return model(graph(
      {node("If", {"c"}, {"t"},
            {graph_attribute("then_branch", branch(then_type)),
             graph_attribute("else_branch", branch(else_type))},
            "choose"),
       node("DepthToSpace", {"t"}, {"y"}, {int_attribute("blocksize", 2)})},
      {x, value("c", bool_type, {})},
      {value("y", float_type, {"N", "1", "H2", "W2"})}));
}

std::string import_settled(const Message &model) {
  BranchChoices choices;
  while (true) {
    ir::Module module;
    ir::Builder builder(module);
    auto result =
        import_model(to_bytes(model), {"m.onnx", ""}, builder, choices);
    if (result)
      return module.print();
    if (!choices.try_again(result.error()))
      return "error: " + choices.failure(result.error()).message;
  }
}

TEST(BranchChoicesTest, TheBranchThatFitsTheRestIsTaken) {
  std::string other = import_settled(flattens("Flatten", "Identity"));
  EXPECT_NE(other.find("compiled for the else branch of 'choose'"), other.npos)
      << other;
  std::string first = import_settled(flattens("Relu", "Flatten"));
  EXPECT_NE(first.find("compiled for the then branch of 'choose'"), first.npos)
      << first;
  std::string none = import_settled(flattens("Flatten", "Shape"));
  EXPECT_NE(none.find("must have rank 4"), none.npos) << none;
}

} // namespace
} // namespace landfall::frontend
