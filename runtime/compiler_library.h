//===- compiler_library.h - The compiler, loaded on demand -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "package/package.h"

#include <functional>
#include <span>
#include <string>

namespace landfall::runtime {

/// What to compile: a file, or the bytes of a ModelProto with the directory
/// where its external data lies.
struct ModelSource {
  std::string path;
  std::span<const uint8_t> bytes; ///< Used if `path` is empty.
  std::string directory;
};

/// Called when a step ends; `ir` is its text where `print_after` asked for it
/// (then `ms` is 0), else empty.
using CompileProgress =
    std::function<void(std::string_view step, double ms, std::string_view ir)>;

struct CompiledModel {
  std::shared_ptr<const Package> package;
  std::vector<std::string>
      sources; ///< The absolute paths that it is read from.
};

/// Compiles with liblandfall_compiler.so, which is searched in the directory of
/// this library (or program) and in ../lib; it is loaded by the first call and
/// never unloaded. `options` is a JSON object (compiler/plugin.cpp lists its
/// keys). Thread-safe.
Result<CompiledModel> compile_model(const ModelSource &source,
                                    const std::string &options,
                                    const CompileProgress &progress = {});

/// Where each node of the model would run with these options: the JSON object
/// of lf_query_file. Thread-safe.
Result<std::string> query_model(const ModelSource &source,
                                const std::string &options);

} // namespace landfall::runtime
