//===- codegen.cpp - Nothing to generate: the descriptions are the code ---===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/target.h"

namespace landfall::null {

namespace {

class NullTarget : public Target {
public:
  std::string_view name() const override { return "null"; }

  Support supports(const Kernel &) const override { return {}; }

  Result<std::vector<CodeSection>>
  generate(std::span<const Kernel>, const CodegenOptions &) const override {
    return std::vector<CodeSection>{{"null", "descriptions", {}}};
  }
};

} // namespace

const Target &codegen() {
  static const NullTarget target;
  return target;
}

} // namespace landfall::null
