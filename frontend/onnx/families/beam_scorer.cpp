//===- beam_scorer.cpp - The sequences of a beam search -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/beam_scorer.h"

#include "frontend/onnx/families/sorted_entries.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/order_key.h"

namespace landfall::frontend {

/// Places in Generation::own.
enum : size_t { beam_scores, done, ended };

/// The sequences of an entry that have ended, as buffers: their number [B],
/// their scores, best first, and the slots of their tokens [B, M], and the
/// tokens by slot [B, M, max_length].
struct BeamScorer::Ended {
  Buffer count, scores, slots, tokens;
  explicit Ended(std::span<const Buffer> b)
      : count(b[0]), scores(b[1]), slots(b[2]), tokens(b[3]) {}
};

BeamScorer::BeamScorer(const Node &node, const Decoder &decoder, Size beams,
                       Tensor length_penalty)
    : b(node.b()), decoder_(decoder), beams_(beams),
      length_penalty_(length_penalty),
      early_stopping_(node.flag_attr("early_stopping", false)) {}

Tensors BeamScorer::start() const {
  Size batch = decoder_.batch();
  auto filled = [&](const Shape &shape, DType type, double value) {
    return b.map(shape, type, [&](std::span<const Scalar>) {
      return b.literal(type, value);
    });
  };
  // All beams are alike at first, so only one of each entry may win.
  constexpr double unlikely = -1e9;
  Tensor sums =
      b.map({batch, beams_}, DType::f32, [&](std::span<const Scalar> p) {
        return select(p[1] == 0, b.literal(DType::f32, 0),
                      b.literal(DType::f32, unlikely));
      });
  return {sums,
          filled({batch}, DType::boolean, 0),
          filled({batch}, DType::i64, 0),
          filled({batch, beams_}, DType::f32, 0),
          filled({batch, beams_}, DType::i64, 0),
          filled({batch, beams_, decoder_.max_length()}, DType::i32,
                 decoder_.pad())};
}

Scalar BeamScorer::beam_score(const Generation &state, Scalar row) const {
  Scalar m = b.scalar(beams_);
  return state.own[beam_scores].at({row / m, row % m});
}

Scalar BeamScorer::score(Scalar sum, Scalar length) const {
  Scalar n = cast(length, DType::f32);
  if (!length_penalty_)
    return sum / n;
  return sum / pow(n, convert(length_penalty_.at({}), DType::f32));
}

/// [B, 2 M] i64: the places (beam * V + token) of the best scores, best first.
Tensor BeamScorer::candidates(Tensor scores) const {
  Size words = scores.dim(1);
  b.require(less(1, words), "a beam search needs two tokens");
  Size batch = decoder_.batch(), places = beams_ * words;
  Tensor flat = b.reshape(scores, {batch, places});
  KeyedEntries entries{{batch},
                       places,
                       order_key_type(scores.dtype()),
                       [&](std::span<const Scalar> entry, Scalar place) {
                         return order_key(flat.at({entry[0], place}), true);
                       }};
  return sorted_entries(b, entries, beams_ * 2);
}

/// Row `row` has ended with this sum: kept if it is one of the best.
void BeamScorer::add(const Ended &ended, const Generation &state, Scalar entry,
                     Scalar row, Scalar sum) const {
  Scalar length = state.length.at({}), last = b.scalar(beams_) - 1;
  Scalar fresh = score(sum, length), count = ended.count.at({entry});
  Scalar full = count > last;
  Scalar worst = ended.scores.at({entry, last});
  auto insert = [&] {
    Scalar slot = select(full, ended.slots.at({entry, last}), count);
    Scalar place =
        b.fold_while({minimum(count, last)}, [&](std::span<const Scalar> at) {
          Scalar before = maximum(at[0] - 1, 0);
          Scalar go =
              logical_and(at[0] > 0, fresh > ended.scores.at({entry, before}));
          b.branch(
              go,
              [&] {
                ended.scores.store({entry, at[0]},
                                   ended.scores.at({entry, before}));
                ended.slots.store({entry, at[0]},
                                  ended.slots.at({entry, before}));
                return Scalars();
              },
              [] { return Scalars(); });
          return std::pair(go, Scalars{select(go, before, at[0])});
        })[0];
    ended.scores.store({entry, place}, fresh);
    ended.slots.store({entry, place}, slot);
    ended.count.store({entry}, minimum(count, last) + 1);
    b.fold({decoder_.max_length()}, {},
           [&](std::span<const Scalar> t, std::span<const Scalar>) {
             Scalar token =
                 select(t[0] < length, state.sequences.at({row, t[0]}),
                        b.literal_int(DType::i32, decoder_.pad()));
             ended.tokens.store({entry, slot, t[0]}, token);
             return Scalars();
           });
    return Scalars();
  };
  b.branch(logical_or(logical_not(full), fresh > worst), insert,
           [] { return Scalars(); });
}

std::vector<LoopsResult> BeamScorer::results_of(const Generation &state) const {
  std::vector<LoopsResult> results;
  for (size_t k = ended; k < state.own.size(); ++k) {
    Tensor x = state.own[k];
    results.push_back({x.dtype(), x.shape(), x});
  }
  return results;
}

/// Goes through the candidates until all beams go on; whether the entry is
/// done.
Scalar BeamScorer::choose_beams(const Ended &ended, const Generation &state,
                                Tensor scores, Tensor order, Scalar entry,
                                std::span<const Buffer> out) const {
  Scalar m = b.scalar(beams_), words = b.scalar(scores.dim(1));
  auto score_of = [&](Scalar j) {
    Scalar place = order.at({entry, j});
    return scores.at({entry * m + place / words, place % words});
  };
  b.fold({beams_ * 2}, {b.index(0)},
         [&](std::span<const Scalar> j, std::span<const Scalar> beam) {
           Scalar place = order.at({entry, j[0]}), sum = score_of(j[0]);
           Scalar row = entry * m + place / words;
           Scalar token = cast(place % words, DType::i32);
           Scalar is_end = token == double(decoder_.eos()), open = beam[0] < m;
           b.branch(
               logical_and(open, logical_and(is_end, j[0] < m)),
               [&] {
                 add(ended, state, entry, row, sum);
                 return Scalars();
               },
               [] { return Scalars(); });
           Scalar goes_on = logical_and(open, logical_not(is_end));
           b.branch(
               goes_on,
               [&] {
                 out[0].store({entry, beam[0]}, sum);
                 out[1].store({entry, beam[0]}, token);
                 out[2].store({entry, beam[0]}, row);
                 return Scalars();
               },
               [] { return Scalars(); });
           return Scalars{beam[0] + select(goes_on, b.index(1), b.index(0))};
         });
  Scalar all = ended.count.at({entry}) == m;
  if (early_stopping_)
    return all;
  Scalar best = score(score_of(b.index(0)), state.length.at({}));
  return logical_and(all, ended.scores.at({entry, m - 1}) >= best);
}

BeamScorer::Choice BeamScorer::choose(Tensor scores,
                                      const Generation &state) const {
  Size batch = decoder_.batch(), rows = batch * beams_;
  Tensor order = candidates(scores);
  Shape shape = {batch, beams_};
  std::vector<LoopsResult> results = {{DType::f32, shape, {}},
                                      {DType::i32, shape, {}},
                                      {DType::i64, shape, {}},
                                      {DType::boolean, {batch}, {}}};
  for (const LoopsResult &result : results_of(state))
    results.push_back(result);
  Tensors next = b.loops(
      {batch}, results,
      [&](std::span<const Scalar> p, std::span<const Buffer> out) {
        // What an entry that is done, or a beam without a candidate, goes on
        // with.
        b.fold({beams_}, {},
               [&](std::span<const Scalar> k, std::span<const Scalar>) {
                 out[0].store({p[0], k[0]}, b.literal(DType::f32, 0));
                 out[1].store({p[0], k[0]},
                              b.literal_int(DType::i32, decoder_.pad()));
                 out[2].store({p[0], k[0]}, b.index(0));
                 return Scalars();
               });
        Scalars is_done = b.branch(
            state.own[done].at({p[0]}),
            [&] { return Scalars{b.literal_int(DType::boolean, 1)}; },
            [&] {
              return Scalars{choose_beams(Ended(out.subspan(4)), state, scores,
                                          order, p[0], out)};
            });
        out[3].store({p[0]}, is_done[0]);
      });
  Tensors own = {next[0], next[3]};
  own.insert(own.end(), next.begin() + 4, next.end());
  return {b.reshape(next[1], {rows}), b.reshape(next[2], {rows}), own};
}

Tensor BeamScorer::proceed(const Generation &state) const {
  return b.map({}, DType::boolean, [&](std::span<const Scalar>) {
    return min_of(b, {decoder_.batch()}, DType::i32,
                  [&](std::span<const Scalar> p) {
                    return cast(state.own[done].at(p), DType::i32);
                  }) == 0;
  });
}

std::pair<Tensor, Tensor> BeamScorer::best(const Generation &state,
                                           Size count) const {
  Size batch = decoder_.batch();
  // The beams of entries that are not done end here.
  Tensors all = b.loops(
      {batch}, results_of(state),
      [&](std::span<const Scalar> p, std::span<const Buffer> out) {
        b.branch(
            state.own[done].at({p[0]}), [] { return Scalars(); },
            [&] {
              b.fold({beams_}, {},
                     [&](std::span<const Scalar> k, std::span<const Scalar>) {
                       Scalar row = p[0] * b.scalar(beams_) + k[0];
                       Scalar sum = state.own[beam_scores].at({p[0], k[0]});
                       add(Ended(out), state, p[0], row, sum);
                       return Scalars();
                     });
              return Scalars();
            });
      });
  Tensor scores =
      b.map({batch, count}, DType::f32,
            [&](std::span<const Scalar> p) { return all[1].at(p); });
  Tensor sequences = b.map({batch, count, decoder_.max_length()}, DType::i32,
                           [&](std::span<const Scalar> p) {
                             Scalar slot =
                                 clamp(all[2].at(p.first(2)), b.index(0),
                                       b.scalar(beams_ - 1));
                             return all[3].at({p[0], slot, p[2]});
                           });
  return {sequences, scores};
}

} // namespace landfall::frontend
