//===- result.h - Errors as values -----------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A `Result<T>` is a T or an `Error`; `Status` is a Result with no value.
// Both must be looked at. TRY unwraps, or returns the error to the caller:
//
//   Result<Image> load(std::string_view path) {
//     File file = TRY(File::open(path));
//     TRY(check_header(file));
//     return decode(file);
//   }
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace landfall {

/// What kind of thing went wrong. The command line maps each to an exit code,
/// the C ABI to an `lf_status`; the numbers are part of both and never change.
enum class ErrorCode : int {
  invalid_argument = 1, ///< The caller's input, option or shape is wrong.
  invalid_model = 2,    ///< The model file breaks ONNX's rules.
  unsupported = 3,      ///< Legal, but nothing here implements it (yet).
  invalid_package = 4,  ///< The .lfm is damaged, truncated or too new.
  io = 5,               ///< The operating system refused a file operation.
  out_of_memory = 6,    ///< An allocation failed.
  run_failed = 7,       ///< A check inside the model failed on this input.
  device = 8,           ///< A device or its driver failed.
  internal = 9,         ///< Our own bug; the message asks for a report.
};

/// A failure: its kind and one paragraph for a person. The paragraph names the
/// place (file, node, operator), what was expected and what to do.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T &value() {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T &value() const {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T &operator*() { return value(); }
  const T &operator*() const { return value(); }
  T *operator->() { return &value(); }
  const T *operator->() const { return &value(); }
  const Error &error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  T take() { return std::move(value()); }
  Error take_error() { return std::move(*std::get_if<1>(&state_)); }

private:
  std::variant<T, Error> state_;
};

template <> class [[nodiscard]] Result<void> {
public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error &error() const { return *error_; }
  void take() {}
  Error take_error() { return std::move(*error_); }

private:
  std::optional<Error> error_;
};

using Status = Result<void>;

#define TRY(expression)                                                        \
  ({                                                                           \
    auto try_result = (expression);                                            \
    if (!try_result)                                                           \
      return try_result.take_error();                                          \
    try_result.take();                                                         \
  })

} // namespace landfall
