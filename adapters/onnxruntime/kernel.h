//===- kernel.h - A claimed part as a node of ONNX Runtime ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/judge.h"
#include "adapters/onnxruntime/ort_api.h"

#include <landfall/landfall.hpp>

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace landfall::onnxruntime {

/// The names of a fused node's inputs and outputs, in its order.
struct NodePorts {
  std::vector<std::string> inputs, outputs;
};

/// What ONNX Runtime calls for a fused node. Runs may overlap: each takes a
/// Landfall session from a pool, which makes as many as ever run at once.
class Kernel : public OrtNodeComputeInfo {
public:
  /// `ports` are names of the package's entry "main", or more inputs than it
  /// has. Throws if the device cannot load the package, or a name is missing.
  Kernel(const Api &api, const Options &options, const Log &log,
         const lf::Package &package, NodePorts ports);

  /// Compares runs from now on; not to be called when there are runs.
  void set_judge(std::unique_ptr<Judge> judge) { judge_ = std::move(judge); }

private:
  friend class KernelRun;

  static OrtStatus *create_state(OrtNodeComputeInfo *, OrtNodeComputeContext *,
                                 void **state);
  static OrtStatus *compute(OrtNodeComputeInfo *, void *state,
                            OrtKernelContext *context);
  static void release_state(OrtNodeComputeInfo *, void *state);

  std::unique_ptr<lf::Session> take_session();
  void give_back(std::unique_ptr<lf::Session> session);
  /// Logs what a run warns of (lf_run_options_set_warning), each text once.
  static void warn(void *kernel, const char *text) noexcept;

  const Api &api_;
  Log log_;
  NodePorts ports_;
  lf::Model model_;
  /// For each of the model's ports, the number of the node's; npos: none.
  std::vector<size_t> inputs_, outputs_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<lf::Session>> idle_;
  std::set<std::string> told_; ///< Warnings.
  std::unique_ptr<Judge> judge_;
};

} // namespace landfall::onnxruntime
