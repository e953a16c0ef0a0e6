//===- product_sums.cpp - From the matrix unit to the body ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/product_sums.h"

namespace landfall::tile {

namespace {

class SumReader {
public:
  SumReader(Stream &stream, const Region &whole, const Region &tile)
      : stream_(stream), plan_(stream.launch.plan()), product_(*plan_.product),
        whole_(whole), tile_(tile) {}

  /// A part of a tile's sums, in the vector space.
  Array part_of(const Array &sum) {
    if (stream_.emitter.failed() || sum.place().space == Space::vector)
      return sum;
    Array source = sum;
    std::vector<uint32_t> loops;
    for (uint32_t v = 0; v < plan_.kernel.loops.size(); ++v) {
      if (sum.stride(v))
        loops.push_back(v);
      source.offset += (tile_.start[v] - whole_.start[v]) * sum.stride(v);
    }
    Array result =
        stream_.emitter.allocate(stream_.vector, sum.type, loops, tile_);
    if (!stream_.emitter.failed())
      stream_.emitter.copy(tile_, result, source);
    return result;
  }

  Array corrected(const ProductSums &sums) {
    Array total = part_of(sums.products);
    std::optional<Array> right_zero;
    if (sums.left) {
      right_zero = zero_of(product_.right);
      Array part = joined(ScalarOp::mul, *right_zero, part_of(*sums.left));
      total = joined(ScalarOp::sub, total, part);
    }
    if (sums.right) {
      Array right = part_of(*sums.right);
      if (right_zero)
        right = joined(ScalarOp::sub, right,
                       joined(ScalarOp::mul, *right_zero, depth()));
      Array part = joined(ScalarOp::mul, zero_of(product_.left), right);
      total = joined(ScalarOp::sub, total, part);
    }
    return total;
  }

private:
  Array depth() {
    int64_t depth = 1;
    for (uint32_t v : product_.depth)
      depth *= stream_.launch.extent(plan_.factors.space.extents[v]);
    return stream_.constants.get(DType::i32, uint32_t(depth));
  }

  /// The same at each point of the depth.
  Array zero_of(const SidePlan &side) {
    Region region = one_point(plan_.factors);
    for (size_t v = 0; v < plan_.kernel.loops.size(); ++v) {
      region.start[v] = tile_.start[v];
      region.count[v] = tile_.count[v];
    }
    return value_in(stream_, side.zero, side.zero_steps, region);
  }

  /// An operation on i32, over the variables that either operand has.
  Array joined(ScalarOp op, const Array &a, const Array &b) {
    if (stream_.emitter.failed())
      return {};
    std::vector<uint32_t> variables;
    for (uint32_t v = 0; v < plan_.kernel.loops.size(); ++v)
      if (a.stride(v) || b.stride(v))
        variables.push_back(v);
    Array result =
        stream_.emitter.allocate(stream_.vector, DType::i32, variables, tile_);
    Array sources[] = {a, b};
    if (!stream_.emitter.failed())
      stream_.emitter.vector({op, DType::i32, DType::i32}, tile_, result,
                             sources);
    return result;
  }

  Stream &stream_;
  const TilePlan &plan_;
  const ProductPlan &product_;
  const Region &whole_, &tile_;
};

} // namespace

Region one_point(const Scope &scope) {
  Region region;
  region.start.resize(scope.space.params.size());
  region.count.resize(scope.space.params.size(), 1);
  return region;
}

Array value_in(Stream &stream, NodeId value, const std::vector<Step> &steps,
               const Region &region) {
  Evaluator evaluator(stream, stream.launch.plan().factors, region);
  evaluator.run(steps);
  if (!stream.emitter.failed())
    return evaluator.element(value);
  return {std::make_shared<Place>(), 0, DType::i32, {}};
}

Array sum_in(Stream &stream, const ProductSums &sums, const Region &whole,
             const Region &tile) {
  return SumReader(stream, whole, tile).corrected(sums);
}

} // namespace landfall::tile
