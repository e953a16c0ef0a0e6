//===- nest_short_tiles.cpp - Transpositions of few elements --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Where one of the two loops of a transposition has only a few iterations
// (colours, halves of pixels), square tiles would be nearly empty. Then vectors
// lie along the other loop:
//
//   joined   y[j, k] = x[k, j], k < 2:  x  a b c d ..    e f g h ..
//                                       y  a e b f c g d h ..
//   split    y[k, j] = x[j, k], k < 2:  the other way round
//
// With one iteration, both are copies.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/nest_emitter.h"

#include <numeric>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// The longest loop that counts as short. Each length has code of its own.
constexpr unsigned most_vectors = 4;
/// Nodes of a body, at most, whose code is repeated for each row of a tile: a
/// movement of data, with little besides.
constexpr size_t most_repeated_nodes = 6;

/// Up to four vectors, one behind the other.
Value *concatenate(llvm::IRBuilderBase &b, llvm::ArrayRef<Value *> vectors) {
  auto *type = llvm::cast<llvm::FixedVectorType>(vectors[0]->getType());
  unsigned width = type->getNumElements();
  llvm::SmallVector<int, 128> all(4 * width);
  std::iota(all.begin(), all.end(), 0);
  Value *none = llvm::PoisonValue::get(type);
  auto at = [&](size_t k) { return k < vectors.size() ? vectors[k] : none; };
  llvm::ArrayRef<int> both = llvm::ArrayRef(all).take_front(2 * width);
  return b.CreateShuffleVector(b.CreateShuffleVector(at(0), at(1), both),
                               b.CreateShuffleVector(at(2), at(3), both), all);
}

} // namespace

bool NestEmitter::has_short_body() const {
  return kernel().body.nodes.size() <= most_repeated_nodes;
}

void NestEmitter::emit_tiles(Value *low, Value *high, BodyEmitter &outer) {
  std::vector<Case> cases;
  if (has_short_body()) {
    add_joins(low, high, outer, cases);
    add_splits(low, high, outer, cases);
  }
  std::function<void(size_t)> emit = [&](size_t number) {
    if (number == cases.size())
      return emit_square_tiles(low, high, outer);
    emit_if(
        frame_, cases[number].holds,
        [&] {
          cases[number].emit();
          return Values();
        },
        [&] {
          emit(number + 1);
          return Values();
        });
  };
  emit(0);
}

/// If results along the last two loops are one row in memory.
void NestEmitter::add_joins(Value *low, Value *high, BodyEmitter &outer,
                            std::vector<Case> &cases) {
  size_t rank = plan_.order.size();
  if (loop(rank - 1) + 1 != rank || loop(rank - 2) + 2 != rank)
    return;
  for (unsigned count = 1; count <= most_vectors; ++count)
    cases.push_back(
        {b.CreateICmpEQ(extent(plan_.lane_place), frame_.index(count)),
         [this, count, low, high, &outer] {
           for_lanes(low, high, [&](LaneValue index) {
             emit_joined(count, index, outer);
           });
         }});
}

/// If what the only transposed load reads along the last two loops is one row
/// in memory.
void NestEmitter::add_splits(Value *low, Value *high, BodyEmitter &outer,
                             std::vector<Case> &cases) {
  if (plan_.transposed.size() != 1)
    return;
  const Node &load = kernel().nodes[plan_.transposed[0]];
  BodyEmitter corner(vector_, &outer);
  Value *zero = frame_.index(0);
  corner.bind(param(plan_.lane_place - 1),
              LaneValue::uniform(DType::i64, zero));
  corner.bind(param(plan_.lane_place), vector_.index(zero));
  for (NodeId arg : load.args)
    emit_operands(arg, corner);
  LaneValue place = corner.offset(load.index, load.args);
  if (!place.is_linear())
    return;
  Value *walks = extent(plan_.lane_place - 1);
  Value *whole =
      b.CreateAnd(b.CreateICmpEQ(low, zero), b.CreateICmpEQ(high, walks));
  for (unsigned count = 1; count <= most_vectors; ++count) {
    Value *length = frame_.index(count);
    Value *row = b.CreateAnd(b.CreateICmpEQ(walks, length),
                             b.CreateICmpEQ(place.stride(), length));
    cases.push_back(
        {b.CreateAnd(whole, row), [this, count, &outer] {
           for_lanes(frame_.index(0), extent(plan_.lane_place),
                     [&](LaneValue index) { emit_split(count, index, outer); });
         }});
  }
}

/// The lanes of vector number `piece` of a row that has `count` elements for
/// each active lane.
Lanes NestEmitter::piece_lanes(unsigned count, unsigned piece) {
  Lanes lanes(frame_, plan_.width);
  if (Value *active = vector_.active_count()) {
    Value *left = b.CreateSub(b.CreateMul(active, frame_.index(count)),
                              frame_.index(int64_t(piece) * plan_.width));
    left =
        b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, left, frame_.index(0));
    lanes.set_active(least(left, vector_.step()));
  }
  return lanes;
}

void NestEmitter::emit_joined(unsigned count, LaneValue index,
                              BodyEmitter &outer) {
  auto point = [&](Lanes &lanes, LaneValue walk, unsigned last) {
    auto body = std::make_unique<BodyEmitter>(lanes, &outer);
    body->bind(param(plan_.lane_place - 1), walk);
    body->bind(param(plan_.lane_place),
               LaneValue::uniform(DType::i64, frame_.index(last)));
    return body;
  };
  std::vector<std::unique_ptr<BodyEmitter>> bodies;
  for (unsigned k = 0; k < count; ++k) {
    bodies.push_back(point(vector_, index, k));
    for (NodeId node : kernel().body.nodes)
      if (!bodies[k]->has(node))
        bodies[k]->emit(node);
  }
  auto first =
      point(scalar_, LaneValue::uniform(DType::i64, index.scalar()), 0);
  unsigned width = plan_.width;
  size_t result = 0;
  for (uint32_t k = 0; k < kernel().operands.size(); ++k) {
    if (!kernel().operands[k].written)
      continue;
    NodeId yield = kernel().body.yields[result++];
    Values vectors;
    for (auto &body : bodies)
      vectors.push_back(vector_.spread(body->value(yield)));
    Value *all = concatenate(b, vectors);
    DType type = kernel().operands[k].dtype;
    Value *at = first->offset(k, kernel().body.params).scalar();
    for (unsigned piece = 0; piece < count; ++piece) {
      llvm::SmallVector<int, 64> lanes;
      for (unsigned lane = piece * width; lane < (piece + 1) * width; ++lane)
        lanes.push_back(int(lane % count * width + lane / count));
      Lanes part = piece_lanes(count, piece);
      Value *from = b.CreateAdd(at, frame_.index(int64_t(piece) * width));
      part.store(type, frame_.operands[k],
                 LaneValue::linear(from, frame_.index(1)),
                 LaneValue::varying(type, b.CreateShuffleVector(all, lanes)));
    }
  }
}

void NestEmitter::emit_split(unsigned count, LaneValue index,
                             BodyEmitter &outer) {
  NodeId load = plan_.transposed[0];
  const Node &node = kernel().nodes[load];
  DType type = kernel().operands[node.index].dtype;
  BodyEmitter corner(vector_, &outer);
  corner.bind(param(plan_.lane_place - 1),
              LaneValue::uniform(DType::i64, frame_.index(0)));
  corner.bind(param(plan_.lane_place), index);
  for (NodeId arg : node.args)
    emit_operands(arg, corner);
  Value *at = corner.offset(node.index, node.args).scalar();
  unsigned width = plan_.width;
  Values pieces;
  for (unsigned piece = 0; piece < count; ++piece) {
    Value *from = b.CreateAdd(at, frame_.index(int64_t(piece) * width));
    pieces.push_back(piece_lanes(count, piece)
                         .load(type, frame_.operands[node.index],
                               LaneValue::linear(from, frame_.index(1)))
                         .vector());
  }
  Value *all = concatenate(b, pieces);
  for (unsigned walk = 0; walk < count; ++walk) {
    llvm::SmallVector<int, 64> lanes;
    for (unsigned lane = 0; lane < width; ++lane)
      lanes.push_back(int(lane * count + walk));
    BodyEmitter body(vector_, &outer);
    body.bind(load,
              LaneValue::varying(type, b.CreateShuffleVector(all, lanes)));
    emit_point(frame_.index(walk), index, body);
  }
}

} // namespace landfall::kernels
