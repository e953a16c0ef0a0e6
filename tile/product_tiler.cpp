//===- product_tiler.cpp - Contractions, a tile at a time -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/product_tiler.h"
#include "tile/body_tiler.h"
#include "tile/product_operands.h"
#include "tile/product_shape.h"
#include "tile/product_sums.h"
#include "tile/regions.h"

#include <algorithm>

namespace landfall::tile {

namespace {

class ProductRecorder {
public:
  ProductRecorder(Stream &stream, Part part)
      : stream_(stream), plan_(stream.launch.plan()), product_(*plan_.product),
        shape_(choose_shape(stream.capabilities, stream.launch, part)),
        operands_(stream), left_(product_arena(stream, Space::left)),
        right_(product_arena(stream, Space::right)),
        accumulator_(product_arena(stream, Space::accumulator)) {}

  void record(Part part) {
    std::vector<uint32_t> loops;
    std::vector<int64_t> extents, sizes;
    for (const auto *group :
         {&product_.batch, &product_.rows, &product_.columns})
      for (uint32_t v : *group) {
        loops.push_back(v);
        extents.push_back(extent(v));
        sizes.push_back(shape_.sizes[v]);
      }
    Region region = one_point(plan_.factors);
    int64_t tiles = tile_count(extents, sizes);
    int64_t first = tiles * part.core / part.cores;
    int64_t end = tiles * (part.core + 1) / part.cores;
    for (int64_t tile = first; tile < end && !stream_.emitter.failed();
         ++tile) {
      set_tile(region, loops, extents, sizes, tile);
      is_backwards_ = tile % 2 != 0;
      record_tile(region);
    }
    finish_last();
  }

private:
  int64_t extent(uint32_t variable) const {
    return stream_.launch.extent(plan_.factors.space.extents[variable]);
  }

  static int64_t points(const Region &region,
                        const std::vector<uint32_t> &variables) {
    int64_t product = 1;
    for (uint32_t v : variables)
      product *= region.count[v];
    return product;
  }

  /// The sums of a tile, between which the body's tiles of the last one are
  /// computed; its own are left for the next one.
  void record_tile(Region &region) {
    ProductSums sums = summed(region);
    finish_last();
    if (stream_.emitter.failed())
      return;
    Region box = one_point(plan_.body);
    for (size_t v = 0; v < plan_.kernel.loops.size(); ++v) {
      box.start[v] = region.start[v];
      box.count[v] = region.count[v];
    }
    auto give = [this, sums, region](const Region &tile, Evaluator &evaluator) {
      evaluator.give(product_.sum, sum_in(stream_, sums, region, tile));
    };
    last_.emplace(stream_, box, give);
  }

  /// Computes the last tile's body up to that share of it.
  void go_on_with_last(int64_t part, int64_t parts) {
    if (!last_)
      return;
    int64_t due = (last_->count() * part + parts - 1) / parts;
    for (; computed_ < due && !stream_.emitter.failed(); ++computed_)
      last_->compute_next();
    if (computed_ < last_->count())
      return;
    last_.reset(); // And its sums.
    computed_ = 0;
  }
  void finish_last() { go_on_with_last(1, 1); }

  /// The sums of a tile, in the accumulator's memory; in the vector space if
  /// there is nothing to sum.
  ProductSums summed(Region &region) {
    DType type = product_.types.accumulator;
    std::vector<int64_t> extents, sizes;
    for (uint32_t v : product_.depth) {
      extents.push_back(extent(v));
      sizes.push_back(shape_.sizes[v]);
    }
    if (std::ranges::find(extents, 0) != extents.end())
      return {stream_.constants.get(type, 0), {}, {}};
    ProductSums sums;
    const int64_t parts = tile_count(extents, sizes);
    int64_t part = 0;
    for (; part < parts; ++part) {
      set_tile(region, product_.depth, extents, sizes,
               is_backwards_ ? parts - 1 - part : part);
      Array left =
          operands_.get(region, product_.left, product_.types.left,
                        in_batch(product_.rows, product_.depth), left_);
      Array right =
          operands_.get(region, product_.right, product_.types.right,
                        in_batch(product_.depth, product_.columns), right_);
      if (part == 0)
        sums = allocate_sums(region);
      if (stream_.emitter.failed())
        break;
      multiply(region, left, right, sums, part > 0);
      // The first two parts are on their way before moves wait for the last
      // tile's sums.
      if (part > 0 || parts == 1)
        go_on_with_last(part, std::max<int64_t>(1, parts - 1));
    }
    return sums;
  }

  ProductSums allocate_sums(const Region &region) {
    ProductSums sums = {
        allocate_sums(region, in_batch(product_.rows, product_.columns)),
        {},
        {}};
    if (product_.right.zero != no_node)
      sums.left = allocate_sums(region, in_batch(product_.rows));
    if (product_.left.zero != no_node)
      sums.right = allocate_sums(region, in_batch(product_.columns));
    return sums;
  }

  /// Once the last tile's have left, if there is not enough memory for both.
  Array allocate_sums(const Region &region,
                      std::span<const uint32_t> variables) {
    return stream_.emitter.allocate(accumulator_, product_.types.accumulator,
                                    variables, region, [this] {
                                      bool frees = last_.has_value();
                                      finish_last();
                                      return frees && !stream_.emitter.failed();
                                    });
  }

  /// Those variables within the batch's.
  std::vector<uint32_t>
  in_batch(const std::vector<uint32_t> &outer,
           const std::vector<uint32_t> &inner = {}) const {
    std::vector<uint32_t> all = product_.batch;
    all.insert(all.end(), outer.begin(), outer.end());
    all.insert(all.end(), inner.begin(), inner.end());
    return all;
  }

  /// The products of a tile: all matrices are dense.
  void multiply(const Region &region, Array left, Array right, ProductSums sums,
                bool adds) {
    const int64_t products = points(region, product_.batch);
    const int64_t rows = points(region, product_.rows),
                  columns = points(region, product_.columns),
                  depth = points(region, product_.depth);
    auto go_on = [](Array &matrix, int64_t elements) {
      matrix.offset += elements * size_of(matrix.type);
    };
    for (int64_t k = 0; k < products && !stream_.emitter.failed(); ++k) {
      multiply_one(region, left, right, sums, adds);
      go_on(left, rows * depth);
      go_on(right, depth * columns);
      go_on(sums.products, rows * columns);
      if (sums.left)
        go_on(*sums.left, rows);
      if (sums.right)
        go_on(*sums.right, columns);
    }
  }

  /// The sum of a factor alone is its product with ones.
  void multiply_one(const Region &region, const Array &left, const Array &right,
                    const ProductSums &sums, bool adds) {
    MultiplyCall call;
    call.product = product_.types;
    call.rows = points(region, product_.rows);
    call.columns = points(region, product_.columns);
    call.depth = points(region, product_.depth);
    call.left = {left.place(), call.depth * size_of(left.type)};
    call.right = {right.place(), call.columns * size_of(right.type)};
    call.accumulator = {sums.products.place(),
                        call.columns * size_of(sums.products.type)};
    call.adds = adds;
    stream_.emitter.multiply(call);
    if (sums.left) {
      MultiplyCall alone = call;
      alone.columns = 1;
      alone.right = {ones(right_, right.type).place(), size_of(right.type)};
      alone.accumulator = {sums.left->place(), size_of(sums.left->type)};
      stream_.emitter.multiply(alone);
    }
    if (sums.right) {
      MultiplyCall alone = call;
      alone.rows = 1;
      alone.left = {ones(left_, left.type).place(), call.left.row_stride};
      alone.accumulator = {sums.right->place(), call.accumulator.row_stride};
      stream_.emitter.multiply(alone);
    }
  }

  /// As many ones as a part of the depth has at most, in an operand's memory.
  const Array &ones(Arena &arena, DType type) {
    std::optional<Array> &made = ones_[&arena == &left_];
    if (made)
      return *made;
    Region whole;
    whole.start.resize(shape_.sizes.size());
    whole.count = shape_.sizes;
    made = stream_.emitter.allocate(arena, type, product_.depth, whole);
    if (!stream_.emitter.failed())
      stream_.emitter.fill(whole, *made, 1);
    return *made;
  }

  Stream &stream_;
  const TilePlan &plan_;
  const ProductPlan &product_;
  ProductShape shape_;
  ProductOperands operands_;
  Arena left_, right_, accumulator_;
  std::array<std::optional<Array>, 2> ones_; ///< In `right_`, `left_`.
  std::optional<BodyTiles> last_; ///< Of the tile that was summed last.
  int64_t computed_ = 0;          ///< How many of them have been.
  /// Every other tile goes through the depth from its end, where what it shares
  /// with the tile before is in the staging space.
  bool is_backwards_ = false;
};

} // namespace

void record_products(Stream &stream, Part part) {
  ProductRecorder(stream, part).record(part);
}

} // namespace landfall::tile
