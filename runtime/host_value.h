//===- host_value.h - Values as the user holds them ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/package.h"

#include <map>
#include <memory>
#include <new>
#include <string>
#include <variant>
#include <vector>

namespace landfall::runtime {

/// A dense row-major tensor on the host. Elements of sub-byte types take one
/// byte each. Strings live in `strings`, everything else in `bytes`.
struct HostTensor {
  DType dtype = DType::f32;
  std::vector<int64_t> dims;
  Bytes bytes;
  std::vector<std::string> strings;

  int64_t element_count() const;
};

struct HostValue;
using HostSequence = std::vector<HostValue>;
/// ZipMap's maps: keys are all int64 or all strings; insertion order kept.
struct HostMap {
  std::vector<std::pair<std::variant<int64_t, std::string>, HostTensor>>
      entries;
};
/// An absent optional is `std::monostate`.
struct HostValue {
  std::variant<std::monostate, HostTensor, HostSequence, HostMap> value;
};

/// Says how much memory there was not enough for.
class NoMemory : public std::bad_alloc {
public:
  explicit NoMemory(const std::string &text)
      : text_(std::make_shared<const std::string>(text)) {}
  const char *what() const noexcept override { return text_->c_str(); }

private:
  std::shared_ptr<const std::string> text_; // Copying an exception throws none.
};

/// Allocates zeroed bytes for a tensor. Throws NoMemory.
HostTensor make_tensor(DType dtype, std::vector<int64_t> dims);

} // namespace landfall::runtime
