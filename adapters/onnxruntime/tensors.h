//===- tensors.h - ONNX Runtime's values, read and written ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/failure.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace landfall::onnxruntime {

/// A value that is ours to release.
class OwnedOrtValue {
public:
  OwnedOrtValue(const Api &api, OrtValue *value) : api_(&api), value_(value) {}
  ~OwnedOrtValue() {
    if (value_)
      api_->ReleaseValue(value_);
  }
  OwnedOrtValue(OwnedOrtValue &&other) noexcept
      : api_(other.api_), value_(std::exchange(other.value_, nullptr)) {}
  OwnedOrtValue(const OwnedOrtValue &) = delete;
  OwnedOrtValue &operator=(const OwnedOrtValue &) = delete;
  OwnedOrtValue &operator=(OwnedOrtValue &&) = delete;

  OrtValue *get() const { return value_; }

private:
  const Api *api_;
  OrtValue *value_;
};

/// A tensor of ONNX Runtime; it must outlive the view.
class TensorView {
public:
  TensorView(const Api &api, const OrtValue *value);

  lf_dtype dtype() const { return dtype_; } ///< ONNX's number.
  std::span<const int64_t> dims() const { return dims_; }
  size_t element_count() const;
  /// Not of strings. Types below a byte are packed.
  const void *data() const;
  size_t bytes() const;
  std::vector<std::string> strings() const;

private:
  const Api &api_;
  const OrtValue *value_;
  lf_dtype dtype_ = 0;
  std::span<const int64_t> dims_;
};

/// An input of a run. Tensors of whole bytes are used where they lie, so the
/// value must outlive the result; `value` NULL is an absent optional.
lf::Value to_landfall(const Api &api, const OrtValue *value);

/// Writes a result of Landfall into a tensor of ONNX Runtime that has its type
/// and shape. Throws if they differ.
void copy_to_ort(const Api &api, const lf_value *result, OrtValue *tensor);

} // namespace landfall::onnxruntime
