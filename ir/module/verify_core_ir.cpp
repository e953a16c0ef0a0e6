//===- verify_core_ir.cpp - What core IR may contain ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/module/verify_core_ir.h"

#include "ir/module/module_impl.h"

using namespace mlir;

namespace landfall::ir {

Status verify_core_ir(Module &module) {
  ModuleOp top = *module.impl().module;
  std::string problem;
  llvm::raw_string_ostream out(problem);
  ScopedDiagnosticHandler handler(top.getContext(), [&](Diagnostic &d) {
    out << d.getLocation() << ": " << d << "\n";
    for (Diagnostic &note : d.getNotes())
      out << note << "\n";
    return success();
  });
  top->walk([&](Operation *op) {
    if (!isa<ModuleOp>(op) && op->getName().getDialectNamespace() != "lf")
      op->emitOpError("is no operation of core IR");
  });
  if (failed(verify(top)) || !problem.empty())
    return Error{ErrorCode::internal,
                 "the core IR breaks its law; please report this: " + problem};
  return {};
}

} // namespace landfall::ir
