//===- values.cpp - Tensors, sequences and maps in C ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/objects.h"
#include "runtime/run_value.h"

#include <cstring>
#include <fmt/format.h>

using namespace landfall;
using namespace landfall::c_api;

std::unique_ptr<lf_value> lf_value::wrap(runtime::HostValue value) {
  auto wrapped = std::make_unique<lf_value>();
  wrapped->value = std::move(value);
  if (auto *list = std::get_if<runtime::HostSequence>(&wrapped->value.value))
    for (const runtime::HostValue &element : *list)
      wrapped->elements.push_back(wrap(element));
  if (auto *map = std::get_if<runtime::HostMap>(&wrapped->value.value))
    for (const auto &entry : map->entries)
      wrapped->elements.push_back(wrap({entry.second}));
  return wrapped;
}

namespace {

/// A tensor without its elements, whose number is checked against `bytes`.
Result<runtime::HostTensor> shaped(lf_dtype dtype, const int64_t *dims,
                                   size_t rank, size_t bytes) {
  std::optional<DType> known = dtype_from_onnx(dtype);
  if (!known || *known == DType::string)
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{} is no element type of a numeric tensor",
                             static_cast<int>(dtype))};
  if (!dims && rank > 0)
    return missing("dims");
  runtime::HostTensor tensor;
  tensor.dtype = *known;
  tensor.dims.assign(dims, dims + rank);
  Result<size_t> expected = runtime::tensor_bytes(*known, tensor.dims);
  if (!expected)
    return Error{ErrorCode::invalid_argument, expected.error().message};
  if (*expected != bytes)
    return Error{ErrorCode::invalid_argument,
                 fmt::format("a {} tensor of shape {} has {} bytes; {} were "
                             "given",
                             name(*known), runtime::dims_text(tensor.dims),
                             *expected, bytes)};
  return tensor;
}

const std::variant<int64_t, std::string> *map_key(const lf_value *value,
                                                  size_t number) {
  auto *map = std::get_if<runtime::HostMap>(&value->value.value);
  return map && number < map->entries.size() ? &map->entries[number].first
                                             : nullptr;
}

} // namespace

extern "C" {

lf_status lf_tensor_create(lf_dtype dtype, const int64_t *dims, size_t rank,
                           const void *data, size_t bytes, lf_value **value,
                           lf_error **error) {
  *value = nullptr;
  return guard(error, [&]() -> Status {
    runtime::HostTensor shape = TRY(shaped(dtype, dims, rank, bytes));
    runtime::HostTensor tensor = runtime::make_tensor(shape.dtype, shape.dims);
    if (data && bytes > 0)
      std::memcpy(const_cast<uint8_t *>(tensor.bytes.data.data()), data, bytes);
    *value = lf_value::wrap({std::move(tensor)}).release();
    return {};
  });
}

lf_status lf_tensor_borrow(lf_dtype dtype, const int64_t *dims, size_t rank,
                           const void *data, size_t bytes, lf_value **value,
                           lf_error **error) {
  *value = nullptr;
  return guard(error, [&]() -> Status {
    runtime::HostTensor tensor = TRY(shaped(dtype, dims, rank, bytes));
    if (!data && bytes > 0)
      return missing("data");
    tensor.bytes.data = {static_cast<const uint8_t *>(data), bytes};
    *value = lf_value::wrap({std::move(tensor)}).release();
    return {};
  });
}

lf_status lf_tensor_create_strings(const int64_t *dims, size_t rank,
                                   const char *const *strings, lf_value **value,
                                   lf_error **error) {
  *value = nullptr;
  return guard(error, [&]() -> Status {
    if (!dims && rank > 0)
      return missing("dims");
    std::vector<int64_t> shape(dims, dims + rank);
    // Counted as if each took a byte: at least that many pointers are read.
    Result<size_t> count = runtime::tensor_bytes(DType::u8, shape);
    if (!count)
      return Error{ErrorCode::invalid_argument, count.error().message};
    runtime::HostTensor tensor;
    tensor.dtype = DType::string;
    tensor.dims = std::move(shape);
    for (size_t i = 0; i < *count; ++i)
      tensor.strings.push_back(strings[i] ? strings[i] : "");
    *value = lf_value::wrap({std::move(tensor)}).release();
    return {};
  });
}

lf_status lf_sequence_create(const lf_value *const *elements, size_t count,
                             lf_value **value, lf_error **error) {
  *value = nullptr;
  return guard(error, [&]() -> Status {
    runtime::HostSequence list;
    for (size_t i = 0; i < count; ++i) {
      if (!elements[i])
        return missing("elements[i]");
      list.push_back(elements[i]->value);
    }
    *value = lf_value::wrap({std::move(list)}).release();
    return {};
  });
}

lf_status lf_none_create(lf_value **value, lf_error **error) {
  *value = nullptr;
  return guard(error, [&]() -> Status {
    *value = new lf_value;
    return {};
  });
}

void lf_value_free(lf_value *value) { delete value; }

lf_kind lf_value_kind(const lf_value *value) {
  return static_cast<lf_kind>(value->value.value.index());
}

lf_dtype lf_tensor_dtype(const lf_value *value) {
  const runtime::HostTensor *tensor = value->tensor();
  return static_cast<lf_dtype>(tensor ? info(tensor->dtype).onnx : 0);
}

size_t lf_tensor_rank(const lf_value *value) {
  return value->tensor() ? value->tensor()->dims.size() : 0;
}

const int64_t *lf_tensor_dims(const lf_value *value) {
  return value->tensor() ? value->tensor()->dims.data() : nullptr;
}

size_t lf_tensor_bytes(const lf_value *value) {
  return value->tensor() ? value->tensor()->bytes.data.size() : 0;
}

const void *lf_tensor_data(const lf_value *value) {
  return value->tensor() ? value->tensor()->bytes.data.data() : nullptr;
}

const char *lf_tensor_string(const lf_value *value, size_t element) {
  const runtime::HostTensor *tensor = value->tensor();
  bool exists = tensor && element < tensor->strings.size();
  return exists ? tensor->strings[element].c_str() : "";
}

size_t lf_value_count(const lf_value *value) { return value->elements.size(); }

const lf_value *lf_value_element(const lf_value *value, size_t number) {
  return number < value->elements.size() ? value->elements[number].get()
                                         : nullptr;
}

const char *lf_map_text_key(const lf_value *value, size_t number) {
  auto *key = map_key(value, number);
  auto *text = key ? std::get_if<std::string>(key) : nullptr;
  return text ? text->c_str() : nullptr;
}

int64_t lf_map_integer_key(const lf_value *value, size_t number) {
  auto *key = map_key(value, number);
  auto *integer = key ? std::get_if<int64_t>(key) : nullptr;
  return integer ? *integer : 0;
}
}
