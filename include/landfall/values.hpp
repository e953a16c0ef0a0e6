//===- values.hpp - Tensors, sequences and maps in C++ ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A part of landfall.hpp, which is the one to include.
//
//===----------------------------------------------------------------------===//
#ifndef LANDFALL_VALUES_HPP
#define LANDFALL_VALUES_HPP

#include <landfall/call.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lf {

namespace detail {

template <typename T> constexpr lf_dtype dtype_of() {
  if constexpr (std::is_same_v<T, float>)
    return LF_FLOAT32;
  else if constexpr (std::is_same_v<T, double>)
    return LF_FLOAT64;
  else if constexpr (std::is_same_v<T, bool>)
    return LF_BOOL;
  else if constexpr (std::is_same_v<T, int8_t>)
    return LF_INT8;
  else if constexpr (std::is_same_v<T, uint8_t>)
    return LF_UINT8;
  else if constexpr (std::is_same_v<T, int16_t>)
    return LF_INT16;
  else if constexpr (std::is_same_v<T, uint16_t>)
    return LF_UINT16;
  else if constexpr (std::is_same_v<T, int32_t>)
    return LF_INT32;
  else if constexpr (std::is_same_v<T, uint32_t>)
    return LF_UINT32;
  else if constexpr (std::is_same_v<T, int64_t>)
    return LF_INT64;
  else {
    static_assert(std::is_same_v<T, uint64_t>, "not an element type");
    return LF_UINT64;
  }
}

} // namespace detail

/// A tensor, sequence, map or nothing.
class Value {
public:
  /// Nothing.
  Value() : value_(detail::made<lf_value>(lf_none_create)) {}
  explicit Value(lf_value *owned) : value_(owned) {}

  /// Copies the elements.
  template <typename T>
  static Value tensor(const std::vector<int64_t> &dims,
                      const std::vector<T> &elements) {
    return tensor(detail::dtype_of<T>(), dims, elements.data(),
                  elements.size() * sizeof(T));
  }
  static Value tensor(lf_dtype dtype, const std::vector<int64_t> &dims,
                      const void *data, size_t bytes) {
    return make(lf_tensor_create, dtype, dims.data(), dims.size(), data, bytes);
  }
  /// Uses the caller's bytes, which must outlive the value.
  static Value borrow(lf_dtype dtype, const std::vector<int64_t> &dims,
                      const void *data, size_t bytes) {
    return make(lf_tensor_borrow, dtype, dims.data(), dims.size(), data, bytes);
  }
  /// Room for a result of Session::run_into in the caller's memory.
  static Value reserve(lf_dtype dtype, void *data, size_t bytes) {
    return make(lf_tensor_reserve, dtype, data, bytes);
  }
  /// Types below a byte, as ONNX packs them.
  static Value packed(lf_dtype dtype, const std::vector<int64_t> &dims,
                      const void *data, size_t bytes) {
    return make(lf_tensor_create_packed, dtype, dims.data(), dims.size(), data,
                bytes);
  }
  /// Strings may hold NUL.
  static Value strings(const std::vector<int64_t> &dims,
                       const std::vector<std::string> &strings) {
    auto [data, sizes] = parts(strings);
    return make(lf_tensor_create_strings, dims.data(), dims.size(), data.data(),
                sizes.data());
  }
  static Value sequence(const std::vector<Value> &elements) {
    std::vector<const lf_value *> list = pointers(elements);
    return make(lf_sequence_create, list.data(), list.size());
  }
  static Value map(const std::vector<std::string> &keys,
                   const std::vector<Value> &values) {
    auto [data, sizes] = parts(keys);
    return make(lf_map_create, data.data(), sizes.data(),
                static_cast<const int64_t *>(nullptr), pointers(values).data(),
                values.size());
  }
  static Value map(const std::vector<int64_t> &keys,
                   const std::vector<Value> &values) {
    return make(lf_map_create, static_cast<const char *const *>(nullptr),
                static_cast<const size_t *>(nullptr), keys.data(),
                pointers(values).data(), values.size());
  }
  static Value none() { return Value(); }

  lf_kind kind() const { return lf_value_kind(get()); }
  lf_dtype dtype() const { return lf_tensor_dtype(get()); }
  size_t bytes() const { return lf_tensor_bytes(get()); }
  size_t element_count() const { return lf_tensor_element_count(get()); }
  std::vector<int64_t> dims() const {
    const int64_t *begin = lf_tensor_dims(get());
    return {begin, begin + lf_tensor_rank(get())};
  }
  /// The elements; throws if they are not of type T.
  template <typename T> const T *data() const {
    if (dtype() != detail::dtype_of<T>())
      throw Error(LF_INVALID_ARGUMENT, "the tensor has another element type");
    return static_cast<const T *>(lf_tensor_data(get()));
  }
  template <typename T> std::vector<T> elements() const {
    const T *begin = data<T>();
    return {begin, begin + bytes() / sizeof(T)};
  }
  std::vector<uint8_t> packed_bytes() const {
    std::vector<uint8_t> bytes(lf_tensor_packed_bytes(get()));
    detail::call(lf_tensor_copy_packed, get(), bytes.data(), bytes.size());
    return bytes;
  }
  std::string string(size_t element) const {
    return {lf_tensor_string(get(), element),
            lf_tensor_string_size(get(), element)};
  }
  /// Elements of a sequence or values of a map; they belong to this value.
  size_t count() const { return lf_value_count(get()); }
  const lf_value *element(size_t number) const {
    return lf_value_element(get(), number);
  }
  const lf_value *get() const { return value_.get(); }
  lf_value *get() { return value_.get(); }

private:
  template <typename Make, typename... Args>
  static Value make(Make make, Args... args) {
    return Value(detail::made<lf_value>(make, args...));
  }
  static std::vector<const lf_value *>
  pointers(const std::vector<Value> &values) {
    std::vector<const lf_value *> list;
    for (const Value &value : values)
      list.push_back(value.get());
    return list;
  }
  static std::pair<std::vector<const char *>, std::vector<size_t>>
  parts(const std::vector<std::string> &strings) {
    std::pair<std::vector<const char *>, std::vector<size_t>> result;
    for (const std::string &text : strings) {
      result.first.push_back(text.data());
      result.second.push_back(text.size());
    }
    // Not even for none may the lists be NULL.
    result.first.push_back("");
    return result;
  }
  detail::Owner<lf_value, lf_value_free> value_;
};

} // namespace lf

#endif // LANDFALL_VALUES_HPP
