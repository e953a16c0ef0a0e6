//===- provider.h - The execution provider of one session -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/claims.h"
#include "adapters/onnxruntime/kernel.h"

#include <map>
#include <memory>

namespace landfall::onnxruntime {

/// Claims parts of a session's graph, each compiled for the device while it is
/// claimed, and makes their kernels. Used by the one thread that makes the
/// session.
class Provider : public OrtEp {
public:
  Provider(const Api &api, Options options, Log log);

private:
  static const char *get_name(const OrtEp *);
  static OrtStatus *get_capability(OrtEp *, const OrtGraph *,
                                   OrtEpGraphSupportInfo *);
  static OrtStatus *compile(OrtEp *, const OrtGraph **, const OrtNode **,
                            size_t count, OrtNodeComputeInfo **, OrtNode **);
  static void release_kernels(OrtEp *, OrtNodeComputeInfo **, size_t count);

  void claim_in(const Graph &graph, OrtEpGraphSupportInfo *info);
  std::unique_ptr<Kernel> make_kernel(const Graph &graph, const Node &fused,
                                      OrtNode **context_node);
  std::unique_ptr<Kernel> make_compiled(const Graph &graph, const Node &fused,
                                        const NodePorts &ports,
                                        OrtNode **context_node);
  /// NULL: ONNX Runtime cannot run the part.
  std::unique_ptr<Judge> make_judge(const PartModel &model,
                                    const std::string &name);

  const Api &api_;
  Options options_;
  Log log_;
  /// What the last graph's claims were compiled to, by signature().
  std::map<std::string, std::shared_ptr<const CompiledPart>> parts_;
};

} // namespace landfall::onnxruntime
