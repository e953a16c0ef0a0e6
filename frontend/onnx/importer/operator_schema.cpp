//===- operator_schema.cpp ------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator_schema.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace landfall::frontend {

namespace {

struct Row {
  std::string_view domain, type;
  int since_version;
  OperatorSchema schema;
};

auto key(const Row &row) {
  return std::tuple(row.domain, row.type, row.since_version);
}

/// Sorted by domain, type and version.
constexpr Row rows[] = {
#define ONNX_OPERATOR(DOMAIN, TYPE, SINCE, ...)                                \
  {DOMAIN, TYPE, SINCE, {__VA_ARGS__}},
#include "frontend/onnx/importer/onnx_schema.def"
};

constexpr std::string_view type_sets[] = {
#define ONNX_TYPES(TEXT) TEXT,
#include "frontend/onnx/importer/onnx_schema.def"
};

} // namespace

const OperatorSchema *find_schema(std::string_view domain,
                                  std::string_view type, int version) {
  auto above = std::upper_bound(
      std::begin(rows), std::end(rows), std::tuple(domain, type, version),
      [](const auto &wanted, const Row &row) { return wanted < key(row); });
  if (above == std::begin(rows))
    return nullptr;
  const Row &row = *std::prev(above);
  return row.domain == domain && row.type == type ? &row.schema : nullptr;
}

std::string_view onnx_types(int number) { return type_sets[number]; }

} // namespace landfall::frontend
