//===- landfall.hpp - The C interface in C++ -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Header-only, over landfall.h; needs C++17. Failures throw lf::Error.
//
//   lf::Model model(lf::Package::open("model.lfm"));
//   std::vector<lf::Value> outputs =
//       model.session().run({lf::Value::tensor({1, 3, 224, 224}, pixels)});
//   const float *scores = outputs[0].data<float>();
//
//===----------------------------------------------------------------------===//
#ifndef LANDFALL_HPP
#define LANDFALL_HPP

#include <landfall/landfall.h>

#include <cstdint>
#include <functional>
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
  struct Node {
    std::string name;
    bool is_output = false; ///< The name is its first output's.
    std::string op;
    int opset = 0; ///< 0: not known.
  };
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
  /// The innermost node.
  const Node &node() const { return details_->node; }
  const std::vector<Node> &enclosing() const { return details_->enclosing; }
  const std::vector<Node> &fused_with() const { return details_->fused_with; }
  const std::vector<Size> &sizes() const { return details_->sizes; }

private:
  struct Details {
    explicit Details(const char *message) : reason(message) {}
    explicit Details(const lf_error *error)
        : reason(text(lf_error_reason(error))),
          file(text(lf_error_file(error))),
          node{text(lf_error_node(error)), lf_error_node_is_output(error) != 0,
               text(lf_error_operator(error)), lf_error_opset(error)} {
      for (size_t i = 0; i < lf_error_enclosing_count(error); ++i)
        enclosing.push_back(copy(lf_error_enclosing(error, i)));
      for (size_t i = 0; i < lf_error_fused_count(error); ++i)
        fused_with.push_back(copy(lf_error_fused(error, i)));
      for (size_t i = 0; i < lf_error_size_count(error); ++i)
        sizes.push_back(
            {lf_error_size_name(error, i), lf_error_size_value(error, i)});
    }
    static std::string text(const char *known) { return known ? known : ""; }
    static Node copy(const lf_node *node) {
      return {text(lf_node_name(node)), lf_node_is_output(node) != 0,
              text(lf_node_operator(node)), lf_node_opset(node)};
    }

    std::string reason, file;
    Node node;
    std::vector<Node> enclosing, fused_with;
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

/// Calls a C function whose last parameters are a result and an error.
template <typename T, typename Make, typename... Args>
T *made(Make make, Args... args) {
  T *result = nullptr;
  lf_error *error = nullptr;
  check(make(args..., &result, &error), error);
  return result;
}

/// Calls a C function whose last parameter is an error.
template <typename Call, typename... Args> void call(Call call, Args... args) {
  lf_error *error = nullptr;
  check(call(args..., &error), error);
}

/// What a C function gives as a buffer.
template <typename Make, typename... Args>
std::string text(Make make, Args... args) {
  Owner<lf_buffer, lf_buffer_free> buffer(made<lf_buffer>(make, args...));
  return {static_cast<const char *>(lf_buffer_data(buffer.get())),
          lf_buffer_size(buffer.get())};
}

/// For C, which would take a text with a NUL in it for a shorter one.
inline const char *c_text(const std::string &text) {
  if (text.find('\0') != std::string::npos)
    throw Error(LF_INVALID_ARGUMENT,
                "a path, a name or an option has a NUL character");
  return text.c_str();
}

inline const char *or_null(const std::string &name) {
  return name.empty() ? nullptr : c_text(name);
}

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

} // namespace lf

#include <landfall/values.hpp>

namespace lf {

/// An input or output. Lives as long as the package or model that it is of.
class Port {
public:
  explicit Port(const lf_port *port) : port_(port) {}

  std::string name() const { return lf_port_name(port_); }
  lf_kind kind() const { return lf_port_kind(port_); }
  lf_dtype dtype() const { return lf_port_dtype(port_); }
  /// -1: not a tensor, or one of any rank.
  int rank() const { return lf_port_rank(port_); }
  /// -1: free.
  int64_t extent(int dimension) const {
    return lf_port_extent(port_, dimension);
  }
  std::string symbol(int dimension) const {
    return lf_port_symbol(port_, dimension);
  }
  /// "float32 1x3xHxW".
  std::string text() const { return lf_port_text(port_); }
  /// Whether a run may give it none (Value()).
  bool has_default() const { return lf_port_has_default(port_) != 0; }

private:
  const lf_port *port_;
};

/// A way to run a package. Lives as long as the package or model.
class Entry {
public:
  /// Throws if there is none (`entry` NULL).
  explicit Entry(const lf_entry *entry) : entry_(entry) {
    if (!entry)
      throw Error(LF_INVALID_ARGUMENT, "there is no such entry point");
  }

  std::string name() const { return lf_entry_name(entry_); }
  std::vector<Port> inputs() const {
    std::vector<Port> list;
    for (size_t i = 0; i < lf_entry_input_count(entry_); ++i)
      list.emplace_back(lf_entry_input(entry_, i));
    return list;
  }
  std::vector<Port> outputs() const {
    std::vector<Port> list;
    for (size_t i = 0; i < lf_entry_output_count(entry_); ++i)
      list.emplace_back(lf_entry_output(entry_, i));
    return list;
  }

private:
  const lf_entry *entry_;
};

/// Called when a step of a compilation has ended, or with its IR.
using Progress =
    std::function<void(const char *step, double milliseconds, const char *ir)>;

/// A compiled model.
class Package {
public:
  static Package open(const std::string &path) {
    return Package(
        detail::made<lf_package>(lf_package_open, detail::c_text(path)));
  }
  /// `options` is JSON: {"map": true} maps the file, whatever its size.
  static Package open(const std::string &path, const std::string &options) {
    return Package(detail::made<lf_package>(
        lf_package_open_with, detail::c_text(path), detail::c_text(options)));
  }
  static Package from_bytes(const void *bytes, size_t size) {
    return Package(
        detail::made<lf_package>(lf_package_from_bytes, bytes, size));
  }
  /// `options` is JSON, like {"device": "cpu"}. `progress` must not throw.
  static Package compile(const std::string &path,
                         const std::string &options = "{}",
                         const Progress &progress = nullptr) {
    return Package(detail::made<lf_package>(
        lf_compile_file, detail::c_text(path), detail::c_text(options),
        relay(progress), const_cast<Progress *>(&progress)));
  }
  /// A serialised ModelProto; `directory` is where external data lies.
  static Package compile_bytes(const void *bytes, size_t size,
                               const std::string &directory = "",
                               const std::string &options = "{}",
                               const Progress &progress = nullptr) {
    return Package(detail::made<lf_package>(
        lf_compile_bytes, bytes, size, detail::or_null(directory),
        detail::c_text(options), relay(progress),
        const_cast<Progress *>(&progress)));
  }

  void save(const std::string &path) const {
    detail::call(lf_package_save, get(), detail::c_text(path));
  }
  std::string bytes() const { return detail::text(lf_package_bytes, get()); }
  /// The files that it was compiled from; none if it was opened.
  std::vector<std::string> sources() const {
    std::vector<std::string> list;
    for (size_t i = 0; i < lf_package_source_count(get()); ++i)
      list.emplace_back(lf_package_source(get(), i));
    return list;
  }
  /// `what`: "summary" (JSON), "program" or "kernels".
  std::string describe(const char *what) const {
    return detail::text(lf_package_describe, get(), what);
  }
  /// Throws if weights or code are not what was saved.
  void check() const { detail::call(lf_package_check, get()); }
  /// Throws if a device of this name (empty: the package's own) cannot load it.
  void verify(const std::string &device = "",
              const std::string &options = "{}") const {
    detail::call(lf_package_verify, get(), detail::or_null(device),
                 detail::c_text(options));
  }
  std::vector<Entry> entries() const {
    std::vector<Entry> list;
    for (size_t i = 0; i < lf_package_entry_count(get()); ++i)
      list.emplace_back(lf_package_entry(get(), i));
    return list;
  }
  Entry entry(const char *name = nullptr) const {
    return Entry(lf_package_find_entry(get(), name));
  }
  const lf_package *get() const { return package_.get(); }

private:
  explicit Package(lf_package *owned) : package_(owned) {}
  static lf_progress relay(const Progress &progress) {
    if (!progress)
      return nullptr;
    return [](void *user, const char *step, double ms, const char *ir) {
      (*static_cast<const Progress *>(user))(step, ms, ir);
    };
  }
  detail::Owner<lf_package, lf_package_free> package_;
};

/// What may differ from run to run.
class RunOptions {
public:
  RunOptions()
      : options_(detail::made<lf_run_options>(lf_run_options_create)) {}

  void set_entry(const std::string &name) {
    detail::call(lf_run_options_set_entry, options_.get(),
                 detail::c_text(name));
  }
  /// 0: no limit.
  void set_time_limit(double seconds) {
    detail::call(lf_run_options_set_time_limit, options_.get(), seconds);
  }
  /// 0: no limit.
  void set_memory_limit(uint64_t bytes) {
    lf_run_options_set_memory_limit(options_.get(), bytes);
  }
  void set_verify(bool verify) {
    lf_run_options_set_verify(options_.get(), verify);
  }
  /// Filled in by each run; must outlive the options.
  void set_statistics(lf_statistics &statistics) {
    lf_run_options_set_statistics(options_.get(), &statistics);
  }
  /// lf_run_options_set_warning.
  void set_warning(lf_warning warning, void *user) {
    lf_run_options_set_warning(options_.get(), warning, user);
  }
  const lf_run_options *get() const { return options_.get(); }

private:
  detail::Owner<lf_run_options, lf_run_options_free> options_;
};

/// One stream of runs.
class Session {
public:
  explicit Session(const lf_model *model)
      : main_outputs_(lf_model_output_count(model)),
        session_(detail::made<lf_session>(lf_session_create, model)) {}

  /// As many outputs as "main" has; with options that name another entry, give
  /// their number.
  std::vector<Value> run(const std::vector<const lf_value *> &inputs,
                         const RunOptions *options = nullptr) {
    return run(inputs, options, main_outputs_);
  }
  std::vector<Value> run(const std::vector<const lf_value *> &inputs,
                         const RunOptions *options, size_t output_count) {
    std::vector<lf_value *> results(output_count);
    detail::call(lf_session_run, session_.get(), of(options), inputs.data(),
                 inputs.size(), results.data(), results.size());
    std::vector<Value> outputs;
    for (lf_value *result : results)
      outputs.emplace_back(result);
    return outputs;
  }
  std::vector<Value> run(std::initializer_list<Value> inputs,
                         const RunOptions *options = nullptr) {
    std::vector<const lf_value *> pointers;
    for (const Value &input : inputs)
      pointers.push_back(input.get());
    return run(pointers, options);
  }
  /// Into outputs made by Value::reserve.
  void run_into(const std::vector<const lf_value *> &inputs,
                std::vector<Value> &outputs,
                const RunOptions *options = nullptr) {
    std::vector<lf_value *> pointers;
    for (Value &output : outputs)
      pointers.push_back(output.get());
    detail::call(lf_session_run_into, session_.get(), of(options),
                 inputs.data(), inputs.size(), pointers.data(),
                 pointers.size());
  }
  /// Ends the run under way, from any thread: it throws LF_CANCELLED.
  void cancel() { lf_session_cancel(session_.get()); }
  /// JSON: where the time of `repeat` runs goes.
  std::string profile(const std::vector<const lf_value *> &inputs, int repeat,
                      const RunOptions *options = nullptr) {
    return detail::text(lf_session_profile, session_.get(), of(options),
                        inputs.data(), inputs.size(), repeat);
  }
  lf_session *get() const { return session_.get(); }

private:
  static const lf_run_options *of(const RunOptions *options) {
    return options ? options->get() : nullptr;
  }
  size_t main_outputs_;
  detail::Owner<lf_session, lf_session_free> session_;
};

/// A package loaded on a device; shared by any number of sessions.
class Model {
public:
  /// `device` empty: what the package was compiled for; `options` is JSON, like
  /// {"threads": 1, "own_process": true}.
  explicit Model(const Package &package, const std::string &device = "",
                 const std::string &options = "{}")
      : model_(detail::made<lf_model>(lf_model_load, package.get(),
                                      detail::or_null(device),
                                      detail::c_text(options))) {}

  Session session() const { return Session(get()); }
  Entry entry(const char *name = nullptr) const {
    return Entry(lf_model_find_entry(get(), name));
  }
  std::vector<std::string> input_names() const {
    return names(entry().inputs());
  }
  std::vector<std::string> output_names() const {
    return names(entry().outputs());
  }
  /// JSON, as landfall.h says.
  std::string describe_device() const {
    return detail::text(lf_model_describe_device, get());
  }
  std::string counters() const {
    return detail::text(lf_model_counters, get());
  }
  const lf_model *get() const { return model_.get(); }

private:
  static std::vector<std::string> names(const std::vector<Port> &ports) {
    std::vector<std::string> list;
    for (const Port &port : ports)
      list.push_back(port.name());
    return list;
  }
  detail::Owner<lf_model, lf_model_free> model_;
};

/// JSON, as landfall.h says: where each node of a model would run.
inline std::string query(const std::string &path,
                         const std::string &options = "{}") {
  return detail::text(lf_query_file, detail::c_text(path),
                      detail::c_text(options));
}
inline std::string query_bytes(const void *bytes, size_t size,
                               const std::string &directory = "",
                               const std::string &options = "{}") {
  return detail::text(lf_query_bytes, bytes, size, detail::or_null(directory),
                      detail::c_text(options));
}

/// The devices that there are drivers for.
inline std::vector<std::string> devices() {
  std::vector<std::string> list;
  for (size_t i = 0; i < lf_device_count(); ++i)
    list.push_back(lf_device_name(i));
  return list;
}
/// JSON, as landfall.h says.
inline std::string describe_device(const std::string &device) {
  return detail::text(lf_device_describe, detail::c_text(device));
}

} // namespace lf

#endif // LANDFALL_HPP
