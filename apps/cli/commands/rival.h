//===- rival.h - onnxruntime, in a process of its own ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/commands/child_process.h"
#include "apps/cli/report/json.h"
#include "apps/cli/tensors/tensor_file.h"

namespace landfall::cli {

/// A directory for files that pass between processes; gone at the end.
class TemporaryDirectory {
public:
  static Result<TemporaryDirectory> create();
  TemporaryDirectory(TemporaryDirectory &&other) noexcept
      : path_(std::exchange(other.path_, {})) {}
  ~TemporaryDirectory();

  std::string file(const std::string &name) const { return path_ + "/" + name; }

private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// A Python process with onnxruntime that has loaded the model and runs it on
/// request; between requests it blocks on its input.
class Rival {
public:
  /// `python`: the interpreter; empty: the repository's .venv, then python3 of
  /// the PATH, the first that has onnxruntime. `unsupported` if none has.
  static Result<Rival> start(const std::string &model, int threads,
                             const std::string &python);

  const std::string &version() const { return version_; }
  Status set_inputs(const std::vector<NamedTensor> &inputs);
  /// Runs `count` times, after `warm_up` runs; the milliseconds of each.
  Result<std::vector<double>> run(int count, int warm_up);
  /// The outputs of the last run, in the model's order; nothing for outputs
  /// that are no tensors.
  Result<std::vector<std::optional<Tensor>>> outputs(size_t count);

private:
  Rival(ChildProcess child, TemporaryDirectory directory)
      : child_(std::move(child)), directory_(std::move(directory)) {}

  Result<Json> ask(const Json &question);

  ChildProcess child_;
  TemporaryDirectory directory_;
  std::string version_;
};

} // namespace landfall::cli
