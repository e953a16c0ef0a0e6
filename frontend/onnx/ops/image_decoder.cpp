//===- image_decoder.cpp - Pixels of an image file --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/text_operand.h"

namespace landfall::frontend {

/// PixelFormat of runtime/image_functions.h.
enum class Format : uint8_t { rgb, bgr, grayscale };

// image [H, W, C] = the pixels of a file, in the order of pixel_format; of
// something else than an image, H and W are 0
static void image_decoder(Node &node) {
  Tensor stream = node.input(0, "encoded_stream", 1);
  node.expect(stream.dtype() == DType::u8, "encoded_stream must be bytes");
  std::string name = node.string_attr("pixel_format", "RGB");
  Format format = name == "BGR"         ? Format::bgr
                  : name == "Grayscale" ? Format::grayscale
                                        : Format::rgb;
  node.expect(format != Format::rgb || name == "RGB",
              "pixel_format \"" + name + "\" is not known");
  Any file[] = {stream};
  int64_t extra[] = {int64_t(format)};
  node.output(host_tensor(node.b(), BoxFunction::image_decode, file, DType::u8,
                          3, extra));
}

LANDFALL_ONNX(image_decoder, {"ImageDecoder", 20, image_decoder})

} // namespace landfall::frontend
