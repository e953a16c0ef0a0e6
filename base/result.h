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

namespace landfall {

/// An error, or none, in the space of a pointer: a result that is passed on by
/// every call of a run costs no more than a test.
class MaybeError {
public:
  MaybeError() = default;
  MaybeError(Error error);
  MaybeError(const MaybeError &other);
  MaybeError(MaybeError &&other) noexcept
      : error_(std::exchange(other.error_, nullptr)) {}
  MaybeError &operator=(MaybeError other) noexcept {
    std::swap(error_, other.error_);
    return *this;
  }
  ~MaybeError() {
    if (error_)
      release();
  }

  explicit operator bool() const { return error_ != nullptr; }
  Error &operator*() const { return *error_; }

private:
  void release();

  Error *error_ = nullptr; ///< Owned.
};

template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  T &value() {
    assert(ok());
    return *value_;
  }
  const T &value() const {
    assert(ok());
    return *value_;
  }
  T &operator*() { return value(); }
  const T &operator*() const { return value(); }
  T *operator->() { return &value(); }
  const T *operator->() const { return &value(); }
  const Error &error() const {
    assert(!ok());
    return *error_;
  }
  T take() { return std::move(value()); }
  Error take_error() { return std::move(*error_); }

private:
  std::optional<T> value_; ///< Unless there is an error.
  MaybeError error_;
};

template <> class [[nodiscard]] Result<void> {
public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error &error() const {
    assert(!ok());
    return *error_;
  }
  void take() {}
  Error take_error() { return std::move(*error_); }

private:
  MaybeError error_;
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
