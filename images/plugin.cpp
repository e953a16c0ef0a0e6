//===- plugin.cpp - The image library's C entry points --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "images/image.h"
#include "runtime/image_plugin.h"

#include <cstdlib>
#include <cstring>
#include <new>

void landfall_decode_image(const uint8_t *file, size_t size, uint8_t **pixels,
                           int64_t *height, int64_t *width) {
  *pixels = nullptr;
  *height = *width = 0;
  try {
    auto image = landfall::images::decode({file, size});
    if (!image)
      return;
    *pixels = static_cast<uint8_t *>(std::malloc(image->pixels.size()));
    if (!*pixels)
      return;
    std::memcpy(*pixels, image->pixels.data(), image->pixels.size());
    *height = image->height;
    *width = image->width;
  } catch (const std::bad_alloc &) { // An image that there is no memory for.
  }
}

void landfall_free_image(uint8_t *pixels) { std::free(pixels); }
