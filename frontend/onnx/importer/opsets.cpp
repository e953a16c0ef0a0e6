//===- opsets.cpp ---------------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/opsets.h"

#include "ir/builder.h"

namespace landfall::frontend {

Opsets::Opsets(const std::vector<onnx::OperatorSetId> &imports,
               const Opsets *enclosing)
    : imports_(imports), enclosing_(enclosing) {
  for (onnx::OperatorSetId &import : imports_) {
    import.domain = onnx::canonical_domain(import.domain);
    bool is_default = import.domain.empty();
    if (is_default && import.version > newest_opset)
      throw BuildError(
          ErrorCode::unsupported,
          "the model needs opset " + std::to_string(import.version) +
              ", newer than " + std::to_string(newest_opset) +
              ", the newest that is supported; export it with an older opset");
    if (import.version < 1 || import.version > INT32_MAX)
      throw BuildError(ErrorCode::invalid_model,
                       "the model imports version " +
                           std::to_string(import.version) + " of domain '" +
                           std::string(import.domain) +
                           "'; versions start at 1");
  }
}

int Opsets::version(onnx::Text domain) const {
  for (const onnx::OperatorSetId &import : imports_)
    if (import.domain == domain)
      return int(import.version);
  if (enclosing_)
    return enclosing_->version(domain);
  // Files older than the opset import list are all opset 1.
  if (domain.empty() && !imports_.empty())
    throw BuildError(ErrorCode::invalid_model,
                     "the model uses default operators but its "
                     "opset_import names no version of the default domain");
  return 1;
}

} // namespace landfall::frontend
