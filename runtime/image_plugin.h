//===- image_plugin.h - The image library's C entry points ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// liblandfall_images.so exports exactly these; the runtime loads it when a
// model decodes an image, so that only such models need the libraries of
// formats.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <cstdint>

#define LANDFALL_IMAGE_EXPORT __attribute__((visibility("default")))

extern "C" {

/// Decodes the first image of a file of any format that is known: `*pixels` are
/// height x width x 3 bytes, red, green, blue, to be released by
/// landfall_free_image. Null, with extents of 0, if the file cannot be decoded.
LANDFALL_IMAGE_EXPORT void landfall_decode_image(const uint8_t *file,
                                                 size_t size, uint8_t **pixels,
                                                 int64_t *height,
                                                 int64_t *width);
LANDFALL_IMAGE_EXPORT void landfall_free_image(uint8_t *pixels);
}
