//===- options.h - Options of the provider ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace landfall::onnxruntime {

/// The name of the provider, and what its options begin with among the
/// configuration entries of a session.
inline constexpr const char *provider_name = "LandfallExecutionProvider";
inline constexpr const char *option_prefix = "ep.landfallexecutionprovider.";

namespace option_kinds {
using text = std::string;
using count = int64_t;
using flag = bool;
using number = double;
} // namespace option_kinds

struct Options {
#define LANDFALL_OPTION(kind, name, otherwise, text)                           \
  option_kinds::kind name = otherwise;
#include "adapters/onnxruntime/options.def"

  // What a session says about EPContext models.
  bool save_context = false; ///< A compiled model is made.
  bool embed_context = false;
  std::string context_file; ///< Of the compiled model; "": not known.

  /// For lf_compile_bytes and lf_query_bytes.
  std::string compile_json() const;
  std::string query_json() const;
  /// For lf_model_load.
  std::string load_json() const;
};

/// Reads a session's configuration entries. Throws Failure for an option that
/// is not known, or whose value is not of its kind.
Options read_options(const std::map<std::string, std::string> &entries);

} // namespace landfall::onnxruntime
