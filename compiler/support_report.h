//===- support_report.h - Which nodes would run where -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/compile.h"

namespace landfall::compiler {

/// A JSON object that says for each node of a model's main graph where it would
/// run with these options, and why not on the device (landfall.h,
/// lf_query_file). No code is generated. Fails only where nothing can be
/// said of nodes: the file is no model, there is no such target.
Result<std::string> query_file(const std::string &path,
                               const CompileOptions &options);
/// The same for a serialised ModelProto.
Result<std::string> query_bytes(std::span<const uint8_t> model,
                                const std::string &directory,
                                const CompileOptions &options);

} // namespace landfall::compiler
