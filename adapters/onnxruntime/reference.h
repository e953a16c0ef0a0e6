//===- reference.h - A part, run by ONNX Runtime itself ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/model_writer.h"
#include "adapters/onnxruntime/tensors.h"

#include <string>
#include <vector>

namespace landfall::onnxruntime {

/// A session of ONNX Runtime's CPU provider for a part of a graph. Runs may
/// overlap.
class Reference {
public:
  /// `threads` 0: as many as ONNX Runtime chooses.
  Reference(const Api &api, const PartModel &model, int64_t threads);
  ~Reference();
  Reference(const Reference &) = delete;
  Reference &operator=(const Reference &) = delete;

  /// The model's inputs and outputs, by name.
  std::vector<OwnedOrtValue> run(const std::vector<std::string> &input_names,
                                 const std::vector<const OrtValue *> &inputs,
                                 const std::vector<std::string> &output_names);

private:
  const Api &api_;
  OrtEnv *env_ = nullptr;
  OrtSession *session_ = nullptr;
};

/// Copies a tensor to another one of its type and shape. Throws Failure if they
/// are of other sizes.
void copy_tensor(const Api &api, const OrtValue *from, OrtValue *to);

/// How far two tensors are from each other: the largest difference of two
/// elements, relative to the largest element of `expected`. Infinite for
/// another type or shape, and for strings, bools and integers of 16 bits and
/// more that differ at all; integers of 8 bits may differ by one, as rounding
/// makes them.
double distance(const Api &api, const OrtValue *expected,
                const OrtValue *actual);

} // namespace landfall::onnxruntime
