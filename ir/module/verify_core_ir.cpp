//===- verify_core_ir.cpp - What core IR may contain ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/module/verify_core_ir.h"

#include "ir/module/module_impl.h"

using namespace mlir;

namespace landfall::ir {

namespace {

enum class Level { module, graph, body };

/// The law itself: where each operation may stand.
struct Rule {
  llvm::StringRef name;
  Level level;
};
constexpr Rule rules[] = {
    {"entry", Level::module},  {"input", Level::graph},
    {"output", Level::graph},  {"dim", Level::graph},
    {"read", Level::graph},    {"size", Level::graph},
    {"require", Level::graph}, {"constant", Level::graph},
    {"map", Level::graph},     {"contract", Level::graph},
    {"loops", Level::graph},   {"reshape", Level::graph},
    {"if", Level::graph},      {"loop", Level::graph},
    {"box", Level::graph},     {"literal", Level::body},
    {"scalar", Level::body},   {"load", Level::body},
    {"store", Level::body},    {"fold", Level::body},
    {"while", Level::body},    {"branch", Level::body},
    {"check", Level::body},
};

Level level_of(Operation *op) {
  for (Operation *parent = op->getParentOp(); parent;
       parent = parent->getParentOp()) {
    if (isa<lf::MapOp, lf::ContractOp, lf::LoopsOp>(parent))
      return Level::body;
    if (isa<lf::EntryOp>(parent))
      return Level::graph;
  }
  return Level::module;
}

bool is_lawful(Operation *op) {
  if (isa<ModuleOp>(op))
    return true;
  if (isa<lf::YieldOp>(op))
    return level_of(op) != Level::module;
  llvm::StringRef name = op->getName().getStringRef();
  if (!name.consume_front("lf."))
    return false;
  for (const Rule &rule : rules)
    if (rule.name == name)
      return rule.level == level_of(op);
  return false;
}

} // namespace

Status verify_core_ir(Module &module) {
  ModuleOp top = *module.impl().module;
  std::string problem;
  llvm::raw_string_ostream out(problem);
  ScopedDiagnosticHandler handler(top.getContext(), [&](Diagnostic &d) {
    out << d << "\n";
    return success();
  });
  top->walk([&](Operation *op) {
    if (is_lawful(op))
      return;
    out << "this operation may not stand here: ";
    op->print(out, OpPrintingFlags().skipRegions());
    out << "\n";
  });
  if (failed(verify(top)) || !problem.empty())
    return Error{ErrorCode::internal,
                 "the core IR breaks its law; please report this: " + problem};
  return {};
}

} // namespace landfall::ir
