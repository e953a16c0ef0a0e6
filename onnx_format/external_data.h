//===- external_data.h - A model's external tensors ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "onnx_format/proto.h"

#include <functional>
#include <map>
#include <string>

namespace landfall::onnx {

/// Owns a model's bytes and the files of its external tensors, each of which is
/// mapped once, on first use.
class ModelStore {
public:
  /// `owner` keeps the model's own bytes alive; `directory` may be empty: then
  /// external data is refused. `on_file` is told the path of each file that is
  /// mapped.
  ModelStore(std::shared_ptr<const void> owner, std::string directory,
             std::function<void(const std::string &)> on_file = {})
      : owner_(std::move(owner)), directory_(std::move(directory)),
        on_file_(std::move(on_file)) {}

  /// The bytes described by `entries` (TensorProto.external_data). Fails with
  /// `invalid_model` for locations outside the model's directory, also through
  /// a symbolic link, and for ranges outside the file.
  Result<Bytes> external(const std::vector<StringStringEntry> &entries);

  const std::shared_ptr<const void> &owner() const { return owner_; }

private:
  Result<Bytes> map(const std::string &location);

  std::shared_ptr<const void> owner_;
  std::string directory_;
  std::function<void(const std::string &)> on_file_;
  std::map<std::string, Bytes> mapped_;
};

} // namespace landfall::onnx
