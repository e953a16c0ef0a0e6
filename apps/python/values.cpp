//===- values.cpp - Host values to and from Python -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "apps/python/values.h"

#include <fmt/format.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

namespace nb = nanobind;

namespace landfall::python {

namespace {

nb::object numpy() { return nb::module_::import_("numpy"); }

/// numpy's dtype object for an element type; narrow floats and 2/4-bit integers
/// are ml_dtypes'.
nb::object numpy_dtype(DType type) {
  std::string text(name(type));
  if (type == DType::string)
    text = "object";
  nb::object dtype = numpy().attr("dtype");
  bool is_numpy = !is_narrow_real(type) || type == DType::f16;
  if (is_integer(type) && info(type).bits < 8)
    is_numpy = false;
  if (is_numpy)
    return dtype(text.c_str());
  return dtype(nb::module_::import_("ml_dtypes").attr(text.c_str()));
}

std::optional<DType> dtype_of(nb::handle array) {
  std::string kind = nb::cast<std::string>(array.attr("dtype").attr("kind"));
  if (kind == "O" || kind == "U" || kind == "S" || kind == "T")
    return DType::string;
  return dtype_from_name(
      nb::cast<std::string>(array.attr("dtype").attr("name")));
}

runtime::HostTensor string_tensor(nb::handle array, std::vector<int64_t> dims) {
  runtime::HostTensor tensor;
  tensor.dtype = DType::string;
  tensor.dims = std::move(dims);
  for (nb::handle item : array.attr("ravel")().attr("tolist")()) {
    if (nb::isinstance<nb::bytes>(item)) {
      auto bytes = nb::cast<nb::bytes>(item);
      tensor.strings.emplace_back(bytes.c_str(), bytes.size());
    } else {
      tensor.strings.push_back(nb::cast<std::string>(nb::str(item)));
    }
  }
  return tensor;
}

/// Keeps a Python object alive; the last owner may hold no GIL.
std::shared_ptr<const void> keep(nb::object object, const void *data) {
  PyObject *raw = object.release().ptr();
  return std::shared_ptr<const void>(data, [raw](const void *) {
    nb::gil_scoped_acquire gil;
    Py_DECREF(raw);
  });
}

Result<runtime::HostTensor> tensor_from(nb::handle value) {
  // ascontiguousarray makes rank 0 rank 1.
  nb::object original = numpy().attr("asarray")(value);
  nb::object native = original.attr("dtype").attr("newbyteorder")("=");
  nb::object array =
      numpy().attr("ascontiguousarray")(original, nb::arg("dtype") = native);
  std::vector<int64_t> dims;
  for (nb::handle extent : original.attr("shape"))
    dims.push_back(nb::cast<int64_t>(extent));
  auto dtype = dtype_of(array);
  if (!dtype)
    return Error{ErrorCode::invalid_argument,
                 fmt::format("arrays of dtype {} are not supported",
                             nb::str(nb::object(array.attr("dtype"))).c_str())};
  if (*dtype == DType::string)
    return string_tensor(original, std::move(dims));
  runtime::HostTensor tensor;
  tensor.dtype = *dtype;
  tensor.dims = std::move(dims);
  auto address = nb::cast<uintptr_t>(array.attr("ctypes").attr("data"));
  const auto *data = reinterpret_cast<const uint8_t *>(address);
  size_t bytes = tensor.element_count() * size_of(*dtype);
  tensor.bytes = {keep(array, data), {data, bytes}};
  return tensor;
}

nb::tuple shape_tuple(const runtime::HostTensor &tensor) {
  nb::list dims;
  for (int64_t extent : tensor.dims)
    dims.append(extent);
  return nb::tuple(dims);
}

nb::object strings_to_python(const runtime::HostTensor &tensor) {
  nb::list items;
  for (const std::string &text : tensor.strings)
    items.append(nb::str(text.data(), text.size()));
  nb::object flat =
      numpy().attr("empty")(tensor.strings.size(), numpy_dtype(tensor.dtype));
  flat.attr("__setitem__")(nb::slice(nb::none(), nb::none(), nb::none()),
                           items);
  return flat.attr("reshape")(shape_tuple(tensor));
}

/// An array over the tensor's own bytes, which it keeps alive.
nb::object tensor_to_python(const runtime::HostTensor &tensor) {
  if (tensor.dtype == DType::string)
    return strings_to_python(tensor);
  auto *share = new Bytes(tensor.bytes);
  nb::capsule owner(share,
                    [](void *p) noexcept { delete static_cast<Bytes *>(p); });
  size_t size = share->data.size();
  nb::ndarray<nb::numpy, uint8_t> bytes(
      const_cast<uint8_t *>(share->data.data()), {size}, owner);
  return nb::cast(bytes)
      .attr("view")(numpy_dtype(tensor.dtype))
      .attr("reshape")(shape_tuple(tensor));
}

} // namespace

Result<runtime::HostValue> from_python(nb::handle value) {
  if (value.is_none())
    return runtime::HostValue{};
  if (nb::isinstance<nb::list>(value) || nb::isinstance<nb::tuple>(value)) {
    runtime::HostSequence sequence;
    for (nb::handle item : value)
      sequence.push_back(TRY(from_python(item)));
    return runtime::HostValue{std::move(sequence)};
  }
  return runtime::HostValue{TRY(tensor_from(value))};
}

nb::object to_python(const runtime::HostValue &value) {
  if (auto *tensor = std::get_if<runtime::HostTensor>(&value.value))
    return tensor_to_python(*tensor);
  if (auto *sequence = std::get_if<runtime::HostSequence>(&value.value)) {
    nb::list items;
    for (const runtime::HostValue &item : *sequence)
      items.append(to_python(item));
    return items;
  }
  if (auto *map = std::get_if<runtime::HostMap>(&value.value)) {
    nb::dict items;
    for (const auto &[key, tensor] : map->entries) {
      nb::object python_key = std::holds_alternative<int64_t>(key)
                                  ? nb::cast(std::get<int64_t>(key))
                                  : nb::cast(std::get<std::string>(key));
      items[python_key] = tensor_to_python(tensor).attr("item")();
    }
    return items;
  }
  return nb::none();
}

} // namespace landfall::python
