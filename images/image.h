//===- image.h - Decoders of image files ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace landfall::images {

using Bytes = std::span<const uint8_t>;

/// Pixels by rows, each red, green and blue.
struct Image {
  int64_t height = 0, width = 0;
  std::vector<uint8_t> pixels;

  /// Black. Nothing if an extent is not positive or the image is larger than
  /// is taken from a file that may lie.
  static std::optional<Image> of(int64_t height, int64_t width);
  uint8_t *at(int64_t row, int64_t column) {
    return pixels.data() + (row * width + column) * 3;
  }
};

/// The image in a file; nothing if it is not one of a known format, or damaged.
std::optional<Image> decode(Bytes file);

// One format each; nothing if the file is of another one, damaged, or the
// library was not there when this was built.
std::optional<Image> decode_bitmap(Bytes file);   ///< BMP
std::optional<Image> decode_portable(Bytes file); ///< PBM, PGM, PPM, PNM
std::optional<Image> decode_png(Bytes file);
std::optional<Image> decode_jpeg(Bytes file);
std::optional<Image> decode_jpeg2000(Bytes file);
std::optional<Image> decode_tiff(Bytes file);
std::optional<Image> decode_webp(Bytes file);

} // namespace landfall::images
