//===- dialect_test.cpp - The dialect as text -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Runs the files of ir/dialect/test. `<op>.mlir` holds legal uses of an
// operation: they must verify, and print as what parses to the same text.
// `<op>_invalid.mlir` holds cases between `// -----` lines, each with the
// errors it must give: `// expected-error {{...}}` beside the line.
//
//===----------------------------------------------------------------------===//
#include "ir/dialect/lf.h"

#include "mlir/Support/FileUtilities.h"
#include "mlir/Support/ToolUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

#include <filesystem>
#include <gtest/gtest.h>

namespace landfall::lf {
namespace {

const std::filesystem::path folder = LANDFALL_DIALECT_TESTS;

struct Context : mlir::MLIRContext {
  Context() { loadDialect<LfDialect>(); }
};

std::string print(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out);
  return text;
}

std::unique_ptr<llvm::MemoryBuffer> read(const std::filesystem::path &file) {
  auto buffer = llvm::MemoryBuffer::getFile(file.string());
  return buffer ? std::move(*buffer) : nullptr;
}

/// What the verifier of diagnostics says of one case; empty: all is expected.
std::string unexpected(std::unique_ptr<llvm::MemoryBuffer> test) {
  std::string complaints;
  llvm::raw_string_ostream out(complaints);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(test), llvm::SMLoc());
  Context context;
  context.printOpOnDiagnostic(false);
  mlir::SourceMgrDiagnosticVerifierHandler handler(sources, &context, out);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  if (module)
    return "the case is legal:\n" + print(*module);
  if (failed(handler.verify()))
    return complaints.empty() ? "a diagnostic is missing" : complaints;
  return complaints;
}

class DialectTest : public testing::TestWithParam<std::string> {
protected:
  std::filesystem::path file(const char *suffix) {
    return folder / (GetParam() + suffix);
  }
};

std::vector<std::string> operations() {
  Context context;
  std::vector<std::string> names;
  for (mlir::RegisteredOperationName op :
       context.getRegisteredOperationsByDialect("lf"))
    names.push_back(op.stripDialect().str());
  return names;
}

TEST_P(DialectTest, PrintsWhatItParses) {
  Context context;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceFile<mlir::ModuleOp>(file(".mlir").string(), &context);
  ASSERT_TRUE(module) << file(".mlir");
  std::string text = print(*module);
  EXPECT_NE(text.find("lf." + GetParam()), text.npos) << "it is not used";
  mlir::OwningOpRef<mlir::ModuleOp> again =
      mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  ASSERT_TRUE(again) << text;
  EXPECT_EQ(print(*again), text);
}

TEST_P(DialectTest, RefusesWhatIsInvalid) {
  std::unique_ptr<llvm::MemoryBuffer> cases = read(file("_invalid.mlir"));
  ASSERT_TRUE(cases) << file("_invalid.mlir");
  std::string name = "'lf." + GetParam() + "'";
  EXPECT_TRUE(cases->getBuffer().contains(name))
      << "no error is about " << name;
  auto run = [&](std::unique_ptr<llvm::MemoryBuffer> test,
                 llvm::raw_ostream &) {
    EXPECT_EQ(unexpected(std::move(test)), "");
    return mlir::success();
  };
  (void)mlir::splitAndProcessBuffer(std::move(cases), run, llvm::errs(),
                                    mlir::kDefaultSplitMarker);
}

INSTANTIATE_TEST_SUITE_P(EachOperation, DialectTest,
                         testing::ValuesIn(operations()),
                         [](const auto &test) { return test.param; });

} // namespace
} // namespace landfall::lf
