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
  std::string_view bytes; ///< Loaded at the first byte of DRAM.
};
/// The image that the build has made (exactly one).
std::span<const FirmwareImage> firmware_images();

} // namespace landfall::reef
