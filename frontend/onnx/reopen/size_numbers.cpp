//===- size_numbers.cpp - Numbers that may come from a size ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/size_numbers.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace landfall::frontend {

namespace {

/// Of an f32 that was computed in a few steps.
constexpr double tolerance = 4e-7;

bool contains(const std::vector<double> &sorted, double value) {
  double margin = tolerance * value;
  auto next = std::ranges::lower_bound(sorted, value - margin);
  return next != sorted.end() && *next <= value + margin;
}

bool is_one_of(double value, std::initializer_list<double> list) {
  return std::ranges::any_of(list, [&](double other) {
    return std::abs(value - other) <= tolerance * other;
  });
}

/// What stands for infinity in masks, and what keeps divisors above 0.
bool is_limit(double value) {
  if (value < 1e4 && value > 1e-4)
    return false;
  double power = std::log10(value);
  return std::abs(power - std::round(power)) < tolerance;
}

/// 2 and less say nothing of an extent; 1 / 2 is what halves are made with.
bool is_trivial(double value) {
  return value == 0 || is_one_of(value, {0.5, 1, 2}) || is_limit(value);
}

/// ReLU6, hard sigmoid and swish; slopes of leaky ReLU, variances of boxes.
bool is_common(double value) {
  return is_trivial(value) ||
         is_one_of(value, {3, 6, 1.0 / 3, 1.0 / 6, 0.1, 0.2, 0.01});
}

void add_extent(std::vector<double> &list, int64_t extent) {
  auto e = static_cast<double>(extent);
  for (double number :
       {e, e - 1, e / 2, std::floor(e / 2), (e - 1) / 2, std::ceil(e / 2)})
    list.push_back(number);
  for (double number : {1 / e, 2 / e, 1 / (e - 1), 2 / (e - 1), std::log(e)})
    list.push_back(number);
}

void sort(std::vector<double> &list) {
  std::ranges::sort(list);
  auto rest = std::ranges::unique(list);
  list.erase(rest.begin(), rest.end());
}

constexpr int64_t least_extent = 3;

} // namespace

SizeNumbers::SizeNumbers(const Extents &extents) {
  add_inputs(extents);
  add_features(extents);
  add_products(extents);
  for (auto *list : {&inputs_, &features_, &strides_})
    sort(*list);
}

void SizeNumbers::add_inputs(const Extents &extents) {
  constexpr int64_t least_for_more = 8; // 4 is one more than a batch of 3.
  for (int64_t extent : extents.opened()) {
    if (extent < least_extent)
      continue;
    add_extent(inputs_, extent);
    auto e = static_cast<double>(extent);
    if (extent < least_for_more)
      continue;
    inputs_.push_back(e + 1);
    for (double number : {std::sqrt(e), 1 / std::sqrt(e)})
      features_.push_back(number);
  }
}

void SizeNumbers::add_features(const Extents &extents) {
  for (int64_t extent : extents.met_values())
    if (extent >= least_extent)
      add_extent(features_, extent);
  for (int64_t stride : extents.strides())
    for (double number : {1.0, 0.5})
      strides_.push_back(number * static_cast<double>(stride));
}

void SizeNumbers::add_products(const Extents &extents) {
  // Strides and numbers of channels are 64 and less where products are small.
  constexpr int64_t least_sure = 100, least = 12;
  for (int64_t product : extents.products()) {
    auto p = static_cast<double>(product);
    auto &list = product >= least_sure ? inputs_ : features_;
    if (product < least)
      continue;
    for (double number : {p, p - 1, std::floor(p / 2), 1 / p, 2 / p})
      list.push_back(number);
    for (double number : {std::sqrt(p), 1 / std::sqrt(p), std::log(p)})
      features_.push_back(number);
    // The number of elements: channels, height and width.
    for (int64_t channels : extents.met_constants())
      for (double all = p * static_cast<double>(channels);
           double number : {all, 1 / all})
        list.push_back(number);
  }
}

bool SizeNumbers::is_of_input(double value) const {
  value = std::abs(value);
  return !is_trivial(value) && contains(inputs_, value);
}

bool SizeNumbers::may_be(double value) const {
  value = std::abs(value);
  return is_of_input(value) ||
         (!is_common(value) && contains(features_, value));
}

bool SizeNumbers::is_stride(double value) const {
  return !is_of_input(value) && contains(strides_, std::abs(value));
}

bool SizeNumbers::is_part(int64_t value, int64_t whole) const {
  bool is_quotient = false;
  for (int64_t parts : {2, 3, 4})
    is_quotient |= value > 1 && value == whole / parts;
  bool is_middle = value > 0 && (value == (whole - 1) / 2 ||
                                 value == whole / 2 || value == whole / 2 - 1);
  return is_quotient || is_middle || may_be(static_cast<double>(value));
}

std::optional<double>
SizeNumbers::found_in(const std::vector<double> &values) const {
  // A trained table of a few has no such number by chance.
  constexpr size_t few = 4, short_list = 16;
  std::set<double> different;
  for (double value : values)
    if (!is_trivial(std::abs(value)))
      different.insert(std::abs(value));
  std::optional<double> found;
  size_t count = 0;
  for (double value : different) {
    bool is_whole = value == std::round(value);
    if (different.size() <= short_list && is_whole && is_of_input(value))
      return value;
    if (!may_be(value))
      continue;
    ++count;
    found = value;
  }
  if (different.size() > few && 2 * count < different.size())
    return std::nullopt;
  return found;
}

} // namespace landfall::frontend
