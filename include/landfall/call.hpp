//===- call.hpp - Calls of C functions from C++ ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A part of landfall.hpp, which is the one to include.
//
//===----------------------------------------------------------------------===//
#ifndef LANDFALL_CALL_HPP
#define LANDFALL_CALL_HPP

#include <landfall/error.hpp>

#include <memory>
#include <string>

namespace lf {

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
  // Arguments are evaluated in any order; GCC begins with the last.
  lf_status status = make(args..., &result, &error);
  check(status, error);
  return result;
}

/// Calls a C function whose last parameter is an error.
template <typename Call, typename... Args> void call(Call call, Args... args) {
  lf_error *error = nullptr;
  lf_status status = call(args..., &error);
  check(status, error);
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

} // namespace detail

} // namespace lf

#endif // LANDFALL_CALL_HPP
