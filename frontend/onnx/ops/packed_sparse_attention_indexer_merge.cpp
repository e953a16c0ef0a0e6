//===- packed_sparse_attention_indexer_merge.cpp - Unions of selections ---===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Of each query n: the first base_counts[r] entries of base_indices[r], for r =
// base_row_indices[n], then those of a range or of additional_indices, without
// those that are there already; -1 behind them. status is 1 where the operands
// contradict the rules, 2 where there are more than max_output_entries: then
// nothing is selected.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

struct Union {
  Builder &b;
  Tensor base, base_counts, rows; ///< [R, C], [R], [N]
  Tensor starts, ends;            ///< [N]: append_range.
  Tensor added, added_counts;     ///< [N, A], [N]: append_indices.
  int64_t capacity;

  Scalar i64(Scalar x) const { return convert(x, DType::i64); }

  /// {selected so far, status} after the candidate, if status is 0.
  Scalars take(const Buffer &out, Scalar n, Scalar value, Scalar count,
               Scalar status) const {
    Scalar seen = b.fold_to(
        b.index(0), count, {b.literal_int(DType::boolean, 0)},
        [&](Scalar k, std::span<const Scalar> s) {
          return Scalars{logical_or(s[0], i64(out.at({n, k})) == value)};
        })[0];
    Scalar fresh = logical_and(logical_not(seen), status == 0);
    return b.branch(
        fresh,
        [&] {
          return b.branch(
              count < double(capacity),
              [&] {
                out.store({n, count}, cast(value, DType::i32));
                return Scalars{count + 1, status};
              },
              [&] { return Scalars{count, b.index(2)}; });
        },
        [&] { return Scalars{count, status}; });
  }

  /// Takes value(k) for k from 0 to `end`; a negative one is a contradiction.
  Scalars take_all(const Buffer &out, Scalar n, Scalar end,
                   const Scalars &state,
                   const std::function<Scalar(Scalar k)> &value) const {
    return b.fold_to(b.index(0), end, state,
                     [&](Scalar k, std::span<const Scalar> s) {
                       Scalar entry = value(k);
                       Scalar wrong = logical_and(entry < 0, s[1] == 0);
                       Scalar status = select(wrong, b.index(1), s[1]);
                       return take(out, n, entry, s[0], status);
                     });
  }

  /// A number from 0 to `most`, and 1 in the status if it is not.
  Scalar within(Scalar x, Size most, Scalar &status) const {
    Scalar inside = logical_and(x >= 0, x <= b.scalar(most));
    status = select(inside, status, b.index(1));
    return select(inside, x, b.index(0));
  }

  void run(Scalar n, std::span<const Buffer> out) const {
    Scalar status = b.index(0);
    Scalar row = i64(rows.at({n}));
    Scalar known = logical_and(row >= 0, row < b.scalar(base.dim(0)));
    status = select(known, status, b.index(1));
    Scalar count = b.literal_int(base_counts.dtype(), 0);
    count = within(i64(base_counts.at_or({&row, 1}, known, count)), base.dim(1),
                   status);
    Scalars state = {b.index(0), status};
    auto base_at = [&](Scalar k) { return i64(base.at({row, k})); };
    if (starts) {
      Scalar from = i64(starts.at({n})), to = i64(ends.at({n}));
      Scalar rises = logical_and(from >= 0, to >= from);
      state[1] = select(rises, status, b.index(1));
      state = take_all(out[0], n, usable(count, state), state, base_at);
      // More than `capacity` entries of a range overflow, however many.
      Scalar length = minimum(to - from, double(2 * capacity + 1));
      state = take_all(out[0], n, usable(length, state), state,
                       [&](Scalar k) { return from + k; });
    } else {
      Scalar more = within(i64(added_counts.at({n})), added.dim(1), state[1]);
      state = take_all(out[0], n, usable(count, state), state, base_at);
      state = take_all(out[0], n, usable(more, state), state,
                       [&](Scalar k) { return i64(added.at({n, k})); });
    }
    finish(n, out, state);
  }
  /// Nothing is read once there is a status.
  Scalar usable(Scalar end, const Scalars &state) const {
    return select(state[1] == 0, end, b.index(0));
  }
  void finish(Scalar n, std::span<const Buffer> out,
              const Scalars &state) const {
    Scalar count = select(state[1] == 0, state[0], b.index(0));
    b.fold_to(count, b.index(capacity), {},
              [&](Scalar k, std::span<const Scalar>) {
                out[0].store({n, k}, b.literal_int(DType::i32, -1));
                return Scalars{};
              });
    out[1].store({n}, cast(count, DType::i32));
    out[2].store({n}, cast(state[1], DType::i32));
  }
};

} // namespace

static void merge(Node &node) {
  Builder &b = node.b();
  std::string policy = node.string_attr("policy_mode");
  bool range = policy == "append_range";
  node.expect(range || policy == "append_indices",
              "policy_mode \"" + policy + "\" is not known");
  Union u{b,
          node.input(0, "base_indices", 2),
          node.input(1, "base_counts", 1),
          node.input(2, "base_row_indices", 1),
          range ? node.input(3, "range_starts", 1) : Tensor(),
          range ? node.input(4, "range_ends", 1) : Tensor(),
          range ? Tensor() : node.input(5, "additional_indices", 2),
          range ? Tensor() : node.input(6, "additional_counts", 1),
          node.int_attr("max_output_entries")};
  node.expect(u.capacity >= 1 && u.capacity <= (1 << 30),
              "max_output_entries must be from 1 to 2^30");
  Size queries = u.rows.dim(0);
  require_list(node, u.base_counts, "base_counts", u.base.dim(0));
  for (Tensor list : {u.starts, u.ends, u.added, u.added_counts})
    if (list)
      require_equal(b, list.dim(0), queries, "the operands differ in queries");
  LoopsResult results[] = {{DType::i32, {queries, u.capacity}, {}},
                           {DType::i32, {queries}, {}},
                           {DType::i32, {queries}, {}}};
  Tensors done =
      b.loops({queries}, results,
              [&](std::span<const Scalar> p, std::span<const Buffer> out) {
                u.run(p[0], out);
              });
  for (int k = 0; k < 3; ++k)
    node.output(k, done[k]);
}

LANDFALL_ONNX(packed_sparse_attention_indexer_merge,
              {"PackedSparseAttentionIndexerMerge", 1, merge, "com.microsoft"})

} // namespace landfall::frontend
