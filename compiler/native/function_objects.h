//===- function_objects.h - Code that kernels share ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace landfall::native {

/// The object files of the functions that kernels of one compilation share, by
/// symbol. Thread-safe but for all().
class FunctionObjects {
public:
  /// Whether nobody has the function yet: the caller must put() it then, or the
  /// compilation fails.
  bool claim(const std::string &symbol) {
    std::lock_guard guard(mutex_);
    return objects_.try_emplace(symbol).second;
  }
  bool has(const std::string &symbol) const {
    std::lock_guard guard(mutex_);
    return objects_.contains(symbol);
  }
  void put(const std::string &symbol, std::vector<uint8_t> object) {
    std::lock_guard guard(mutex_);
    objects_[symbol] = std::move(object);
  }
  /// When no thread puts any more.
  const std::map<std::string, std::vector<uint8_t>> &all() const {
    return objects_;
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<uint8_t>> objects_;
};

} // namespace landfall::native
