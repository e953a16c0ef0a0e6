//===- image_functions.cpp - What the host does with images ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/image_functions.h"

#include "runtime/image_plugin.h"
#include "runtime/plugin_path.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <mutex>

namespace landfall::runtime {

namespace {

struct ImageLibrary {
  decltype(&landfall_decode_image) decode;
  decltype(&landfall_free_image) release;
};

Result<ImageLibrary> open_library() {
  std::string problems;
  for (const std::string &path : plugin_paths("liblandfall_images")) {
    void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      problems += std::string("\n  ") + dlerror();
      continue;
    }
    ImageLibrary library{reinterpret_cast<decltype(&landfall_decode_image)>(
                             dlsym(handle, "landfall_decode_image")),
                         reinterpret_cast<decltype(&landfall_free_image)>(
                             dlsym(handle, "landfall_free_image"))};
    if (library.decode && library.release)
      return library;
    problems += "\n  " + path + ": has other functions";
  }
  return Error{ErrorCode::unsupported,
               "decoding images needs liblandfall_images.so" + problems};
}

/// Opened once. A failure may pass (memory was short), so it is tried again.
Result<ImageLibrary> image_library() {
  static std::mutex mutex;
  static std::optional<ImageLibrary> opened;
  std::lock_guard lock(mutex);
  if (!opened)
    opened = TRY(open_library());
  return *opened;
}

Result<HostValue> decode(std::span<const HostValue *const> arguments,
                         std::span<const uint32_t> extra) {
  auto *file = arguments.size() == 1
                   ? std::get_if<HostTensor>(&arguments[0]->value)
                   : nullptr;
  if (!file || file->dtype != DType::u8 || extra.size() != 1 ||
      extra[0] > uint32_t(PixelFormat::grayscale))
    return Error{ErrorCode::internal,
                 "the compiled program misuses image_decode; this is a bug in "
                 "Landfall, please report it"};
  ImageLibrary library = TRY(image_library());
  uint8_t *pixels = nullptr;
  int64_t height = 0, width = 0;
  library.decode(file->bytes.data.data(), file->bytes.data.size(), &pixels,
                 &height, &width);
  std::unique_ptr<uint8_t, decltype(library.release)> owner(pixels,
                                                            library.release);
  return HostValue{in_format(pixels, height, width, PixelFormat(extra[0]))};
}

} // namespace

HostTensor in_format(const uint8_t *pixels, int64_t height, int64_t width,
                     PixelFormat format) {
  int64_t channels = format == PixelFormat::grayscale ? 1 : 3;
  HostTensor image = make_tensor(DType::u8, {height, width, channels});
  auto *to = const_cast<uint8_t *>(image.bytes.data.data());
  for (int64_t k = 0; k < height * width; ++k) {
    const uint8_t *pixel = pixels + 3 * k;
    if (channels == 1) // Weights in parts of 2^16.
      to[k] = uint8_t(
          (pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >>
          16);
    for (int64_t c = 0; channels == 3 && c < 3; ++c)
      to[3 * k + c] = pixel[format == PixelFormat::bgr ? 2 - c : c];
  }
  return image;
}

std::optional<Result<HostValue>>
apply_image_function(BoxFunction function,
                     std::span<const HostValue *const> arguments,
                     std::span<const uint32_t> extra) {
  if (function != BoxFunction::image_decode)
    return std::nullopt;
  return decode(arguments, extra);
}

} // namespace landfall::runtime
