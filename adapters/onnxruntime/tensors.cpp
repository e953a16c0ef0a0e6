//===- tensors.cpp - ONNX Runtime's values, read and written --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/tensors.h"

#include "adapters/onnxruntime/element_type.h"

#include <cstring>

namespace landfall::onnxruntime {

namespace {

lf::Value tensor_value(const Api &api, const OrtValue *value) {
  TensorView tensor(api, value);
  std::vector<int64_t> dims(tensor.dims().begin(), tensor.dims().end());
  if (tensor.dtype() == LF_STRING)
    return lf::Value::strings(dims, tensor.strings());
  if (is_packed(tensor.dtype()))
    return lf::Value::packed(tensor.dtype(), dims, tensor.data(),
                             tensor.bytes());
  return lf::Value::borrow(tensor.dtype(), dims, tensor.data(), tensor.bytes());
}

/// The elements are copies of ONNX Runtime's, so ours are copies as well.
lf::Value sequence_value(const Api &api, const OrtValue *value) {
  size_t count = 0;
  check(api, api.GetValueCount(value, &count));
  OrtAllocator *allocator = nullptr;
  check(api, api.GetAllocatorWithDefaultOptions(&allocator));
  std::vector<lf::Value> elements;
  for (size_t i = 0; i < count; ++i) {
    OrtValue *element = nullptr;
    check(api, api.GetValue(value, static_cast<int>(i), allocator, &element));
    OwnedOrtValue owner(api, element);
    TensorView tensor(api, element);
    if (tensor.dtype() == LF_STRING || is_packed(tensor.dtype()))
      elements.push_back(tensor_value(api, element));
    else
      elements.push_back(lf::Value::tensor(
          tensor.dtype(), {tensor.dims().begin(), tensor.dims().end()},
          tensor.data(), tensor.bytes()));
  }
  return lf::Value::sequence(elements);
}

void copy_strings(const Api &api, const lf_value *result, OrtValue *tensor) {
  for (size_t i = 0; i < lf_tensor_element_count(result); ++i) {
    size_t size = lf_tensor_string_size(result, i);
    char *buffer = nullptr;
    check(api,
          api.GetResizedStringTensorElementBuffer(tensor, i, size, &buffer));
    if (size > 0)
      std::memcpy(buffer, lf_tensor_string(result, i), size);
  }
}

} // namespace

TensorView::TensorView(const Api &api, const OrtValue *value)
    : api_(api), value_(value) {
  int type = 0;
  const int64_t *dims = nullptr;
  size_t rank = 0;
  check(api, api.GetTensorElementTypeAndShapeDataReference(value, &type, &dims,
                                                           &rank));
  dtype_ = dtype_from_ort(type);
  dims_ = {dims, rank};
}

size_t TensorView::element_count() const {
  size_t count = 1;
  for (int64_t extent : dims_)
    count *= static_cast<size_t>(extent);
  return count;
}

const void *TensorView::data() const {
  const void *data = nullptr;
  check(api_, api_.GetTensorData(value_, &data));
  return data;
}

size_t TensorView::bytes() const {
  size_t bytes = 0;
  check(api_, api_.GetTensorSizeInBytes(value_, &bytes));
  return bytes;
}

std::vector<std::string> TensorView::strings() const {
  std::vector<std::string> list(element_count());
  for (size_t i = 0; i < list.size(); ++i) {
    size_t length = 0;
    check(api_, api_.GetStringTensorElementLength(value_, i, &length));
    list[i].resize(length);
    check(api_, api_.GetStringTensorElement(value_, length, i, list[i].data()));
  }
  return list;
}

lf::Value to_landfall(const Api &api, const OrtValue *value) {
  int has_value = value != nullptr;
  if (value)
    check(api, api.HasValue(value, &has_value));
  if (!has_value)
    return lf::Value::none();
  int is_tensor = 0;
  check(api, api.IsTensor(value, &is_tensor));
  return is_tensor ? tensor_value(api, value) : sequence_value(api, value);
}

void copy_to_ort(const Api &api, const lf_value *result, OrtValue *tensor) {
  TensorView view(api, tensor);
  if (lf_tensor_dtype(result) != view.dtype() ||
      lf_tensor_element_count(result) != view.element_count())
    throw Failure(ort_fail,
                  std::string("Landfall: a result of type ") +
                      lf_dtype_name(lf_tensor_dtype(result)) +
                      " does not fit the tensor that onnxruntime made for it");
  if (view.dtype() == LF_STRING)
    return copy_strings(api, result, tensor);
  if (view.bytes() == 0)
    return;
  void *data = nullptr;
  check(api, api.GetTensorMutableData(tensor, &data));
  lf::detail::call(lf_tensor_copy_packed, result, data, view.bytes());
}

} // namespace landfall::onnxruntime
