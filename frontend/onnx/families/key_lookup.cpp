//===- key_lookup.cpp - Tables of keys and values -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/key_lookup.h"

#include "base/owned_constant.h"
#include "frontend/onnx/support/compute_type.h"
#include "package/evaluate.h"

#include <bit>
#include <cstring>
#include <map>

namespace landfall::frontend {

namespace {

int64_t count_of(const ConstantData &list) {
  return int64_t(list.bytes.data.size()) / size_of(list.dtype);
}

/// Equal, or both NaN.
Scalar same_key(Scalar a, Scalar b) {
  Scalar equal = a == b;
  if (!is_real(a.dtype()))
    return equal;
  return logical_or(equal, logical_and(is_nan(a), is_nan(b)));
}

Tensor as_list(Builder &b, const ConstantData &data) {
  return b.reshape(b.constant(data), {count_of(data)});
}

/// Compares with one key after the other.
Tensor look_up_each(Builder &b, Tensor x, Tensor keys, Tensor values,
                    Tensor otherwise) {
  return b.elementwise({x}, [&](std::span<const Scalar> e) {
    return b.fold(
        {keys.dim(0)}, {otherwise.at({})},
        [&](std::span<const Scalar> k,
            std::span<const Scalar> found) -> Scalars {
          Scalar key = convert(keys.at({k[0]}), x.dtype());
          return {select(same_key(e[0], key), values.at({k[0]}), found[0])};
        })[0];
  });
}

/// Distinct whole keys in ascending order, and their values in theirs.
struct SortedTable {
  Tensor keys; ///< i64
  Tensor values;
  int64_t count;
};

SortedTable sorted(Builder &b, const ConstantData &keys,
                   const ConstantData &values) {
  std::map<int64_t, int64_t> positions;
  for (int64_t k = 0; k < count_of(keys); ++k) {
    const uint8_t *key = keys.bytes.data.data() + k * size_of(keys.dtype);
    positions[load_scalar(keys.dtype, key).i] = k;
  }
  std::vector<int64_t> order;
  size_t size = size_t(size_of(values.dtype));
  std::vector<uint8_t> bytes;
  for (auto [key, position] : positions) {
    order.push_back(key);
    const uint8_t *value = values.bytes.data.data() + position * int64_t(size);
    bytes.insert(bytes.end(), value, value + size);
  }
  std::vector<int64_t> dims = {int64_t(order.size())};
  return {b.constant(owned_constant<int64_t>(DType::i64, dims, order)),
          b.constant({values.dtype, dims, share_bytes(std::move(bytes))}),
          dims[0]};
}

/// Binary search, in a number of steps that depends on the table alone.
Tensor look_up_sorted(Builder &b, Tensor x, const SortedTable &table,
                      Tensor otherwise) {
  int steps = std::bit_width(uint64_t(table.count - 1));
  return b.elementwise({x}, [&](std::span<const Scalar> e) {
    Scalar wanted = e[0].dtype() == DType::string ? bitcast(e[0], DType::i64)
                                                  : convert(e[0], DType::i64);
    // The last position whose key is not above the wanted one, or 0.
    Scalar position = b.fold(
        {steps},
        {b.index(0), b.index(steps > 0 ? int64_t(1) << (steps - 1) : 0)},
        [&](std::span<const Scalar>, std::span<const Scalar> at) -> Scalars {
          Scalar next = at[0] + at[1];
          Scalar inside = next < double(table.count);
          Scalar key = table.keys.at_or(std::array{next}, inside, wanted);
          Scalar moves = logical_and(inside, key <= wanted);
          return {select(moves, next, at[0]), at[1] >> b.index(1)};
        })[0];
    return select(table.keys.at({position}) == wanted,
                  table.values.at({position}), otherwise.at({}));
  });
}

} // namespace

Tensor look_up(const Node &node, Tensor x, const ConstantData &keys,
               const ConstantData &values, Tensor otherwise) {
  node.expect(count_of(keys) == count_of(values),
              "keys and values must be equally many");
  bool is_text = x.dtype() == DType::string;
  node.expect(is_text == (keys.dtype == DType::string),
              std::string("the operand is of type ") +
                  std::string(landfall::name(x.dtype())) + ", the keys are " +
                  std::string(landfall::name(keys.dtype)));
  Builder &b = node.b();
  bool is_whole = is_text || (is_integer(x.dtype()) && is_integer(keys.dtype));
  if (!is_whole || count_of(keys) == 0)
    return look_up_each(b, x, as_list(b, keys), as_list(b, values), otherwise);
  return look_up_sorted(b, x, sorted(b, keys, values), otherwise);
}

ConstantData text_list(const Node &node,
                       const std::vector<std::string> &texts) {
  return node.b().texts({int64_t(texts.size())}, texts);
}

} // namespace landfall::frontend
