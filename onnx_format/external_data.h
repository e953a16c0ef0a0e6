//===- external_data.h - Tensors kept beside the model ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "onnx_format/proto.h"

#include <map>
#include <string>

namespace landfall::onnx {

/// Where a model's bytes live: the model itself, and the files of its external
/// tensors, which are mapped once, on first use.
class ModelStore {
public:
  /// `owner` keeps the model's own bytes alive; `directory` may be empty: then
  /// external data is refused.
  ModelStore(std::shared_ptr<const void> owner, std::string directory)
      : owner_(std::move(owner)), directory_(std::move(directory)) {}

  /// The bytes that `entries` (TensorProto.external_data) describe. Locations
  /// that leave the model's directory, also through a symbolic link, and ranges
  /// outside the file are `invalid_model` errors.
  Result<Bytes> external(const std::vector<StringStringEntry> &entries);

  const std::shared_ptr<const void> &owner() const { return owner_; }

private:
  Result<Bytes> map(const std::string &location);

  std::shared_ptr<const void> owner_;
  std::string directory_;
  std::map<std::string, Bytes> mapped_;
};

} // namespace landfall::onnx
