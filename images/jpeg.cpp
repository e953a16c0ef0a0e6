//===- jpeg.cpp - JPEG, by libjpeg-turbo ----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "images/image.h"

#ifdef LANDFALL_HAS_JPEG
#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>
#endif

namespace landfall::images {

#ifdef LANDFALL_HAS_JPEG

namespace {

/// libjpeg's errors end in a jump; what it prints is not wanted.
struct Failure {
  jpeg_error_mgr manager;
  std::jmp_buf back;

  static void leave(j_common_ptr context) {
    std::longjmp(reinterpret_cast<Failure *>(context->err)->back, 1);
  }
  static void be_silent(j_common_ptr) {}
};

/// Into `image`; whether it succeeds. Nothing that has a destructor lives in
/// this frame, as it may be left by a jump.
bool read_jpeg(Bytes file, std::optional<Image> &image) {
  jpeg_decompress_struct reader;
  Failure failure;
  reader.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = Failure::leave;
  failure.manager.output_message = Failure::be_silent;
  if (setjmp(failure.back) != 0) {
    jpeg_destroy_decompress(&reader);
    return false;
  }
  jpeg_create_decompress(&reader);
  jpeg_mem_src(&reader, file.data(), file.size());
  jpeg_read_header(&reader, TRUE);
  reader.out_color_space = JCS_RGB;
  jpeg_start_decompress(&reader);
  image = Image::of(reader.output_height, reader.output_width);
  bool is_rgb = image && reader.output_components == 3;
  while (is_rgb && reader.output_scanline < reader.output_height) {
    JSAMPROW row = image->at(reader.output_scanline, 0);
    jpeg_read_scanlines(&reader, &row, 1);
  }
  if (is_rgb)
    jpeg_finish_decompress(&reader);
  jpeg_destroy_decompress(&reader);
  return is_rgb;
}

} // namespace

std::optional<Image> decode_jpeg(Bytes file) {
  if (file.size() < 4 || file[0] != 0xff || file[1] != 0xd8)
    return std::nullopt;
  std::optional<Image> image;
  return read_jpeg(file, image) ? image : std::nullopt;
}

#else

std::optional<Image> decode_jpeg(Bytes) { return std::nullopt; }

#endif

} // namespace landfall::images
