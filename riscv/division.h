//===- division.h - Division as RISC-V defines it ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <limits>
#include <type_traits>

namespace landfall::riscv {

/// Division by zero gives -1; overflow gives the dividend.
template <typename T> T quotient(T a, T b) {
  if (b == 0)
    return static_cast<T>(-1);
  if (std::numeric_limits<T>::is_signed && b == static_cast<T>(-1))
    return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
  return a / b;
}

/// The remainder that belongs to `quotient`.
template <typename T> T modulus(T a, T b) {
  if (b == 0)
    return a;
  if (std::numeric_limits<T>::is_signed && b == static_cast<T>(-1))
    return 0;
  return a % b;
}

} // namespace landfall::riscv
