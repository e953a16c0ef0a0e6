//===- tiff.cpp - Tagged image files, by libtiff --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "images/image.h"

#ifdef LANDFALL_HAS_TIFF
#include <algorithm>
#include <cstring>
#include <tiffio.h>
#endif

namespace landfall::images {

#ifdef LANDFALL_HAS_TIFF

namespace {

/// A file in memory, as libtiff's callbacks see it.
struct Memory {
  Bytes file;
  toff_t at = 0;

  static tsize_t read(thandle_t self, tdata_t to, tsize_t count) {
    auto &memory = *static_cast<Memory *>(self);
    toff_t end =
        std::min<toff_t>(memory.file.size(), memory.at + toff_t(count));
    if (memory.at >= end)
      return 0;
    std::memcpy(to, memory.file.data() + memory.at, end - memory.at);
    tsize_t got = tsize_t(end - memory.at);
    memory.at = end;
    return got;
  }
  static tsize_t write(thandle_t, tdata_t, tsize_t) { return 0; }
  static toff_t seek(thandle_t self, toff_t offset, int from) {
    auto &memory = *static_cast<Memory *>(self);
    toff_t start = from == SEEK_CUR   ? memory.at
                   : from == SEEK_END ? memory.file.size()
                                      : 0;
    return memory.at = start + offset;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t self) {
    return static_cast<Memory *>(self)->file.size();
  }
};

} // namespace

std::optional<Image> decode_tiff(Bytes file) {
  bool is_tiff = file.size() > 8 && (std::memcmp(file.data(), "II", 2) == 0 ||
                                     std::memcmp(file.data(), "MM", 2) == 0);
  if (!is_tiff)
    return std::nullopt;
  TIFFSetErrorHandler(nullptr); // They print.
  TIFFSetWarningHandler(nullptr);
  Memory memory{file};
  TIFF *tiff = TIFFClientOpen("image", "rm", &memory, Memory::read,
                              Memory::write, Memory::seek, Memory::close,
                              Memory::size, nullptr, nullptr);
  if (!tiff)
    return std::nullopt;
  uint32_t width = 0, height = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  std::optional<Image> image = Image::of(height, width);
  std::vector<uint32_t> pixels(image ? image->pixels.size() / 3 : 0);
  bool is_read =
      image && TIFFReadRGBAImageOriented(tiff, width, height, pixels.data(),
                                         ORIENTATION_TOPLEFT, 1);
  TIFFClose(tiff);
  if (!is_read)
    return std::nullopt;
  for (size_t k = 0; k < pixels.size(); ++k) {
    image->pixels[3 * k] = uint8_t(TIFFGetR(pixels[k]));
    image->pixels[3 * k + 1] = uint8_t(TIFFGetG(pixels[k]));
    image->pixels[3 * k + 2] = uint8_t(TIFFGetB(pixels[k]));
  }
  return image;
}

#else

std::optional<Image> decode_tiff(Bytes) { return std::nullopt; }

#endif

} // namespace landfall::images
