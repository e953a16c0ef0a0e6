//===- murmur_hash3.cpp - ONNX Runtime's MurmurHash3 ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = MurmurHash3_x86_32 (Austin Appleby, public domain) of the bytes of each
// element of X, with `seed`
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/importer/operator.h"
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {

namespace {

Scalar word(Builder &b, uint32_t value) {
  return b.literal_int(DType::u32, value);
}

Scalar rotated(Scalar x, int bits) {
  Builder &b = x.builder();
  return (x << word(b, bits)) | (x >> word(b, 32 - bits));
}

/// The hash after one more block of four bytes.
Scalar mixed(Scalar hash, Scalar block) {
  Builder &b = hash.builder();
  block = rotated(block * word(b, 0xcc9e2d51), 15) * word(b, 0x1b873593);
  return rotated(hash ^ block, 13) * word(b, 5) + word(b, 0xe6546b64);
}

Scalar finished(Scalar hash, int length) {
  Builder &b = hash.builder();
  hash = hash ^ word(b, length);
  hash = (hash ^ (hash >> word(b, 16))) * word(b, 0x85ebca6b);
  hash = (hash ^ (hash >> word(b, 13))) * word(b, 0xc2b2ae35);
  return hash ^ (hash >> word(b, 16));
}

/// The blocks of an element, the lowest first.
Scalars blocks_of(Scalar element) {
  if (size_of(element.dtype()) == 4)
    return {bitcast(element, DType::u32)};
  Scalar bits = bitcast(element, DType::u64);
  Scalar half = element.builder().literal_int(DType::u64, 32);
  return {cast(bits, DType::u32), cast(bits >> half, DType::u32)};
}

} // namespace

static void murmur_hash3(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  DType result = flag_if_one(node, "positive", true) ? DType::u32 : DType::i32;
  auto seed = uint32_t(node.int_attr("seed", 0));
  node.output(b.map(x.shape(), result, [&](std::span<const Scalar> p) {
    Scalars blocks = blocks_of(x.at(p));
    Scalar hash = word(b, seed);
    for (Scalar block : blocks)
      hash = mixed(hash, block);
    return bitcast(finished(hash, int(blocks.size()) * 4), result);
  }));
}

LANDFALL_ONNX(murmur_hash3, {"MurmurHash3", 1, murmur_hash3, "com.microsoft"})

} // namespace landfall::frontend
