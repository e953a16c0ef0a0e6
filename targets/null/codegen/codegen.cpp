//===- codegen.cpp - Nothing to generate: the descriptions are the code ---===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/target.h"

namespace landfall::null {

namespace {

class NullTarget : public compiler::Target {
public:
  std::string_view name() const override { return "null"; }

  compiler::Support supports(const Kernel &) const override { return {}; }

  Result<std::vector<CodeSection>>
  generate(std::span<const Kernel>,
           const compiler::CodegenOptions &) const override {
    return std::vector<CodeSection>{{"null", "descriptions", {}}};
  }
};

} // namespace

const compiler::Target &codegen() {
  static const NullTarget target;
  return target;
}

} // namespace landfall::null
