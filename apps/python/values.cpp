//===- values.cpp - Values to and from Python -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/python/values.h"

#include "apps/python/element_types.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace nb = nanobind;

namespace landfall::python {

namespace {

using Owner = std::shared_ptr<lf::Value>;

nb::object numpy() { return nb::module_::import_("numpy"); }

/// The dtype object of an element type; those that numpy has not are
/// ml_dtypes'.
nb::object dtype_object(lf_dtype type) {
  nb::object dtype = numpy().attr("dtype");
  if (type == LF_STRING)
    return dtype("object");
  const char *name = lf_dtype_name(type);
  if (const ElementType *known = element_type(type); known && known->in_numpy)
    return dtype(name);
  return dtype(nb::module_::import_("ml_dtypes").attr(name));
}

/// 0: no such type.
lf_dtype dtype_of(nb::handle array) {
  std::string kind = nb::cast<std::string>(array.attr("dtype").attr("kind"));
  if (kind == "O" || kind == "U" || kind == "S" || kind == "T")
    return LF_STRING;
  std::string name = nb::cast<std::string>(array.attr("dtype").attr("name"));
  return lf_dtype_from_name(name.c_str());
}

std::string bytes_of(nb::handle text) {
  if (!nb::isinstance<nb::bytes>(text))
    return nb::cast<std::string>(nb::str(text));
  auto bytes = nb::cast<nb::bytes>(text);
  return {bytes.c_str(), bytes.size()};
}

lf::Value string_tensor(nb::handle array, const std::vector<int64_t> &dims) {
  std::vector<std::string> strings;
  for (nb::handle item : array.attr("ravel")().attr("tolist")())
    strings.push_back(bytes_of(item));
  return lf::Value::strings(dims, strings);
}

/// A view of an object's memory; none if it does not offer one that is
/// contiguous.
class Buffer {
public:
  explicit Buffer(nb::handle object) {
    is_there_ = PyObject_GetBuffer(object.ptr(), &view_,
                                   PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) == 0;
    if (!is_there_)
      PyErr_Clear();
  }
  ~Buffer() {
    if (is_there_)
      PyBuffer_Release(&view_);
  }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;

  explicit operator bool() const { return is_there_; }
  const Py_buffer *operator->() const { return &view_; }

private:
  Py_buffer view_ = {};
  bool is_there_ = false;
};

/// 0: none that numpy and Landfall share, or not of this machine's byte order.
lf_dtype dtype_of_format(const char *format) {
  if (!format || !format[0] || format[1])
    return 0;
  for (const ElementType &known : element_types)
    if (known.formats.find(format[0]) != std::string_view::npos)
      return known.type;
  return 0;
}

/// What most arrays are: numpy's own, contiguous, of a type that numpy has.
/// None for others. Asking numpy for each property would take longer than a
/// small model runs.
std::optional<Argument> plain_array(nb::handle object) {
  // Bytes, and arrays with a mask, mean something else than their memory.
  if (!object.type().is(numpy().attr("ndarray")))
    return std::nullopt;
  Buffer buffer(object);
  lf_dtype dtype = buffer ? dtype_of_format(buffer->format) : 0;
  if (dtype == 0)
    return std::nullopt;
  std::vector<int64_t> dims(buffer->shape, buffer->shape + buffer->ndim);
  return Argument{lf::Value::borrow(dtype, dims, buffer->buf,
                                    static_cast<size_t>(buffer->len)),
                  {nb::borrow(object)}};
}

Argument tensor_from(nb::handle object) {
  if (auto plain = plain_array(object))
    return std::move(*plain);
  // ascontiguousarray makes rank 0 rank 1.
  nb::object original = numpy().attr("asarray")(object);
  nb::object native = original.attr("dtype").attr("newbyteorder")("=");
  nb::object array =
      numpy().attr("ascontiguousarray")(original, nb::arg("dtype") = native);
  std::vector<int64_t> dims;
  for (nb::handle extent : original.attr("shape"))
    dims.push_back(nb::cast<int64_t>(extent));
  lf_dtype dtype = dtype_of(array);
  if (dtype == 0) {
    std::string message = std::string("arrays of dtype ") +
                          nb::str(nb::object(array.attr("dtype"))).c_str() +
                          " are not supported";
    throw lf::Error(LF_INVALID_ARGUMENT, message.c_str());
  }
  if (dtype == LF_STRING)
    return {string_tensor(original, dims), {}};
  auto address = nb::cast<uintptr_t>(array.attr("ctypes").attr("data"));
  auto bytes = nb::cast<size_t>(array.attr("nbytes"));
  return {lf::Value::borrow(dtype, dims,
                            reinterpret_cast<const void *>(address), bytes),
          {array}};
}

/// The elements' values and all their owners.
template <typename Items>
std::pair<std::vector<lf::Value>, std::vector<nb::object>>
arguments_of(const Items &items) {
  std::pair<std::vector<lf::Value>, std::vector<nb::object>> result;
  for (nb::handle item : items) {
    Argument argument = from_python(item);
    result.first.push_back(std::move(argument.value));
    result.second.insert(result.second.end(), argument.owners.begin(),
                         argument.owners.end());
  }
  return result;
}

Argument map_from(const nb::dict &dict) {
  auto [values, owners] = arguments_of(dict.values());
  std::vector<std::string> texts;
  std::vector<int64_t> integers;
  for (nb::handle key : dict.keys()) {
    if (nb::isinstance<nb::int_>(key))
      integers.push_back(nb::cast<int64_t>(key));
    else
      texts.push_back(bytes_of(key));
  }
  if (!integers.empty() && !texts.empty())
    throw lf::Error(LF_INVALID_ARGUMENT,
                    "the keys of a map are all integers or all strings");
  return {texts.empty() ? lf::Value::map(integers, values)
                        : lf::Value::map(texts, values),
          std::move(owners)};
}

nb::tuple shape_of(const lf_value *tensor) {
  nb::list dims;
  for (size_t d = 0; d < lf_tensor_rank(tensor); ++d)
    dims.append(lf_tensor_dims(tensor)[d]);
  return nb::tuple(dims);
}

nb::object strings_to_python(const lf_value *tensor) {
  size_t count = lf_tensor_element_count(tensor);
  nb::list items;
  for (size_t i = 0; i < count; ++i)
    items.append(
        nb::str(lf_tensor_string(tensor, i), lf_tensor_string_size(tensor, i)));
  nb::object flat = numpy().attr("empty")(count, dtype_object(LF_STRING));
  flat.attr("__setitem__")(nb::slice(nb::none(), nb::none(), nb::none()),
                           items);
  return flat.attr("reshape")(shape_of(tensor));
}

/// An array over the bytes of a tensor that is `owner` or inside of it.
nb::object tensor_to_python(const lf_value *tensor, const Owner &owner) {
  lf_dtype dtype = lf_tensor_dtype(tensor);
  if (dtype == LF_STRING)
    return strings_to_python(tensor);
  nb::capsule keep(new Owner(owner), [](void *shared) noexcept {
    delete static_cast<Owner *>(shared);
  });
  void *data = const_cast<void *>(lf_tensor_data(tensor));
  const ElementType *known = element_type(dtype);
  if (known && known->in_numpy) {
    std::vector<size_t> dims;
    for (size_t d = 0; d < lf_tensor_rank(tensor); ++d)
      dims.push_back(static_cast<size_t>(lf_tensor_dims(tensor)[d]));
    return nb::cast(nb::ndarray<nb::numpy>(data, dims.size(), dims.data(), keep,
                                           nullptr, known->dlpack()));
  }
  nb::ndarray<nb::numpy, uint8_t> bytes(data, {lf_tensor_bytes(tensor)}, keep);
  return nb::cast(bytes)
      .attr("view")(dtype_object(dtype))
      .attr("reshape")(shape_of(tensor));
}

/// The only element of a tensor as Python's number; nothing for types that it
/// has none for.
nb::object number_to_python(const lf_value *tensor) {
  const void *data = lf_tensor_data(tensor);
  switch (lf_tensor_dtype(tensor)) {
  case LF_FLOAT32:
    return nb::float_(double(*static_cast<const float *>(data)));
  case LF_FLOAT64:
    return nb::float_(*static_cast<const double *>(data));
  case LF_INT32:
    return nb::int_(*static_cast<const int32_t *>(data));
  case LF_INT64:
    return nb::int_(*static_cast<const int64_t *>(data));
  default:
    return {};
  }
}

nb::object map_to_python(const lf_value *map, const Owner &owner) {
  nb::dict items;
  for (size_t i = 0; i < lf_value_count(map); ++i) {
    const char *text = lf_map_text_key(map, i);
    nb::object key =
        text ? nb::cast(std::string(text, lf_map_text_key_size(map, i)))
             : nb::cast(lf_map_integer_key(map, i));
    const lf_value *value = lf_value_element(map, i);
    if (lf_tensor_element_count(value) == 1)
      if (nb::object number = number_to_python(value)) {
        items[key] = number;
        continue;
      }
    nb::object array = tensor_to_python(value, owner);
    bool is_number = nb::cast<size_t>(array.attr("size")) == 1;
    items[key] = is_number ? array.attr("item")() : array;
  }
  return items;
}

nb::object part_to_python(const lf_value *value, const Owner &owner) {
  switch (lf_value_kind(value)) {
  case LF_TENSOR:
    return tensor_to_python(value, owner);
  case LF_MAP:
    return map_to_python(value, owner);
  case LF_SEQUENCE: {
    nb::list items;
    for (size_t i = 0; i < lf_value_count(value); ++i)
      items.append(part_to_python(lf_value_element(value, i), owner));
    return items;
  }
  default:
    return nb::none();
  }
}

} // namespace

Argument from_python(nb::handle object) {
  if (object.is_none())
    return {};
  if (nb::isinstance<nb::dict>(object))
    return map_from(nb::cast<nb::dict>(object));
  if (!nb::isinstance<nb::list>(object) && !nb::isinstance<nb::tuple>(object))
    return tensor_from(object);
  auto [values, owners] = arguments_of(object);
  return {lf::Value::sequence(values), std::move(owners)};
}

nb::object to_python(lf::Value value) {
  auto owner = std::make_shared<lf::Value>(std::move(value));
  return part_to_python(owner->get(), owner);
}

} // namespace landfall::python
