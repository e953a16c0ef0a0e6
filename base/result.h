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

#include "base/error.h"

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace landfall {

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
