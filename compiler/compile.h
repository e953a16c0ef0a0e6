//===- compile.h - The compiler's front door -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "base/skipped_steps.h"
#include "package/package.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace landfall::compiler {

struct CompileOptions {
  std::string target = "cpu";
  /// Machine variants; see CodegenOptions::variants.
  std::vector<std::string> variants;
  /// Print the result of the steps with these names ("all": after each) through
  /// `on_ir`.
  std::vector<std::string> print_after;
  std::function<void(std::string_view step, std::string_view ir)> on_ir;
  /// Write the result of each step, and for each kernel its description,
  /// rewrites, plan, LLVM IR and assembly, to files of this folder; empty: do
  /// not.
  std::string dump_directory;
  /// Told the absolute path of each file that the model is read from: its own,
  /// and those with external data.
  std::function<void(const std::string &path)> on_source;
  /// Called when each step ends.
  std::function<void(std::string_view step, double ms)> on_step;
  /// Told, as one line of text, what is wrong with the model but changes no
  /// result, and which kernels fall back.
  std::function<void(const std::string &text)> on_warning;
  /// Dimensions of inputs with one name must have one extent. Otherwise the
  /// package can also run where they have several, only slower.
  bool strict_names = false;
  /// Inputs and their shapes ("?x3x?x?"): extents that the model fixes are made
  /// free where `?` is (frontend/onnx/reopen/dynamic_input.h).
  std::vector<std::pair<std::string, std::string>> dynamic;
  /// bf16: the factors of sums of products of f32 are rounded to it
  /// (passes/round_factors.h). f32: the model is computed as it says.
  DType precision = DType::f32;
  /// Fail if a kernel falls back, or if any other part of the model would run
  /// on the host although it is not host work (package/host_work.def).
  bool require_target = false;
  /// Keep the code of kernels in the user's cache, and take it from there
  /// (DiskCache::user_folder).
  bool cache = true;
  /// Optional steps (optional_steps.h) that are left out.
  SkippedSteps skipped;
};

/// Compiles an ONNX file. External data is read relative to its directory.
Result<Package> compile_file(const std::string &path,
                             const CompileOptions &options);
/// Compiles a serialised ModelProto. External data is read relative to
/// `directory`.
Result<Package> compile_bytes(std::span<const uint8_t> model,
                              const std::string &directory,
                              const CompileOptions &options);

} // namespace landfall::compiler
