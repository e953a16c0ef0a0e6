//===- packed_rows.cpp - Rows of numbers in packed formats ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/packed_rows.h"

#include "frontend/onnx/support/attribute_table.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

enum class Format : uint8_t {
  f32 = 0,
  f16 = 1,
  q4_0 = 2,
  q5_0 = 6,
  q8_0 = 8,
  q5_k = 13,
  q6_k = 14,
  iq4_nl = 20,
  iq4_xs = 23,
  bf16 = 30,
  q2_0 = 42,
};

/// Numbers of a block, and their bytes.
struct Layout {
  Format format;
  int64_t numbers, bytes;
};

constexpr Layout layouts[] = {
    {Format::f32, 1, 4},       {Format::f16, 1, 2},
    {Format::bf16, 1, 2},      {Format::q4_0, 32, 18},
    {Format::q5_0, 32, 22},    {Format::q8_0, 32, 34},
    {Format::iq4_nl, 32, 18},  {Format::q2_0, 64, 18},
    {Format::q5_k, 256, 176},  {Format::q6_k, 256, 210},
    {Format::iq4_xs, 256, 136}};

const Layout *layout_of(int64_t format) {
  const Layout *found = std::ranges::find_if(
      layouts, [&](auto &layout) { return int64_t(layout.format) == format; });
  return found == std::end(layouts) ? nullptr : found;
}

Scalar i32(Scalar x) { return convert(x, DType::i32); }

/// `count` bits of an i32 from bit `first` on.
Scalar bits(Scalar x, Scalar first, int count) {
  return (x >> i32(first)) &
         x.builder().literal_int(DType::i32, (1 << count) - 1);
}
Scalar bits(Scalar x, int first, int count) {
  return bits(x, x.builder().literal_int(DType::i32, first), count);
}

} // namespace

/// A block of a row, and the number in it that is asked for.
struct PackedRows::Block {
  Tensor bytes;
  Scalar row, start; ///< Of its first byte.
  Scalar k;

  Scalar byte(Scalar at) const { return i32(bytes.at({row, start + at})); }
  Scalar byte(int64_t at) const { return byte(row.builder().index(at)); }
  Scalar word(int64_t at) const {
    return byte(at) |
           (byte(at + 1) << row.builder().literal_int(DType::i32, 8));
  }
  Scalar half(int64_t at) const {
    return cast(bitcast(cast(word(at), DType::u16), DType::f16), DType::f32);
  }
  /// Of bytes from `at` on of which each holds number j and j + width.
  Scalar nibble(int64_t at, int64_t width) const {
    Scalar in_pair = k % double(2 * width), group = k / double(2 * width);
    Scalar byte_at = group * double(width) + in_pair % double(width);
    return bits(byte(byte_at + double(at)), in_pair / double(width) * 4, 4);
  }
};

PackedRows::PackedRows(const Node &node, Tensor bytes, const std::string &name,
                       int64_t format, int64_t depth)
    : b_(node.b()), bytes_(bytes), format_(format) {
  const Layout *layout = layout_of(format);
  if (!layout)
    node.unsupported("the packed format " + std::to_string(format));
  node.expect(depth > 0 && depth % layout->numbers == 0,
              "K must be a positive multiple of the packed format's " +
                  std::to_string(layout->numbers) + " numbers a block");
  require_equal(b_, bytes.dim(1), depth / layout->numbers * layout->bytes,
                "the rows of " + name + " do not hold K numbers");
  table_ =
      constant_table(b_, DType::i8,
                     std::vector<int8_t>{-127, -104, -83, -65, -49, -35, -22,
                                         -10, 1, 13, 25, 38, 53, 69, 89, 113});
}

Scalar PackedRows::at(Scalar row, Scalar k) const {
  const Layout &layout = *layout_of(format_);
  if (layout.numbers == 1)
    return plain(row, k);
  Block block{bytes_, row, k / double(layout.numbers) * double(layout.bytes),
              k % double(layout.numbers)};
  switch (Format(format_)) {
  case Format::q5_k:
    return q5_k(block);
  case Format::q6_k:
    return q6_k(block);
  case Format::iq4_xs:
    return iq4_xs(block);
  default:
    return small(block);
  }
}

Scalar PackedRows::plain(Scalar row, Scalar k) const {
  int64_t size = layout_of(format_)->bytes;
  Block block{bytes_, row, k * double(size), b_.index(0)};
  if (Format(format_) == Format::f16)
    return block.half(0);
  Scalar sixteen = b_.literal_int(DType::i32, 16);
  Scalar word = Format(format_) == Format::bf16
                    ? block.word(0) << sixteen
                    : block.word(0) | (block.word(2) << sixteen);
  return bitcast(word, DType::f32);
}

/// A scale, then the numbers.
Scalar PackedRows::small(const Block &block) const {
  Scalar q;
  switch (Format(format_)) {
  case Format::q8_0:
    q = cast(bytes_.at({block.row, block.start + block.k + 2}), DType::i8);
    break;
  case Format::q2_0: {
    Scalar byte = block.byte(block.k / 4.0 + 2);
    q = bits(byte, block.k % 4.0 * 2, 2) - 1;
    break;
  }
  case Format::q4_0:
    q = block.nibble(2, 16) - 8;
    break;
  case Format::q5_0: {
    Scalar fifth = bits(block.byte(block.k / 8.0 + 2), block.k % 8.0, 1);
    q = (block.nibble(6, 16) | (fifth << b_.literal_int(DType::i32, 4))) - 16;
    break;
  }
  default:
    q = table_.at({convert(block.nibble(2, 16), DType::i64)});
  }
  return convert(q, DType::f32) * block.half(0);
}

/// d, dmin, 8 scales s and offsets m of 6 bits in 12 bytes, fifth bits, halves
/// of bytes: d s q - dmin m.
Scalar PackedRows::q5_k(const Block &block) const {
  Scalar group = block.k / 32.0, low = group < 4;
  // The last four have 4 bits in bytes 8 to 11 and 2 above the others' 6.
  Scalar scales = block.byte(group % 4.0 + 4);
  Scalar offsets = block.byte(group % 4.0 + 8);
  Scalar shared = block.byte(group % 4.0 + 12);
  Scalar four = b_.literal_int(DType::i32, 4);
  auto of = [&](Scalar byte, int first) {
    Scalar far = bits(shared, first, 4) | (bits(byte, 6, 2) << four);
    return cast(select(low, bits(byte, 0, 6), far), DType::f32);
  };
  Scalar fifth = bits(block.byte(block.k % 32.0 + 16), group, 1);
  Scalar q = block.nibble(48, 32) | (fifth << four);
  return block.half(0) * of(scales, 0) * cast(q, DType::f32) -
         block.half(2) * of(offsets, 4);
}

/// 4 low bits in halves of bytes, 2 high bits, 16 scales (i8), d.
Scalar PackedRows::q6_k(const Block &block) const {
  Scalar half = block.k / 128.0, in_half = block.k % 128.0;
  Scalar quarter = in_half / 32.0, lane = in_half % 32.0;
  Scalar low_at = half * 64.0 + in_half % 64.0;
  Scalar low = bits(block.byte(low_at), quarter / 2.0 * 4, 4);
  Scalar high = bits(block.byte(half * 32.0 + lane + 128), quarter * 2, 2);
  Scalar q = (low | (high << b_.literal_int(DType::i32, 4))) - 32;
  Scalar scale_at = block.start + half * 8.0 + in_half / 16.0 + 192;
  Scalar scale = cast(bytes_.at({block.row, scale_at}), DType::i8);
  return block.half(208) * cast(scale, DType::f32) * cast(q, DType::f32);
}

/// d, 2 high bits of 8 scales, their 4 low bits, halves of bytes that are
/// places in the table.
Scalar PackedRows::iq4_xs(const Block &block) const {
  Scalar group = block.k / 32.0;
  Scalar low = bits(block.byte(group / 2.0 + 4), group % 2.0 * 4, 4);
  Scalar high = bits(block.word(2), group * 2, 2);
  Scalar scale = (low | (high << b_.literal_int(DType::i32, 4))) - 32;
  Scalar q = table_.at({convert(block.nibble(8, 16), DType::i64)});
  return block.half(0) * cast(scale, DType::f32) * cast(q, DType::f32);
}

} // namespace landfall::frontend
