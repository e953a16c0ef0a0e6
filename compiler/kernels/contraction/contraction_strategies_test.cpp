//===- contraction_strategies_test.cpp - Which strategy, and why ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_for_test.h"
#include "compiler/kernels/contraction/contraction_generator.h"

#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

bool sizes_are_known() { return false; }
bool sizes_are_not_known() { return true; }

const Machine machine;

/// What is chosen for a kernel, with the reasons by name.
struct Choice {
  std::string generator;
  std::map<std::string, std::string> refusals;
};

Choice choose(const ContractionCase &made,
              std::span<const ContractionStrategy *const> strategies =
                  contraction_strategies(),
              const Machine &on = machine) {
  Result<ChosenGenerator> chosen =
      contraction_generator(made.kernel, on, strategies);
  if (!chosen)
    return {"", {{"contraction", chosen.error().message}}};
  EXPECT_TRUE(chosen->generator);
  Choice choice{chosen->record.generator, {}};
  for (const Refusal &refusal : chosen->record.refusals)
    choice.refusals[refusal.who] = refusal.reason;
  return choice;
}

using Reasons = std::map<std::string, std::string>;

ConvolutionShape image_convolution() {
  return {.inputs = 3,
          .outputs = 8,
          .image = {20, 20},
          .window = {3, 3},
          .stride = {1, 1},
          .dilation = {1, 1},
          .pad = {1, 1},
          .fixed_weights = true};
}

TEST(ContractionStrategies, bestFirstAndTheLastServesAll) {
  std::vector<std::string_view> names;
  for (const ContractionStrategy *strategy : contraction_strategies()) {
    names.push_back(strategy->name());
    EXPECT_NE(strategy->as_kernel() != nullptr,
              strategy->as_block() != nullptr);
  }
  EXPECT_EQ(names, (std::vector<std::string_view>{
                       "winograd", "panels", "blocks", "unpacked", "stencil",
                       "word_windows", "words", "dot_m", "dot_n", "streamed",
                       "direct", "packed"}));
  EXPECT_EQ(choose(make_matmul({}, sizes_are_not_known),
                   std::vector{contraction_strategies().back()})
                .generator,
            names.back());
}

TEST(ContractionStrategies, unknownSizesLeaveTheChoiceToTheLaunch) {
  Choice choice = choose(make_matmul({}, sizes_are_not_known));
  EXPECT_EQ(choice.generator, "dot_m or streamed or packed");
  EXPECT_EQ(
      choice.refusals,
      (Reasons{{"winograd", "the N side has no windows of two axes"},
               {"stencil", "it has M: both sides are used more than once"},
               {"words", "it sums neither integers of 32 bits nor products "
                         "of bf16"},
               {"direct", "the N side has no windows"},
               {"dot_n", "the N side, along K, is not contiguous in "
                         "memory"}}));
}

TEST(ContractionStrategies, wordsOfBf16WhereThereAreProductsOfThem) {
  MatmulShape shape{.types = {DType::bf16, DType::bf16, DType::f32}};
  Machine with = machine;
  with.vector.bf16_products = true;
  auto made = [&] { return make_matmul(shape, sizes_are_not_known); };
  EXPECT_EQ(choose(made(), contraction_strategies(), with).generator,
            "words or packed");
  Choice without = choose(made());
  EXPECT_EQ(without.generator, "packed");
  EXPECT_EQ(without.refusals["words"], "the machine has no products of bf16");
  shape.types.b = DType::f32;
  EXPECT_EQ(choose(made(), contraction_strategies(), with).refusals["words"],
            "it sums neither integers of 32 bits nor products of bf16");
}

TEST(ContractionStrategies, transposedFactorsRunAlongK) {
  Choice choice =
      choose(make_matmul({.transpose_b = true}, sizes_are_not_known));
  EXPECT_EQ(choice.generator, "dot_m or dot_n or packed");
  EXPECT_EQ(choice.refusals["streamed"],
            "the N side is not contiguous in memory");
  choice = choose(make_matmul({.transpose_a = true}, sizes_are_not_known));
  EXPECT_EQ(choice.generator, "streamed or packed");
  EXPECT_EQ(choice.refusals["dot_m"], "the M side is not contiguous in memory");
}

TEST(ContractionStrategies, knownSizesDecide) {
  Choice large = choose(
      make_matmul({.rows = 100, .lanes = 100, .depth = 100}, sizes_are_known));
  EXPECT_EQ(large.generator, "packed");
  EXPECT_EQ(large.refusals["streamed"], "M is more than a few blocks");
  EXPECT_EQ(large.refusals["dot_m"], "N is more than a few columns");
  large = choose(make_matmul(
      {.rows = 100, .lanes = 100, .depth = 100, .transpose_b = true},
      sizes_are_known));
  EXPECT_EQ(large.refusals["dot_n"], "M is more than a few rows");
  Choice row = choose(
      make_matmul({.rows = 1, .lanes = 100, .depth = 100}, sizes_are_known));
  EXPECT_EQ(row.generator, "streamed");
  EXPECT_EQ(row.refusals["stencil"], "K is more than a few taps");
}

TEST(ContractionStrategies, convertedFactorsArePacked) {
  Choice choice = choose(
      make_matmul({.types = {DType::u8, DType::i8, DType::i32, DType::i32}},
                  sizes_are_not_known));
  EXPECT_EQ(choice.generator, "packed");
  EXPECT_EQ(choice.refusals["streamed"],
            "the N side is computed from what is loaded");
  EXPECT_EQ(choice.refusals["dot_m"],
            "the M side is computed from what is loaded");
  EXPECT_EQ(choice.refusals["words"], "the machine has no products of bytes");
}

TEST(ContractionStrategies, bytesAreMultipliedInWords) {
  Machine with_bytes;
  with_bytes.vector.byte_products = ByteProducts::by_shorts;
  MatmulShape shape{.types = {DType::u8, DType::i8, DType::i32, DType::i32},
                    .prologue = Prologue::zero_points};
  auto chosen = [&](std::function<bool()> dynamic) {
    Kernel kernel = make_matmul(shape, std::move(dynamic)).kernel;
    auto choice =
        contraction_generator(kernel, with_bytes, contraction_strategies());
    std::string why;
    for (const Refusal &refusal : choice->record.refusals)
      if (refusal.who == "words")
        why = refusal.reason;
    return std::pair(choice->record.generator, why);
  };
  using Chosen = std::pair<std::string, std::string>;
  EXPECT_EQ(chosen(sizes_are_not_known), Chosen("words", ""));
  shape.prologue = Prologue::relu;
  EXPECT_EQ(chosen(sizes_are_not_known).second,
            "the M side is not one of 8-bit integers");
  shape.prologue = Prologue::none;
  shape.types.b = DType::i16;
  EXPECT_EQ(chosen(sizes_are_not_known).second,
            "the N side is not one of 8-bit integers");
  shape.types.b = DType::i8;
  shape.depth = 3;
  EXPECT_EQ(chosen(sizes_are_known).second, "K is less than a word");
  EXPECT_EQ(chosen(sizes_are_not_known).first, "words");
}

TEST(ContractionStrategies, imagesAreLoadedUnderGuards) {
  Choice choice =
      choose(make_convolution(image_convolution(), sizes_are_known));
  EXPECT_EQ(choice.refusals["streamed"], "the N side is loaded under a guard");
}

TEST(ContractionStrategies, windowsOfManyPointsAreReadFromPaddedCopies) {
  ConvolutionShape shape = image_convolution();
  EXPECT_EQ(choose(make_convolution(shape, sizes_are_not_known)).generator,
            "dot_m or direct or packed");
  shape.outputs = 1000;
  EXPECT_EQ(choose(make_convolution(shape, sizes_are_known)).refusals["direct"],
            "M is more than a few hundred rows");
  shape.window = {1, 1};
  shape.pad = {0, 0};
  shape.stride = {2, 2};
  EXPECT_EQ(
      choose(make_convolution(shape, sizes_are_not_known)).refusals["direct"],
      "the N side has no windows");
}

TEST(ContractionStrategies, squaresOfManyChannels) {
  ConvolutionShape shape = image_convolution();
  auto refusal = [&] {
    return choose(make_convolution(shape, sizes_are_not_known))
        .refusals["winograd"];
  };
  EXPECT_EQ(refusal(),
            "transforming takes longer than it saves for so few channels");
  shape.inputs = 32;
  EXPECT_EQ(choose(make_convolution(shape, sizes_are_not_known)).generator,
            "winograd or dot_m or direct or packed");
  shape.stride = {2, 2};
  EXPECT_EQ(refusal(), "windows are not of 3x3 neighbours");
  shape.stride = {1, 1};
  shape.window = {5, 5};
  EXPECT_EQ(refusal(), "windows are not of 3x3 neighbours");
  shape.fixed_weights = false;
  EXPECT_EQ(refusal(), ""); // A launch may have 3x3.
  shape.types = {DType::f64, DType::f64, DType::f64, DType::f64};
  EXPECT_EQ(refusal(), "sums are not of float32");
  Machine scalable = machine;
  scalable.vector.scalable = true;
  EXPECT_EQ(choose(make_convolution(image_convolution(), sizes_are_not_known),
                   contraction_strategies(), scalable)
                .refusals["winograd"],
            "registers have no known length");
}

TEST(ContractionStrategies, depthwiseConvolutionsAreStencils) {
  ConvolutionShape shape = image_convolution();
  shape.groups = 8;
  shape.inputs = shape.outputs = 1;
  Choice choice = choose(make_convolution(shape, sizes_are_not_known));
  EXPECT_EQ(choice.generator, "stencil");
  EXPECT_EQ(choice.refusals.size(), 1u); // winograd's
  shape.fixed_weights = false;
  choice = choose(make_convolution(shape, sizes_are_not_known));
  EXPECT_NE(choice.generator, "stencil");
}

TEST(ContractionStrategies, aStructureThatNoneServesIsRefused) {
  // b[K] has no N, and M is the fastest loop of a: products with a vector.
  Choice vector = choose(
      make_matmul({.rows = 9, .depth = 70, .vector_b = true}, sizes_are_known));
  EXPECT_EQ(vector.refusals["stencil"], "K is more than a few taps");
  // Without the row that takes all sizes.
  auto all = contraction_strategies();
  Choice none =
      choose(make_matmul({}, sizes_are_not_known), all.first(all.size() - 1));
  EXPECT_EQ(none.generator, "");
  EXPECT_TRUE(none.refusals["contraction"].starts_with(
      "no strategy serves all its sizes; not winograd, because "));
  // Sums in a type that machines do not add in.
  ContractionCase half = make_matmul({}, sizes_are_known);
  half.kernel.accumulator = DType::f16;
  EXPECT_EQ(choose(half).refusals["contraction"],
            "it does not accumulate in float16");
}

/// A strategy of a test's own: for whole kernels with one column.
class OneColumn : public KernelStrategy {
public:
  std::string_view name() const override { return "one_column"; }
  Applies applies(const ContractionProblem &problem) const override {
    return problem.n == 1 ? Applies() : Applies::no("N is not 1");
  }
  std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &) const override {
    struct Nothing : TaskGenerator {
      std::string print_plan() const override { return {}; }
      Plan plan(KernelFrame &frame) override {
        return {frame.index(7), frame.index(0)};
      }
      void task(KernelFrame &, llvm::Value *) override {}
    };
    return std::make_unique<Nothing>();
  }
};

TEST(ContractionStrategies, aNewRowIsAskedInItsTurn) {
  OneColumn one_column;
  std::vector<const ContractionStrategy *> strategies{&one_column};
  for (const ContractionStrategy *strategy : contraction_strategies())
    strategies.push_back(strategy);
  EXPECT_EQ(choose(make_matmul({}, sizes_are_known), strategies).generator,
            "one_column");
  Choice other = choose(make_matmul({}, sizes_are_not_known), strategies);
  EXPECT_EQ(other.generator, "dot_m or streamed or packed");
  EXPECT_EQ(other.refusals["one_column"], "N is not 1");
}

/// For launches with few columns only.
class FewColumns : public OneColumn {
public:
  std::string_view name() const override { return "few_columns"; }
  Applies applies(const ContractionProblem &) const override { return {}; }
  bool takes_all_sizes(const ContractionProblem &) const override {
    return false;
  }
  llvm::Value *suits(SizeCode &sizes,
                     const ContractionProblem &problem) const override {
    const analysis::ContractionRoles &roles = problem.roles;
    return sizes.b().CreateICmpSLE(sizes.extent(roles.space, roles.n_loops),
                                   sizes.frame().index(2));
  }
};

class TestFrame : public KernelFrame {
public:
  using KernelFrame::KernelFrame;
  llvm::Value *call_math(ScalarOp, llvm::ArrayRef<llvm::Value *>) override {
    return nullptr;
  }
  void fail(uint32_t, llvm::Value *) override {}
};

TEST(ContractionStrategies, sizesChooseBetweenLoopNests) {
  FewColumns few_columns;
  std::vector<const ContractionStrategy *> strategies{
      &few_columns, contraction_strategies().back()};
  ContractionCase made = make_matmul({}, sizes_are_not_known);
  auto chosen = contraction_generator(made.kernel, machine, strategies);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->record.generator, "few_columns or packed");
  // The plan: 7 tasks if n <= 2, else what the packed nest says.
  llvm::LLVMContext context;
  llvm::Module module("test", context);
  auto *type =
      llvm::FunctionType::get(llvm::Type::getInt64Ty(context),
                              {llvm::PointerType::get(context, 0)}, false);
  auto *function = llvm::Function::Create(
      type, llvm::GlobalValue::ExternalLinkage, "plan", module);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(context, "entry", function));
  TestFrame frame(b, made.kernel, machine);
  for (uint32_t k = 0; k < made.kernel.size_count; ++k)
    frame.sizes.push_back(b.CreateLoad(
        b.getInt64Ty(),
        b.CreateConstGEP1_64(b.getInt64Ty(), function->getArg(0), k)));
  TaskGenerator::Plan plan = chosen->generator->plan(frame);
  b.CreateRet(plan.tasks);
  EXPECT_FALSE(llvm::verifyFunction(*function, &llvm::errs()));
  auto *select = llvm::dyn_cast<llvm::SelectInst>(plan.tasks);
  ASSERT_TRUE(select);
  EXPECT_EQ(select->getTrueValue(), b.getInt64(7));
}

} // namespace
} // namespace landfall::kernels
