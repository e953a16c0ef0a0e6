//===- webp.cpp - WebP, by libwebp ----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "images/image.h"

#ifdef LANDFALL_HAS_WEBP
#include <cstring>
#include <webp/decode.h>
#endif

namespace landfall::images {

#ifdef LANDFALL_HAS_WEBP

std::optional<Image> decode_webp(Bytes file) {
  int width = 0, height = 0;
  if (!WebPGetInfo(file.data(), file.size(), &width, &height))
    return std::nullopt;
  std::optional<Image> image = Image::of(height, width);
  if (!image ||
      !WebPDecodeRGBInto(file.data(), file.size(), image->pixels.data(),
                         image->pixels.size(), width * 3))
    return std::nullopt;
  return image;
}

#else

std::optional<Image> decode_webp(Bytes) { return std::nullopt; }

#endif

} // namespace landfall::images
