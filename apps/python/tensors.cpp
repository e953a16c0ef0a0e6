//===- tensors.cpp - Tensors of other libraries ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/python/tensors.h"

#include "apps/python/element_types.h"

#include <string>

namespace nb = nanobind;

namespace landfall::python {

namespace {

/// 0: none that Landfall has.
lf_dtype dtype_of(nb::dlpack::dtype element) {
  for (const ElementType &known : element_types)
    if (known.dlpack() == element)
      return known.type;
  return 0;
}

[[noreturn]] void refuse(nb::handle object, const char *why) {
  std::string message = std::string("an input is a ") +
                        nb::str(object.type().attr("__name__")).c_str() + " " +
                        why;
  throw lf::Error(LF_INVALID_ARGUMENT, message.c_str());
}

} // namespace

Argument from_tensor(nb::handle object) {
  if (PyLong_Check(object.ptr())) {
    auto number = nb::cast<int64_t>(object);
    return {lf::Value::tensor(LF_INT64, {}, &number, sizeof number), {}};
  }
  // c_contig makes a copy of what is not dense and row-major.
  using Tensor = nb::ndarray<nb::ro, nb::device::cpu, nb::c_contig>;
  Tensor tensor;
  if (!nb::try_cast(object, tensor))
    refuse(object, "that gives no view of the host's memory through DLPack");
  lf_dtype dtype = dtype_of(tensor.dtype());
  if (dtype == 0)
    refuse(object, "with elements of a type that Landfall has not");
  std::vector<int64_t> dims(tensor.shape_ptr(),
                            tensor.shape_ptr() + tensor.ndim());
  lf::Value value =
      lf::Value::borrow(dtype, dims, tensor.data(), tensor.nbytes());
  // The tensor itself is kept, since it may be a copy.
  nb::capsule keep(new Tensor(std::move(tensor)), [](void *held) noexcept {
    delete static_cast<Tensor *>(held);
  });
  return {std::move(value), {std::move(keep)}};
}

nb::object to_torch(lf::Value value) {
  const ElementType *known = element_type(value.dtype());
  if (!known)
    throw lf::Error(LF_UNSUPPORTED,
                    "an output is no tensor of a type that torch has");
  auto *owner = new lf::Value(std::move(value));
  nb::capsule keep(owner, [](void *held) noexcept {
    delete static_cast<lf::Value *>(held);
  });
  const lf_value *tensor = owner->get();
  std::vector<size_t> dims;
  for (size_t d = 0; d < lf_tensor_rank(tensor); ++d)
    dims.push_back(static_cast<size_t>(lf_tensor_dims(tensor)[d]));
  return nb::cast(nb::ndarray<nb::pytorch>(
      const_cast<void *>(lf_tensor_data(tensor)), dims.size(), dims.data(),
      keep, nullptr, known->dlpack()));
}

} // namespace landfall::python
