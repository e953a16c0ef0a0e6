//===- prepared_inputs.h - Inputs ready for a run --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/tensors/input_request.h"
#include "apps/cli/tensors/tensor.h"

#include <optional>

namespace landfall::cli {

/// The type and source of an input, as text.
struct InputNote {
  std::string name;
  std::string type;   ///< "float32 1x3x224x224".
  std::string source; ///< "random, seed 0".
};

struct PreparedInputs {
  std::vector<lf::Value> values; ///< In the entry point's order.
  /// What the values view; none for an absent optional.
  std::vector<std::optional<Tensor>> tensors;
  std::vector<InputNote> notes;
  /// Free dimensions without a given extent, which were set to 1.
  std::vector<std::string> assumed;
  std::vector<std::string> files; ///< That were read.
};

/// Reads and makes the inputs. A free dimension takes its extent from --dim,
/// --shape, or a file's tensor that has the same name in its shape; else it is
/// 1. Whether the values fit the model is for the session to say.
Result<PreparedInputs> prepare_inputs(const lf::Entry &entry,
                                      const InputRequest &request);

/// The values, for a run.
std::vector<const lf_value *> pointers(const PreparedInputs &inputs);

/// "N, H and W were taken as 1"; "" if there are none.
std::string assumption_text(const PreparedInputs &inputs);

} // namespace landfall::cli
