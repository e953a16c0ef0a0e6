//===- tensors.cpp - Tensors of numbers in C ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/tensors.h"
#include "runtime/run_value.h"

#include <cstring>
#include <fmt/format.h>

namespace landfall::c_api {

Result<std::vector<int64_t>> dims_of(const int64_t *dims, size_t rank) {
  if (!dims && rank > 0)
    return missing("dims");
  constexpr size_t rank_limit = 1024; // Above any model's.
  if (rank > rank_limit)
    return Error{ErrorCode::invalid_argument,
                 fmt::format("a tensor has a rank of at most {}, and {} was "
                             "given",
                             rank_limit, rank)};
  return std::vector<int64_t>(dims, dims + rank);
}

Result<size_t> count_of(const std::vector<int64_t> &dims) {
  Result<size_t> count = runtime::tensor_bytes(DType::u8, dims);
  if (!count)
    return Error{ErrorCode::invalid_argument, count.error().message};
  return count;
}

Result<runtime::HostTensor> shaped(lf_dtype dtype, const int64_t *dims,
                                   size_t rank, size_t &bytes) {
  std::optional<DType> known = dtype_from_onnx(dtype);
  if (!known || *known == DType::string)
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{} is no element type of a tensor of numbers",
                             static_cast<int>(dtype))};
  runtime::HostTensor tensor;
  tensor.dtype = *known;
  tensor.dims = TRY(dims_of(dims, rank));
  Result<size_t> expected = runtime::tensor_bytes(*known, tensor.dims);
  if (!expected)
    return Error{ErrorCode::invalid_argument, expected.error().message};
  bytes = *expected;
  return tensor;
}

namespace {

Status check_bytes(const runtime::HostTensor &tensor, size_t expected,
                   size_t given) {
  if (expected == given)
    return {};
  return Error{ErrorCode::invalid_argument,
               fmt::format("a {} tensor of shape {} has {} bytes; {} were "
                           "given",
                           name(tensor.dtype), runtime::dims_text(tensor.dims),
                           expected, given)};
}

/// A tensor of zeros of the shape.
runtime::HostTensor allocated(const runtime::HostTensor &shape) {
  return runtime::make_tensor(shape.dtype, shape.dims);
}

bool is_packed(DType type) {
  return type != DType::boolean && info(type).bits < 8;
}

size_t packed_bytes(DType type, size_t count) {
  size_t bits = is_packed(type) ? info(type).bits : size_of(type) * 8;
  return (count * bits + 7) / 8;
}

/// One byte an element from the low bits up; signed ones are sign-extended.
void unpack(DType type, const uint8_t *from, size_t count, uint8_t *to) {
  size_t bits = info(type).bits, per_byte = 8 / bits;
  for (size_t i = 0; i < count; ++i) {
    int element =
        from[i / per_byte] >> (i % per_byte * bits) & ((1 << bits) - 1);
    to[i] = static_cast<uint8_t>(is_integer(type) ? wrap_integer(type, element)
                                                  : element);
  }
}

void pack(DType type, const uint8_t *from, size_t count, uint8_t *to) {
  size_t bits = info(type).bits, per_byte = 8 / bits;
  std::memset(to, 0, packed_bytes(type, count));
  for (size_t i = 0; i < count; ++i)
    to[i / per_byte] |= (from[i] & ((1 << bits) - 1)) << (i % per_byte * bits);
}

Result<runtime::HostTensor> unpacked(lf_dtype dtype, const int64_t *dims,
                                     size_t rank, const void *data,
                                     size_t bytes) {
  size_t expected = 0;
  runtime::HostTensor shape = TRY(shaped(dtype, dims, rank, expected));
  auto count = static_cast<size_t>(shape.element_count());
  TRY(check_bytes(shape, packed_bytes(shape.dtype, count), bytes));
  if (!data && bytes > 0)
    return missing("data");
  runtime::HostTensor tensor = allocated(shape);
  if (is_packed(shape.dtype))
    unpack(shape.dtype, static_cast<const uint8_t *>(data), count,
           writable(tensor));
  else if (bytes > 0)
    std::memcpy(writable(tensor), data, bytes);
  return tensor;
}

} // namespace

} // namespace landfall::c_api

using namespace landfall;
using namespace landfall::c_api;

extern "C" {

lf_status lf_tensor_create(lf_dtype dtype, const int64_t *dims, size_t rank,
                           const void *data, size_t bytes, lf_value **value,
                           lf_error **error) {
  return make("value", value, error, [&]() -> MadeValue {
    size_t expected = 0;
    runtime::HostTensor shape = TRY(shaped(dtype, dims, rank, expected));
    TRY(check_bytes(shape, expected, bytes));
    runtime::HostTensor tensor = allocated(shape);
    if (data && bytes > 0)
      std::memcpy(writable(tensor), data, bytes);
    return wrap_tensor(std::move(tensor));
  });
}

lf_status lf_tensor_borrow(lf_dtype dtype, const int64_t *dims, size_t rank,
                           const void *data, size_t bytes, lf_value **value,
                           lf_error **error) {
  return make("value", value, error, [&]() -> MadeValue {
    size_t expected = 0;
    runtime::HostTensor tensor = TRY(shaped(dtype, dims, rank, expected));
    TRY(check_bytes(tensor, expected, bytes));
    if (!data && bytes > 0)
      return missing("data");
    tensor.bytes.data = {static_cast<const uint8_t *>(data), bytes};
    return wrap_tensor(std::move(tensor));
  });
}

lf_status lf_tensor_reserve(lf_dtype dtype, void *data, size_t bytes,
                            lf_value **value, lf_error **error) {
  return make("value", value, error, [&]() -> MadeValue {
    int64_t none = 0;
    size_t expected = 0;
    runtime::HostTensor tensor = TRY(shaped(dtype, &none, 1, expected));
    if (!data && bytes > 0)
      return missing("data");
    auto wrapped = lf_value::wrap({std::move(tensor)});
    wrapped->room = {static_cast<uint8_t *>(data), bytes};
    return wrapped;
  });
}

lf_status lf_tensor_create_packed(lf_dtype dtype, const int64_t *dims,
                                  size_t rank, const void *data, size_t bytes,
                                  lf_value **value, lf_error **error) {
  return make("value", value, error, [&]() -> MadeValue {
    return wrap_tensor(TRY(unpacked(dtype, dims, rank, data, bytes)));
  });
}

size_t lf_tensor_packed_bytes(const lf_value *value) {
  const runtime::HostTensor *tensor = value ? value->tensor() : nullptr;
  return tensor ? packed_bytes(tensor->dtype, lf_tensor_element_count(value))
                : 0;
}

lf_status lf_tensor_copy_packed(const lf_value *value, void *data, size_t bytes,
                                lf_error **error) {
  return guard(error, "tensor", [&]() -> Status {
    const runtime::HostTensor *tensor = value ? value->tensor() : nullptr;
    if (!tensor || tensor->dtype == DType::string)
      return Error{ErrorCode::invalid_argument,
                   "the value is no tensor of numbers"};
    size_t needed = lf_tensor_packed_bytes(value);
    if (bytes < needed)
      return Error{ErrorCode::invalid_argument,
                   fmt::format("the tensor needs {} bytes, there are {}",
                               needed, bytes)};
    if (!data && needed > 0)
      return missing("data");
    const uint8_t *elements = tensor->bytes.data.data();
    if (is_packed(tensor->dtype))
      pack(tensor->dtype, elements, lf_tensor_element_count(value),
           static_cast<uint8_t *>(data));
    else if (needed > 0)
      std::memcpy(data, elements, needed);
    return {};
  });
}
}
