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

#include <landfall/call.hpp>
#include <landfall/error.hpp>
#include <landfall/landfall.h>
#include <landfall/package.hpp>
#include <landfall/values.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace lf {

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
  /// 0: no limit.
  void set_step_limit(uint64_t steps) {
    lf_run_options_set_step_limit(options_.get(), steps);
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
  /// lf_run_options_set_output_memory.
  void set_output_memory(lf_output_memory memory, void *user) {
    lf_run_options_set_output_memory(options_.get(), memory, user);
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
