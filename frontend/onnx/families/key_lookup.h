//===- key_lookup.h - Tables of keys and values -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// values[k] where x = keys[k], the last such k; `otherwise`, of rank 0 and the
/// values' type, where there is none. NaN equals NaN. Keys and values are
/// equally many; keys are strings if and only if x is.
Tensor look_up(const Node &node, Tensor x, const ConstantData &keys,
               const ConstantData &values, Tensor otherwise);

/// A list of strings as data.
ConstantData text_list(const Node &node, const std::vector<std::string> &texts);

} // namespace landfall::frontend
