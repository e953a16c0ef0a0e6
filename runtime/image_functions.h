//===- image_functions.h - What the host does with images -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/host_value.h"

#include <optional>

namespace landfall::runtime {

/// The channels of a decoded image; grey is luma (ITU-R BT.601).
enum class PixelFormat : uint8_t { rgb, bgr, grayscale };

/// Applies a function of package/box_function.def whose name begins with
/// "image_"; nothing if it is another one. Fails with `unsupported` if the
/// library of image formats cannot be loaded, with `internal` on wrong
/// arguments.
std::optional<Result<HostValue>>
apply_image_function(BoxFunction function,
                     std::span<const HostValue *const> arguments,
                     std::span<const uint32_t> extra);

/// Red, green and blue bytes [height, width, 3] in another format.
HostTensor in_format(const uint8_t *pixels, int64_t height, int64_t width,
                     PixelFormat format);

} // namespace landfall::runtime
