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

/// The first row after the operator's row of `version`.
const Row *row_above(std::string_view domain, std::string_view type,
                     int version) {
  return std::upper_bound(
      std::begin(rows), std::end(rows), std::tuple(domain, type, version),
      [](const auto &wanted, const Row &row) { return wanted < key(row); });
}

} // namespace

const OperatorSchema *find_schema(std::string_view domain,
                                  std::string_view type, int version) {
  const Row *above = row_above(domain, type, version);
  if (above == std::begin(rows))
    return nullptr;
  const Row &row = *std::prev(above);
  return row.domain == domain && row.type == type ? &row.schema : nullptr;
}

int next_schema_version(std::string_view domain, std::string_view type,
                        int version) {
  const Row *above = row_above(domain, type, version);
  bool found =
      above != std::end(rows) && above->domain == domain && above->type == type;
  return found ? above->since_version : 0;
}

std::string_view onnx_types(int number) { return type_sets[number]; }

} // namespace landfall::frontend
