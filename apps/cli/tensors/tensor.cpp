//===- tensor.cpp - Tensors between files and the library -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/tensor.h"

#include "apps/cli/report/attempt.h"
#include "base/element_count.h"

namespace landfall::cli {

int64_t Tensor::element_count() const { return landfall::element_count(dims); }

Tensor make_tensor(DType dtype, std::vector<int64_t> dims) {
  Tensor tensor;
  tensor.dtype = dtype;
  tensor.dims = std::move(dims);
  auto count = static_cast<size_t>(tensor.element_count());
  if (dtype == DType::string)
    tensor.strings.resize(count);
  else
    tensor.bytes = share_bytes(
        std::vector<uint8_t>(count * static_cast<size_t>(size_of(dtype))));
  return tensor;
}

Result<lf::Value> to_value(const Tensor &tensor) {
  return attempt([&] {
    if (tensor.dtype == DType::string)
      return lf::Value::strings(tensor.dims, tensor.strings);
    return lf::Value::borrow(info(tensor.dtype).onnx, tensor.dims,
                             tensor.bytes.data.data(),
                             tensor.bytes.data.size());
  });
}

Tensor from_value(const lf_value *value, std::shared_ptr<const void> owner) {
  Tensor tensor;
  tensor.dtype =
      dtype_from_onnx(lf_tensor_dtype(value)).value_or(DType::string);
  const int64_t *dims = lf_tensor_dims(value);
  tensor.dims.assign(dims, dims + lf_tensor_rank(value));
  if (tensor.dtype == DType::string)
    for (size_t i = 0; i < lf_tensor_element_count(value); ++i)
      tensor.strings.emplace_back(lf_tensor_string(value, i),
                                  lf_tensor_string_size(value, i));
  tensor.bytes = {std::move(owner),
                  {static_cast<const uint8_t *>(lf_tensor_data(value)),
                   lf_tensor_bytes(value)}};
  return tensor;
}

} // namespace landfall::cli
