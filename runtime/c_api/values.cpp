//===- values.cpp - What values are, in C ---------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/objects.h"

using namespace landfall;

namespace {

const runtime::HostTensor *tensor_of(const lf_value *value) {
  return value ? value->tensor() : nullptr;
}

} // namespace

extern "C" {

const char *lf_dtype_name(lf_dtype dtype) {
  std::optional<DType> known = dtype_from_onnx(dtype);
  return known ? name(*known).data() : nullptr; // A literal, with its NUL.
}

lf_dtype lf_dtype_from_name(const char *text) {
  std::optional<DType> known = dtype_from_name(text ? text : "");
  return known ? info(*known).onnx : 0;
}

size_t lf_dtype_size(lf_dtype dtype) {
  std::optional<DType> known = dtype_from_onnx(dtype);
  bool has_size = known && *known != DType::string;
  return has_size ? static_cast<size_t>(size_of(*known)) : 0;
}

void lf_value_free(lf_value *value) { delete value; }

lf_kind lf_value_kind(const lf_value *value) {
  return value ? static_cast<lf_kind>(value->value.value.index()) : LF_NONE;
}

lf_dtype lf_tensor_dtype(const lf_value *value) {
  const runtime::HostTensor *tensor = tensor_of(value);
  return static_cast<lf_dtype>(tensor ? info(tensor->dtype).onnx : 0);
}

size_t lf_tensor_rank(const lf_value *value) {
  const runtime::HostTensor *tensor = tensor_of(value);
  return tensor ? tensor->dims.size() : 0;
}

const int64_t *lf_tensor_dims(const lf_value *value) {
  const runtime::HostTensor *tensor = tensor_of(value);
  return tensor ? tensor->dims.data() : nullptr;
}

size_t lf_tensor_element_count(const lf_value *value) {
  const runtime::HostTensor *tensor = tensor_of(value);
  return tensor ? static_cast<size_t>(tensor->element_count()) : 0;
}

size_t lf_tensor_bytes(const lf_value *value) {
  const runtime::HostTensor *tensor = tensor_of(value);
  return tensor ? tensor->bytes.data.size() : 0;
}

const void *lf_tensor_data(const lf_value *value) {
  const runtime::HostTensor *tensor = tensor_of(value);
  return tensor ? tensor->bytes.data.data() : nullptr;
}
}
