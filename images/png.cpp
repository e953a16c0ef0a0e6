//===- png.cpp - Portable network graphics, by libpng ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "images/image.h"

#ifdef LANDFALL_HAS_PNG
#include <cstring>
#include <png.h>
#endif

namespace landfall::images {

#ifdef LANDFALL_HAS_PNG

std::optional<Image> decode_png(Bytes file) {
  png_image header;
  std::memset(&header, 0, sizeof(header));
  header.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&header, file.data(), file.size()))
    return std::nullopt;
  std::optional<Image> image = Image::of(header.height, header.width);
  if (!image) {
    png_image_free(&header);
    return std::nullopt;
  }
  // Without transparency, which is dropped, not blended with a background.
  header.format = PNG_FORMAT_RGBA;
  std::vector<uint8_t> pixels(image->pixels.size() / 3 * 4);
  bool is_read =
      png_image_finish_read(&header, nullptr, pixels.data(), 0, nullptr);
  png_image_free(&header);
  if (!is_read)
    return std::nullopt;
  for (size_t k = 0; k < pixels.size() / 4; ++k)
    std::memcpy(image->pixels.data() + 3 * k, pixels.data() + 4 * k, 3);
  return image;
}

#else

std::optional<Image> decode_png(Bytes) { return std::nullopt; }

#endif

} // namespace landfall::images
