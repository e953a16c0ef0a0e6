//===- work.h - Loading and running through the C interface ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Allocates nothing itself while calls fail.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstring>
#include <landfall/landfall.h>
#include <string>
#include <vector>

namespace landfall::faults {

using Floats = std::vector<float>;
inline constexpr int64_t rows = 5, columns = 4; ///< Of the model's input.

/// The first failure of a list of calls.
struct Attempt {
  lf_status status = LF_OK;
  char message[400] = "";

  /// For a call `function(..., &error)`; later ones do nothing.
  template <typename Function, typename... Arguments>
  void call(Function function, Arguments... arguments) {
    if (status != LF_OK)
      return;
    lf_error *error = nullptr;
    status = function(arguments..., &error);
    if (status != LF_OK)
      std::strncpy(message, lf_error_message(error), sizeof(message) - 1);
    lf_error_free(error);
  }
};

/// The handles of everything, freed in the right order.
class Work {
public:
  Work() = default;
  ~Work() {
    lf_value_free(output);
    lf_value_free(input);
    lf_session_free(session);
    lf_model_free(model);
    lf_package_free(package);
  }
  Work(const Work &) = delete;
  Work &operator=(const Work &) = delete;

  void open(Attempt &attempt, const std::string &path) {
    attempt.call(lf_package_open, path.c_str(), &package);
  }
  void load(Attempt &attempt, const char *device, const char *options) {
    attempt.call(lf_model_load, package, device, options, &model);
    attempt.call(lf_session_create, model, &session);
  }
  void run(Attempt &attempt) {
    float x[rows * columns];
    for (int k = 0; k < rows * columns; ++k)
      x[k] = float(k % 7) * 0.25f;
    const int64_t dims[] = {rows, columns};
    lf_value_free(input);
    lf_value_free(output);
    input = output = nullptr;
    attempt.call(lf_tensor_create, lf_dtype_from_name("float32"), dims,
                 size_t(2), x, sizeof(x), &input);
    attempt.call(lf_session_run, session, nullptr, &input, size_t(1), &output,
                 size_t(1));
  }
  Floats result() const {
    Floats numbers(lf_tensor_element_count(output));
    std::memcpy(numbers.data(), lf_tensor_data(output),
                numbers.size() * sizeof(float));
    return numbers;
  }

  lf_package *package = nullptr;
  lf_model *model = nullptr;
  lf_session *session = nullptr;
  lf_value *input = nullptr, *output = nullptr;
};

} // namespace landfall::faults
