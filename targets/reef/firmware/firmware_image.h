//===- firmware_image.h - The built firmware as data -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <span>
#include <string_view>

namespace landfall::reef {

struct FirmwareImage {
  std::string_view name;
  std::string_view bytes; ///< From the first byte of DRAM on.
};
/// The one image that the build makes.
std::span<const FirmwareImage> firmware_images();

} // namespace landfall::reef
