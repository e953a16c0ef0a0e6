//===- landfall.hpp - The C interface in C++ -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Header-only, over landfall.h; needs C++17. Failures throw lf::Error.
//
//   auto model = lf::Model(lf::Package::open("model.lfm"));
//   std::vector<lf::Value> outputs =
//       model.session().run({lf::Value::tensor({1, 3, 224, 224}, pixels)});
//   const float *scores = outputs[0].data<float>();
//
//===----------------------------------------------------------------------===//
#ifndef LANDFALL_HPP
#define LANDFALL_HPP

#include <landfall/landfall.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace lf {

/// A failure: its kind, what() for a person, and the same as data. Texts are
/// empty where they are not known; landfall.h says what each means.
class Error : public std::runtime_error {
public:
  struct Size {
    std::string name;
    int64_t value;
  };

  Error(lf_status status, const char *message)
      : std::runtime_error(message), status_(status),
        details_(std::make_shared<Details>(message)) {}
  /// Copies what it needs of `error`, which may be NULL.
  Error(lf_status status, const lf_error *error)
      : std::runtime_error(lf_error_message(error)), status_(status),
        details_(std::make_shared<Details>(error)) {}

  lf_status status() const { return status_; }
  const std::string &reason() const { return details_->reason; }
  const std::string &file() const { return details_->file; }
  const std::string &node() const { return details_->node; }
  bool node_is_output() const { return details_->node_is_output; }
  const std::string &op() const { return details_->op; }
  const std::vector<std::string> &enclosing() const {
    return details_->enclosing;
  }
  const std::vector<Size> &sizes() const { return details_->sizes; }

private:
  struct Details {
    explicit Details(const char *message) : reason(message) {}
    explicit Details(const lf_error *error)
        : reason(text(lf_error_reason(error))),
          file(text(lf_error_file(error))), node(text(lf_error_node(error))),
          op(text(lf_error_operator(error))),
          node_is_output(lf_error_node_is_output(error) != 0) {
      for (size_t i = 0; i < lf_error_enclosing_count(error); ++i)
        enclosing.emplace_back(lf_error_enclosing_node(error, i));
      for (size_t i = 0; i < lf_error_size_count(error); ++i)
        sizes.push_back(
            {lf_error_size_name(error, i), lf_error_size_value(error, i)});
    }
    static std::string text(const char *known) { return known ? known : ""; }

    std::string reason, file, node, op;
    bool node_is_output = false;
    std::vector<std::string> enclosing;
    std::vector<Size> sizes;
  };

  lf_status status_;
  std::shared_ptr<const Details> details_; // Copying an exception throws none.
};

namespace detail {

/// Throws what a C function has reported.
inline void check(lf_status status, lf_error *error) {
  if (status == LF_OK)
    return;
  std::unique_ptr<lf_error, void (*)(lf_error *)> owner(error, lf_error_free);
  throw Error(status, static_cast<const lf_error *>(error));
}

template <typename T, void (*free)(T *)> struct Free {
  void operator()(T *object) const { free(object); }
};
template <typename T, void (*free)(T *)>
using Owner = std::unique_ptr<T, Free<T, free>>;

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
  static Value none() { return make(lf_none_create); }
  explicit Value(lf_value *owned) : value_(owned) {}

  lf_kind kind() const { return lf_value_kind(get()); }
  lf_dtype dtype() const { return lf_tensor_dtype(get()); }
  size_t bytes() const { return lf_tensor_bytes(get()); }
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
  const lf_value *get() const { return value_.get(); }

private:
  template <typename Make, typename... Args>
  static Value make(Make make, Args... args) {
    lf_value *value = nullptr;
    lf_error *error = nullptr;
    detail::check(make(args..., &value, &error), error);
    return Value(value);
  }
  detail::Owner<lf_value, lf_value_free> value_;
};

/// A compiled model.
class Package {
public:
  static Package open(const std::string &path) {
    return make(lf_package_open, path.c_str());
  }
  static Package from_bytes(const void *bytes, size_t size) {
    return make(lf_package_from_bytes, bytes, size);
  }
  /// `options` is JSON, like {"target": "cpu"}.
  static Package compile(const std::string &path,
                         const std::string &options = "{}") {
    return make(lf_compile_file, path.c_str(), options.c_str(),
                lf_progress(nullptr), static_cast<void *>(nullptr));
  }
  void save(const std::string &path) const {
    lf_error *error = nullptr;
    detail::check(lf_package_save(get(), path.c_str(), &error), error);
  }
  const lf_package *get() const { return package_.get(); }

private:
  explicit Package(lf_package *owned) : package_(owned) {}
  template <typename Make, typename... Args>
  static Package make(Make make, Args... args) {
    lf_package *package = nullptr;
    lf_error *error = nullptr;
    detail::check(make(args..., &package, &error), error);
    return Package(package);
  }
  detail::Owner<lf_package, lf_package_free> package_;
};

/// One stream of runs.
class Session {
public:
  explicit Session(const lf_model *model)
      : output_count_(lf_model_output_count(model)) {
    lf_session *session = nullptr;
    lf_error *error = nullptr;
    detail::check(lf_session_create(model, &session, &error), error);
    session_.reset(session);
  }

  std::vector<Value> run(const std::vector<const lf_value *> &inputs) {
    std::vector<lf_value *> results(output_count_);
    lf_error *error = nullptr;
    detail::check(lf_session_run(session_.get(), inputs.data(), inputs.size(),
                                 results.data(), results.size(), &error),
                  error);
    std::vector<Value> outputs;
    for (lf_value *result : results)
      outputs.emplace_back(result);
    return outputs;
  }
  std::vector<Value> run(std::initializer_list<Value> inputs) {
    std::vector<const lf_value *> pointers;
    for (const Value &input : inputs)
      pointers.push_back(input.get());
    return run(pointers);
  }

private:
  size_t output_count_;
  detail::Owner<lf_session, lf_session_free> session_;
};

/// A package loaded on a device; shared by any number of sessions.
class Model {
public:
  /// `device` empty: what the package was compiled for; `threads` 0: all.
  explicit Model(const Package &package, const std::string &device = "",
                 int threads = 0) {
    lf_model *model = nullptr;
    lf_error *error = nullptr;
    detail::check(lf_model_load(package.get(),
                                device.empty() ? nullptr : device.c_str(),
                                threads, &model, &error),
                  error);
    model_.reset(model);
  }
  /// `options` is JSON, like {"own_process": true}.
  Model(const Package &package, const std::string &device,
        const std::string &options) {
    lf_model *model = nullptr;
    lf_error *error = nullptr;
    detail::check(lf_model_load_with(package.get(),
                                     device.empty() ? nullptr : device.c_str(),
                                     options.c_str(), &model, &error),
                  error);
    model_.reset(model);
  }

  Session session() const { return Session(get()); }
  std::vector<std::string> input_names() const {
    return names(lf_model_input_count(get()), lf_model_input);
  }
  std::vector<std::string> output_names() const {
    return names(lf_model_output_count(get()), lf_model_output);
  }
  const lf_model *get() const { return model_.get(); }

private:
  std::vector<std::string>
  names(size_t count, const lf_port *(*port)(const lf_model *, size_t)) const {
    std::vector<std::string> list;
    for (size_t i = 0; i < count; ++i)
      list.push_back(lf_port_name(port(get(), i)));
    return list;
  }
  detail::Owner<lf_model, lf_model_free> model_;
};

} // namespace lf

#endif // LANDFALL_HPP
