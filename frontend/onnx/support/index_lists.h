//===- index_lists.h - Lists with one entry more or less --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For operators along an axis: indices that differ in one dimension.
// These work on indices (`Scalars`) and extents (`Shape`) alike. A list that is
// too short belongs to an operand with too few dimensions: they throw.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/builder.h"

#include <span>
#include <string>
#include <vector>

namespace landfall::frontend {

/// Throws unless [0, count) lies in a list of this size; also if `position` is
/// negative.
inline void require_entries(size_t size, int count, int position = 0) {
  if (position < 0 || count < 0 || count > int(size))
    throw BuildError(ErrorCode::invalid_model, "an operand of rank " +
                                                   std::to_string(size) +
                                                   " has too few dimensions");
}

/// `list` with `value` instead of entry `position`.
template <typename List, typename T>
std::vector<T> replaced(const List &list, int position, T value) {
  require_entries(list.size(), position + 1, position);
  std::vector<T> result(list.begin(), list.end());
  result[position] = value;
  return result;
}

/// `list` with `value` before entry `position`.
template <typename List, typename T>
std::vector<T> inserted(const List &list, int position, T value) {
  require_entries(list.size(), position, position);
  std::vector<T> result(list.begin(), list.end());
  result.insert(result.begin() + position, value);
  return result;
}

/// `list` without entry `position`.
template <typename List> auto removed(const List &list, int position) {
  require_entries(list.size(), position + 1, position);
  std::vector<std::remove_cvref_t<decltype(list[0])>> result(list.begin(),
                                                             list.end());
  result.erase(result.begin() + position);
  return result;
}

/// Entries [from, to) of `list`.
template <typename List> auto sublist(const List &list, int from, int to) {
  require_entries(list.size(), from > to ? -1 : to, from);
  return std::vector<std::remove_cvref_t<decltype(list[0])>>(
      list.begin() + from, list.begin() + to);
}

/// `a` followed by `b`.
template <typename T>
std::vector<T> joined(std::vector<T> a, const std::vector<T> &b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

} // namespace landfall::frontend
