//===- portable.cpp - Portable any maps (PNM) -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// "P", a digit for the kind (1 to 3 in decimal text, 4 to 6 in bytes: bits,
// grey, colour), width, height and, but for bits, the largest value, then the
// samples. White space and comments (# to the end of the line) stand between
// numbers; one character of white space stands before bytes.
//
//===----------------------------------------------------------------------===//

#include "images/image.h"

namespace landfall::images {

namespace {

bool is_space(uint8_t c) { return c == ' ' || (c >= 9 && c <= 13); }
bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

struct Reader {
  Bytes file;
  size_t at = 2;
  bool failed = false;

  void skip_space() {
    while (at < file.size() && (is_space(file[at]) || file[at] == '#')) {
      if (file[at] == '#')
        while (at < file.size() && file[at] != '\n')
          ++at;
      else
        ++at;
    }
  }

  int64_t number() {
    skip_space();
    if (at >= file.size() || !is_digit(file[at])) {
      failed = true;
      return 0;
    }
    int64_t value = 0;
    while (at < file.size() && is_digit(file[at]) && value < (1 << 28))
      value = value * 10 + (file[at++] - '0');
    return value;
  }

  /// A bit in text; bits need no space between them.
  int64_t digit() {
    skip_space();
    if (at >= file.size() || !is_digit(file[at])) {
      failed = true;
      return 0;
    }
    return file[at++] - '0';
  }

  int64_t bytes(int count) {
    int64_t value = 0;
    for (; count > 0; --count) {
      failed |= at >= file.size();
      value = value << 8 | (failed ? 0 : file[at++]);
    }
    return value;
  }
};

/// What one sample is, from 0 to 255.
struct Samples {
  Reader &in;
  int kind;
  int64_t most;

  uint8_t next() {
    int64_t value = kind <= 3 ? in.number() : in.bytes(most > 255 ? 2 : 1);
    value = value > most ? most : value;
    return uint8_t((value * 255 + most / 2) / most);
  }
};

void read_bits(Reader &in, int kind, Image &image) {
  for (int64_t y = 0; y < image.height; ++y) {
    int64_t group = 0;
    for (int64_t x = 0; x < image.width; ++x) {
      if (kind == 4 && x % 8 == 0)
        group = in.bytes(1);
      int64_t bit = kind == 4 ? group >> (7 - x % 8) & 1 : in.digit();
      for (int k = 0; k < 3; ++k)
        image.at(y, x)[k] = bit ? 0 : 255;
    }
  }
}

void read_samples(Samples samples, Image &image) {
  bool is_colour = samples.kind % 3 == 0;
  for (int64_t y = 0; y < image.height && !samples.in.failed; ++y)
    for (int64_t x = 0; x < image.width; ++x) {
      uint8_t *pixel = image.at(y, x);
      pixel[0] = samples.next();
      for (int k = 1; k < 3; ++k)
        pixel[k] = is_colour ? samples.next() : pixel[0];
    }
}

} // namespace

std::optional<Image> decode_portable(Bytes file) {
  if (file.size() < 8 || file[0] != 'P' || file[1] < '1' || file[1] > '6')
    return std::nullopt;
  int kind = file[1] - '0';
  Reader in{file};
  int64_t width = in.number(), height = in.number();
  bool is_bits = kind == 1 || kind == 4;
  int64_t most = is_bits ? 1 : in.number();
  if (kind > 3)
    in.at += 1;
  std::optional<Image> image = Image::of(height, width);
  // A sample takes at least a bit: what is declared must be there.
  if (in.failed || most < 1 || most > 65535 || !image ||
      height > int64_t(file.size()) * 8 / width)
    return std::nullopt;
  if (is_bits)
    read_bits(in, kind, *image);
  else
    read_samples({in, kind, most}, *image);
  return in.failed ? std::nullopt : image;
}

} // namespace landfall::images
