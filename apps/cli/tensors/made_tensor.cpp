//===- made_tensor.cpp - Random and constant inputs -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/made_tensor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>

namespace landfall::cli {

namespace {

/// splitmix64: a counter, mixed.
class Random {
public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t x = state_ += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
  }
  /// In [-1, 1).
  double real() { return double(int64_t(next()) >> 11) * 0x1p-52; }

private:
  uint64_t state_;
};

/// A tensor that this machine has the memory for.
Result<Tensor> allocate(DType dtype, std::vector<int64_t> dims) {
  auto memory =
      uint64_t(sysconf(_SC_PHYS_PAGES)) * uint64_t(sysconf(_SC_PAGESIZE));
  uint64_t element =
      dtype == DType::string ? sizeof(std::string) : uint64_t(size_of(dtype));
  uint64_t bytes = element;
  bool is_empty = std::ranges::count(dims, 0) != 0, fits = true;
  std::string shape;
  for (int64_t dim : dims) {
    fits = fits && !__builtin_mul_overflow(bytes, uint64_t(dim), &bytes);
    shape += fmt::format("{}{}", shape.empty() ? "" : "x", dim);
  }
  if (!is_empty && (!fits || bytes > memory))
    return Error{ErrorCode::out_of_memory,
                 fmt::format("a {} tensor of the shape {} does not fit this "
                             "machine's memory",
                             name(dtype), shape)};
  return make_tensor(dtype, std::move(dims));
}

uint8_t *writable(Tensor &tensor) {
  // The bytes were allocated by make_tensor and are not shared yet.
  return const_cast<uint8_t *>(tensor.bytes.data.data());
}

/// The storage bits of `value` in a real type.
uint64_t real_bits(DType type, double value) {
  if (type == DType::f64)
    return std::bit_cast<uint64_t>(value);
  return real_from_double(type, value);
}

/// Encodes a value as one element of `type`.
void put(uint8_t *at, DType type, double value) {
  uint64_t bits = 0;
  if (is_real(type))
    bits = real_bits(type, value);
  else if (type == DType::boolean)
    bits = value != 0;
  else if (type == DType::u64 && value >= 0x1p63)
    bits = value < 0x1p64 ? uint64_t(value) : ~uint64_t(0);
  else if (std::isfinite(value))
    bits = uint64_t(wrap_integer(type, value >= 0x1p63   ? INT64_MAX
                                       : value < -0x1p63 ? INT64_MIN
                                                         : int64_t(value)));
  std::memcpy(at, &bits, size_t(size_of(type)));
}

/// The number pair's type of a complex one.
DType part_of(DType type) {
  return type == DType::c64 ? DType::f32 : DType::f64;
}

double random_value(Random &random, DType type) {
  if (is_real(type))
    return random.real();
  if (type != DType::boolean && info(type).bits <= 8)
    return double(wrap_integer(type, int64_t(random.next() >> 32 & 0xff)));
  return double(random.next() >> 63);
}

} // namespace

Result<Tensor> random_tensor(DType dtype, std::vector<int64_t> dims,
                             uint64_t seed) {
  Tensor tensor = TRY(allocate(dtype, std::move(dims)));
  Random random(seed);
  for (std::string &text : tensor.strings)
    text = std::string(1, char('a' + random.next() % 26));
  if (dtype == DType::string)
    return tensor;
  bool is_complex = info(dtype).kind == DTypeKind::complex;
  DType part = is_complex ? part_of(dtype) : dtype;
  auto step = size_t(size_of(part));
  uint8_t *data = writable(tensor);
  for (size_t at = 0; at < tensor.bytes.data.size(); at += step)
    put(data + at, part, random_value(random, part));
  return tensor;
}

Result<Tensor> filled_tensor(DType dtype, std::vector<int64_t> dims,
                             double value) {
  Tensor tensor = TRY(allocate(dtype, std::move(dims)));
  for (std::string &text : tensor.strings)
    text = fmt::format("{}", value);
  if (dtype == DType::string)
    return tensor;
  bool is_complex = info(dtype).kind == DTypeKind::complex;
  auto step = size_t(size_of(dtype));
  uint8_t *data = writable(tensor);
  for (size_t at = 0; at < tensor.bytes.data.size(); at += step)
    put(data + at, is_complex ? part_of(dtype) : dtype, value);
  return tensor;
}

} // namespace landfall::cli
