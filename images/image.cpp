//===- image.cpp - Decoders of image files --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "images/image.h"

namespace landfall::images {

std::optional<Image> Image::of(int64_t height, int64_t width) {
  constexpr int64_t most = int64_t(1) << 28; // Pixels.
  if (height <= 0 || width <= 0 || height > most / width)
    return std::nullopt;
  return Image{height, width, std::vector<uint8_t>(size_t(height * width * 3))};
}

std::optional<Image> decode(Bytes file) {
  for (auto decoder : {decode_png, decode_jpeg, decode_bitmap, decode_portable,
                       decode_webp, decode_tiff, decode_jpeg2000})
    if (std::optional<Image> image = decoder(file))
      return image;
  return std::nullopt;
}

} // namespace landfall::images
