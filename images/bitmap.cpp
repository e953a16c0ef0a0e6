//===- bitmap.cpp - Windows bitmaps (BMP) ---------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A file header with the offset of the pixels, an information header with
// extents, bits a pixel and the kind of compression, a palette for up to 8
// bits, then rows from the bottom (from the top if the height is negative),
// each filled up to 4 bytes. Runs (RLE) are not read.
//
//===----------------------------------------------------------------------===//

#include "images/image.h"

#include <bit>

namespace landfall::images {

namespace {

/// Little-endian fields; 0 behind the end.
struct Fields {
  Bytes file;

  uint32_t byte(size_t at) const { return at < file.size() ? file[at] : 0; }
  uint32_t word(size_t at) const { return byte(at) | byte(at + 1) << 8; }
  uint32_t quad(size_t at) const { return word(at) | word(at + 2) << 16; }
};

/// A colour's bits in a pixel of 16 or 32 bits, as a byte.
uint8_t channel(uint32_t pixel, uint32_t mask) {
  if (mask == 0)
    return 0;
  int shift = std::countr_zero(mask);
  uint64_t most = mask >> shift;
  return uint8_t(((pixel & mask) >> shift) * 255 / most);
}

struct Bitmap {
  Fields in;
  uint32_t header, bits, compression, pixels;
  int64_t width, height;
  bool from_top;
  uint32_t masks[3];

  explicit Bitmap(Bytes file) : in{file} {
    header = in.quad(14);
    pixels = in.quad(10);
    bool early = header == 12; // OS/2's first header has words.
    width = early ? int32_t(in.word(18)) : int32_t(in.quad(18));
    int64_t lines = early ? int32_t(in.word(20)) : int32_t(in.quad(22));
    from_top = lines < 0;
    height = from_top ? -lines : lines;
    bits = in.word(early ? 24 : 28);
    compression = early ? 0 : in.quad(30);
    const uint32_t usual[] = {bits == 16 ? 0x7c00u : 0xff0000u,
                              bits == 16 ? 0x3e0u : 0xff00u,
                              bits == 16 ? 0x1fu : 0xffu};
    for (size_t k = 0; k < 3; ++k)
      masks[k] = has_masks() ? in.quad(54 + 4 * k) : usual[k];
  }

  bool has_masks() const { return compression == 3; }
  bool is_known() const {
    bool is_size = header == 12 || (header >= 40 && header <= 124);
    bool is_depth = bits == 1 || bits == 4 || bits == 8 || bits == 16 ||
                    bits == 24 || bits == 32;
    return is_size && is_depth && (compression == 0 || has_masks());
  }
  size_t row_bytes() const { return (size_t(width) * bits + 31) / 32 * 4; }

  void read_palette_colour(uint32_t index, uint8_t *to) const {
    size_t entry = header == 12 ? 3 : 4;
    size_t at = 14 + header + index * entry;
    for (size_t k = 0; k < 3; ++k)
      to[k] = uint8_t(in.byte(at + 2 - k));
  }

  void read_pixel(size_t row, int64_t column, uint8_t *to) const {
    size_t x = size_t(column);
    if (bits <= 8) {
      size_t a_byte = 8 / bits;
      uint32_t shift = 8 - bits * uint32_t(x % a_byte + 1);
      uint32_t index = in.byte(row + x / a_byte) >> shift & ((1u << bits) - 1);
      return read_palette_colour(index, to);
    }
    size_t at = row + x * bits / 8;
    if (bits == 24) {
      for (size_t k = 0; k < 3; ++k)
        to[k] = uint8_t(in.byte(at + 2 - k));
      return;
    }
    uint32_t pixel = bits == 16 ? in.word(at) : in.quad(at);
    for (size_t k = 0; k < 3; ++k)
      to[k] = channel(pixel, masks[k]);
  }
};

} // namespace

std::optional<Image> decode_bitmap(Bytes file) {
  if (file.size() < 26 || file[0] != 'B' || file[1] != 'M')
    return std::nullopt;
  Bitmap bitmap(file);
  std::optional<Image> image = Image::of(bitmap.height, bitmap.width);
  if (!bitmap.is_known() || !image ||
      bitmap.pixels + bitmap.row_bytes() * size_t(bitmap.height) > file.size())
    return std::nullopt;
  for (int64_t y = 0; y < image->height; ++y) {
    int64_t line = bitmap.from_top ? y : image->height - 1 - y;
    size_t row = bitmap.pixels + bitmap.row_bytes() * size_t(line);
    for (int64_t x = 0; x < image->width; ++x)
      bitmap.read_pixel(row, x, image->at(y, x));
  }
  return image;
}

} // namespace landfall::images
