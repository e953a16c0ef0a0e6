//===- host_value.cpp - Values as the user holds them ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/host_value.h"

#include "base/element_count.h"

#include <fmt/format.h>

namespace landfall::runtime {

int64_t HostTensor::element_count() const {
  return landfall::element_count(dims);
}

HostTensor make_tensor(DType dtype, std::vector<int64_t> dims) {
  HostTensor tensor;
  tensor.dtype = dtype;
  tensor.dims = std::move(dims);
  size_t count = static_cast<size_t>(tensor.element_count());
  if (dtype == DType::string) {
    tensor.strings.resize(count);
    return tensor;
  }
  size_t bytes = count * size_of(dtype);
  uint8_t *made = new (std::nothrow) uint8_t[bytes]();
  if (!made)
    throw NoMemory(fmt::format("there is no memory for a {} tensor of shape {} "
                               "({} bytes)",
                               name(dtype), fmt::join(tensor.dims, "x"),
                               bytes));
  std::shared_ptr<uint8_t> memory(made, std::default_delete<uint8_t[]>());
  tensor.bytes.data = {memory.get(), bytes};
  tensor.bytes.owner = std::move(memory);
  return tensor;
}

} // namespace landfall::runtime
