//===- jpeg2000.cpp - JPEG 2000, by OpenJPEG ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "images/image.h"

#ifdef LANDFALL_HAS_JPEG2000
#include <algorithm>
#include <cstring>
#include <memory>
#include <openjpeg.h>
#endif

namespace landfall::images {

#ifdef LANDFALL_HAS_JPEG2000

namespace {

/// A file in memory, as OpenJPEG's callbacks see it.
struct Memory {
  Bytes file;
  size_t at = 0;

  static OPJ_SIZE_T read(void *to, OPJ_SIZE_T count, void *self) {
    auto &memory = *static_cast<Memory *>(self);
    size_t got = std::min<size_t>(count, memory.file.size() - memory.at);
    if (got == 0)
      return OPJ_SIZE_T(-1);
    std::memcpy(to, memory.file.data() + memory.at, got);
    memory.at += got;
    return got;
  }
  static OPJ_OFF_T skip(OPJ_OFF_T count, void *self) {
    auto &memory = *static_cast<Memory *>(self);
    OPJ_OFF_T room = OPJ_OFF_T(memory.file.size() - memory.at);
    if (count < 0 || room == 0)
      return -1;
    OPJ_OFF_T done = std::min(count, room);
    memory.at += size_t(done);
    return done;
  }
  static OPJ_BOOL seek(OPJ_OFF_T to, void *self) {
    auto &memory = *static_cast<Memory *>(self);
    if (to < 0 || size_t(to) > memory.file.size())
      return OPJ_FALSE;
    memory.at = size_t(to);
    return OPJ_TRUE;
  }
};

/// A file is boxes, the first of which has this signature, or the code alone.
std::optional<OPJ_CODEC_FORMAT> format_of(Bytes file) {
  constexpr uint8_t boxes[] = {0, 0, 0, 12, 'j', 'P', ' ', ' '};
  constexpr uint8_t code[] = {0xff, 0x4f, 0xff, 0x51};
  if (file.size() > 12 && std::memcmp(file.data(), boxes, 8) == 0)
    return OPJ_CODEC_JP2;
  if (file.size() > 12 && std::memcmp(file.data(), code, 4) == 0)
    return OPJ_CODEC_J2K;
  return std::nullopt;
}

using Decoded = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;

Decoded read_image(Bytes file, OPJ_CODEC_FORMAT format) {
  Memory memory{file};
  std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)> stream(
      opj_stream_default_create(OPJ_TRUE), &opj_stream_destroy);
  std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)> codec(
      opj_create_decompress(format), &opj_destroy_codec);
  opj_stream_set_user_data(stream.get(), &memory, nullptr);
  opj_stream_set_user_data_length(stream.get(), file.size());
  opj_stream_set_read_function(stream.get(), Memory::read);
  opj_stream_set_skip_function(stream.get(), Memory::skip);
  opj_stream_set_seek_function(stream.get(), Memory::seek);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t *image = nullptr;
  bool is_read = opj_setup_decoder(codec.get(), &parameters) &&
                 opj_read_header(stream.get(), codec.get(), &image) &&
                 Image::of(int64_t(image->y1) - image->y0,
                           int64_t(image->x1) - image->x0) &&
                 opj_decode(codec.get(), stream.get(), image) &&
                 opj_end_decompress(codec.get(), stream.get());
  Decoded decoded(image, &opj_image_destroy);
  if (!is_read)
    decoded.reset();
  return decoded;
}

uint8_t as_byte(double value) {
  return uint8_t(std::clamp(value + 0.5, 0.0, 255.0));
}

/// Red, green and blue of luma and two differences (ITU-R BT.601).
void from_differences(uint8_t *pixel) {
  double y = pixel[0], b = pixel[1] - 128.0, r = pixel[2] - 128.0;
  pixel[0] = as_byte(y + 1.402 * r);
  pixel[1] = as_byte(y - 0.344136 * b - 0.714136 * r);
  pixel[2] = as_byte(y + 1.772 * b);
}

} // namespace

std::optional<Image> decode_jpeg2000(Bytes file) {
  std::optional<OPJ_CODEC_FORMAT> format = format_of(file);
  if (!format)
    return std::nullopt;
  Decoded decoded = read_image(file, *format);
  if (!decoded || decoded->numcomps < 1)
    return std::nullopt;
  std::optional<Image> image =
      Image::of(decoded->comps[0].h, decoded->comps[0].w);
  if (!image)
    return std::nullopt;
  bool is_grey = decoded->numcomps < 3;
  for (uint32_t k = 0; k < 3; ++k) {
    const opj_image_comp_t &part = decoded->comps[is_grey ? 0 : k];
    int depth = int(part.prec);
    if (!part.data || part.w == 0 || part.h == 0 || depth < 1 || depth > 31)
      return std::nullopt;
    for (int64_t y = 0; y < image->height; ++y)
      for (int64_t x = 0; x < image->width; ++x) {
        // Components may have fewer samples.
        int64_t row = y * part.h / image->height;
        int64_t column = x * part.w / image->width;
        int64_t value = part.data[row * part.w + column];
        value += part.sgnd ? int64_t(1) << (depth - 1) : 0;
        value = depth > 8 ? value >> (depth - 8) : value << (8 - depth);
        image->at(y, x)[k] = uint8_t(std::clamp<int64_t>(value, 0, 255));
      }
  }
  if (decoded->color_space == OPJ_CLRSPC_SYCC && !is_grey)
    for (int64_t y = 0; y < image->height; ++y)
      for (int64_t x = 0; x < image->width; ++x)
        from_differences(image->at(y, x));
  return image;
}

#else

std::optional<Image> decode_jpeg2000(Bytes) { return std::nullopt; }

#endif

} // namespace landfall::images
