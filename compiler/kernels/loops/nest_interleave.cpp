//===- nest_interleave.cpp - Results of a short last loop -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/nest_emitter.h"

#include "llvm/Analysis/VectorUtils.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Lane k of part p becomes lane k * parts + p. An even number of parts is
/// interleaved by halves, which are shuffles that all machines have.
Value *interleave(llvm::IRBuilderBase &b, llvm::ArrayRef<Value *> parts) {
  if (parts.size() == 1)
    return parts[0];
  llvm::SmallVector<Value *, 8> sources(parts.begin(), parts.end());
  if (parts.size() % 2 == 0 && parts.size() > 2) {
    llvm::SmallVector<Value *, 8> even, odd;
    for (size_t p = 0; p < parts.size(); ++p)
      (p % 2 ? odd : even).push_back(parts[p]);
    sources = {interleave(b, even), interleave(b, odd)};
  }
  unsigned count = unsigned(sources.size());
  unsigned width = llvm::cast<llvm::FixedVectorType>(sources[0]->getType())
                       ->getNumElements();
  llvm::SmallVector<int, 128> lanes;
  for (unsigned lane = 0; lane < width; ++lane)
    for (unsigned source = 0; source < count; ++source)
      lanes.push_back(int(source * width + lane));
  return b.CreateShuffleVector(llvm::concatenateVectors(b, sources), lanes);
}

} // namespace

/// Computes all iterations of the last loop for a vector of the one before.
void NestEmitter::emit_interleaved(BodyEmitter &outer) {
  size_t place = plan_.lane_place + 1;
  unsigned parts = unsigned(kernel().loops[loop(place)].value);
  size_t results = kernel().body.yields.size();
  std::vector<llvm::SmallVector<Value *, 8>> values(results);
  std::vector<LaneValue> offsets;
  for (unsigned part = 0; part < parts; ++part) {
    BodyEmitter body(vector_, &outer);
    if (inside_)
      body.assume(&interior_.comparisons());
    body.bind(param(place), LaneValue::uniform(DType::i64, frame_.index(part)));
    emit_nodes(place + 1, place + 1, body);
    for (size_t result = 0; result < results; ++result)
      values[result].push_back(
          vector_.spread(body.value(kernel().body.yields[result])));
    for (uint32_t k = 0; part == 0 && k < kernel().operands.size(); ++k)
      if (kernel().operands[k].written)
        offsets.push_back(body.offset(k, kernel().body.params));
  }
  Lanes joined(frame_, plan_.width * parts);
  if (Value *active = vector_.active_count())
    joined.set_active(b.CreateMul(active, frame_.index(parts)));
  size_t result = 0;
  for (uint32_t k = 0; k < kernel().operands.size(); ++k) {
    if (!kernel().operands[k].written)
      continue;
    DType type = kernel().operands[k].dtype;
    joined.store(type, frame_.operands[k],
                 joined.index(offsets[result].scalar()),
                 LaneValue::varying(type, interleave(b, values[result])));
    ++result;
  }
}

} // namespace landfall::kernels
