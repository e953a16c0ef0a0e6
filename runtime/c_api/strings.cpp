//===- strings.cpp - Tensors of strings in C ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/tensors.h"

using namespace landfall;
using namespace landfall::c_api;

namespace {

const std::string *string_at(const lf_value *value, size_t element) {
  const runtime::HostTensor *tensor = value ? value->tensor() : nullptr;
  bool exists = tensor && element < tensor->strings.size();
  return exists ? &tensor->strings[element] : nullptr;
}

} // namespace

extern "C" {

lf_status lf_tensor_create_strings(const int64_t *dims, size_t rank,
                                   const char *const *strings,
                                   const size_t *sizes, lf_value **value,
                                   lf_error **error) {
  return make("value", value, error, [&]() -> MadeValue {
    runtime::HostTensor tensor;
    tensor.dtype = DType::string;
    tensor.dims = TRY(dims_of(dims, rank));
    size_t count = TRY(count_of(tensor.dims));
    if (!strings && count > 0)
      return missing("strings");
    for (size_t i = 0; i < count; ++i) {
      if (!strings[i])
        return missing("strings[i]");
      tensor.strings.push_back(sizes ? std::string(strings[i], sizes[i])
                                     : std::string(strings[i]));
    }
    return wrap_tensor(std::move(tensor));
  });
}

const char *lf_tensor_string(const lf_value *value, size_t element) {
  const std::string *text = string_at(value, element);
  return text ? text->c_str() : "";
}

size_t lf_tensor_string_size(const lf_value *value, size_t element) {
  const std::string *text = string_at(value, element);
  return text ? text->size() : 0;
}
}
