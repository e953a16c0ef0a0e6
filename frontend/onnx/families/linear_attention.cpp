//===- linear_attention.cpp - Attention as a recurrence -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/linear_attention.h"

namespace landfall::frontend {

Shape LinearAttention::state_shape() const {
  Shape shape = {k.batch, k.heads, k.features, v.features};
  if (!rows_first)
    std::swap(shape[2], shape[3]);
  return shape;
}

Scalars LinearAttention::state_at(const Place &place, Scalar row) const {
  if (rows_first)
    return {place.sequence, place.head, row, place.column};
  return {place.sequence, place.head, place.column, row};
}

/// Decays the column and returns (S^T k_t)[column].
Scalar LinearAttention::decay_and_recall(const Buffer &state,
                                         const Place &place) const {
  return b.fold(
      {k.features}, {b.literal(DType::f32, 0)},
      [&](std::span<const Scalar> row, std::span<const Scalar> recalled) {
        Scalars at = state_at(place, row[0]);
        Scalar s = state.at(at);
        if (decay) {
          s = s * decay(place, row[0]);
          state.store(at, s);
        }
        Scalar key = f32(k.at(place.sequence, place.head, place.token, row[0]));
        return Scalars{recalled[0] + s * key};
      })[0];
}

void LinearAttention::write(const Buffer &state, const Place &place,
                            Scalar update) const {
  b.fold({k.features}, {},
         [&](std::span<const Scalar> row, std::span<const Scalar>) {
           Scalar key =
               f32(k.at(place.sequence, place.head, place.token, row[0]));
           Scalars at = state_at(place, row[0]);
           state.store(at, state.at(at) + key * update);
           return Scalars{};
         });
}

void LinearAttention::read(const Buffer &state, const Buffer &output,
                           const Place &place) const {
  auto scaled = [&](Scalar x) {
    if (scale != 0)
      return x * scale;
    return x / sqrt(cast(b.scalar(k.features), DType::f32));
  };
  b.fold({group}, {},
         [&](std::span<const Scalar> member, std::span<const Scalar>) {
           Scalar result_head = place.head * b.scalar(group) + member[0];
           Scalar head = query_head(place.head, member[0]);
           Scalar total = sum(
               b, {k.features}, DType::f32, [&](std::span<const Scalar> row) {
                 return f32(q.at(place.sequence, head, place.token, row[0])) *
                        state.at(state_at(place, row[0]));
               });
           output.store(output_at(place, result_head),
                        convert(scaled(total), q.dtype));
           return Scalars{};
         });
}

void LinearAttention::step(std::span<const Buffer> results,
                           const Place &place) const {
  const Buffer &output = results[0], &state = results[1];
  Scalar update =
      f32(v.at(place.sequence, place.head, place.token, place.column));
  Scalar recalled;
  if (decay || beta)
    recalled = decay_and_recall(state, place);
  if (beta)
    update = beta(place) * (update - recalled);
  write(state, place, update);
  read(state, output, place);
  if (observe)
    observe(results, place, update);
}

Tensors LinearAttention::run(std::span<const LoopsResult> results) const {
  return b.loops(
      {k.batch, k.heads, v.features}, results,
      [&](std::span<const Scalar> p, std::span<const Buffer> buffers) {
        auto one = [&](Scalar token) {
          step(buffers, {p[0], p[1], p[2], token});
          return Scalars{};
        };
        if (length)
          b.fold_to(b.index(0), length(p[0]), {},
                    [&](Scalar t, std::span<const Scalar>) { return one(t); });
        else
          b.fold({k.length}, {},
                 [&](std::span<const Scalar> t, std::span<const Scalar>) {
                   return one(t[0]);
                 });
      });
}

} // namespace landfall::frontend
