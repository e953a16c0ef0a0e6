//===- product_shape.cpp - How large tiles of products are ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/product_shape.h"

#include <algorithm>
#include <cmath>

namespace landfall::tile {

namespace {

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

class ShapeChooser {
public:
  ShapeChooser(const Capabilities &capabilities, const Launch &launch)
      : capabilities_(capabilities), launch_(launch),
        plan_(*launch.plan().product),
        edge_(std::max<int64_t>(1, capabilities.matrix_edge)) {}

  ProductShape choose(Part part) {
    ProductShape shape;
    shape.sizes.resize(launch_.plan().factors.space.params.size(), 1);
    int64_t rows = total(plan_.rows), columns = total(plan_.columns);
    int64_t sums = room(Space::accumulator, plan_.types.accumulator);
    // An edge of the depth, at least, is in the operands' memories.
    int64_t side = whole_edges(int64_t(std::sqrt(double(sums))));
    int64_t most_tall = most_beside(Space::left, plan_.types.left);
    int64_t most_wide = most_beside(Space::right, plan_.types.right);
    int64_t tall = even(rows, std::min({rows, side, most_tall}));
    int64_t wide =
        even(columns, std::min({columns, whole_edges(sums / tall), most_wide}));
    tall = even(rows, std::min({rows, whole_edges(sums / wide), most_tall}));
    while (divide_up(rows, tall) * divide_up(columns, wide) *
                   total(plan_.batch) <
               part.cores &&
           std::max(tall, wide) > edge_) {
      int64_t &longer = tall > wide ? tall : wide;
      longer = whole_edges(longer / 2);
    }
    int64_t deep = std::min(room(Space::left, plan_.types.left) / tall,
                            room(Space::right, plan_.types.right) / wide);
    if (int64_t staged = capabilities_.bytes_of(Space::staging) / 2)
      deep = std::min(deep, staged / (tall * size_of(plan_.types.left) +
                                      wide * size_of(plan_.types.right)));
    int64_t depth = total(plan_.depth);
    cut(plan_.rows, tall, shape);
    cut(plan_.columns, wide, shape);
    cut(plan_.depth, even(depth, std::min(depth, whole_edges(deep))), shape);
    return shape;
  }

private:
  int64_t total(const std::vector<uint32_t> &variables) const {
    int64_t product = 1;
    for (uint32_t v : variables)
      product *= extent(v);
    return std::max<int64_t>(1, product);
  }

  int64_t extent(uint32_t v) const {
    return launch_.extent(launch_.plan().factors.space.extents[v]);
  }

  /// Elements that fit in half of a memory.
  int64_t room(Space space, DType type) const {
    return std::max<int64_t>(1,
                             capabilities_.bytes_of(space) / 2 / size_of(type));
  }

  /// The most rows or columns of an operand that is an edge deep.
  int64_t most_beside(Space space, DType type) const {
    int64_t most = room(space, type) / edge_;
    if (int64_t staged = capabilities_.bytes_of(Space::staging))
      most = std::min(most, staged / 4 / size_of(type) / edge_);
    return whole_edges(most);
  }

  /// Rounds down to whole edges, unless that is nothing.
  int64_t whole_edges(int64_t size) const {
    return size >= edge_ ? size / edge_ * edge_ : std::max<int64_t>(1, size);
  }

  /// The size of equal parts, of at most `most` each, in whole edges.
  int64_t even(int64_t total, int64_t most) const {
    int64_t part = divide_up(total, divide_up(total, most));
    int64_t rounded = divide_up(part, edge_) * edge_;
    return rounded <= most ? rounded : most;
  }

  /// Cuts the variables' box to that many points.
  void cut(const std::vector<uint32_t> &variables, int64_t points,
           ProductShape &shape) const {
    for (size_t k = variables.size(); k-- > 0;) {
      int64_t whole = extent(variables[k]);
      int64_t size =
          std::clamp<int64_t>(points, 1, std::max<int64_t>(1, whole));
      shape.sizes[variables[k]] = size;
      points = size < whole ? 1 : points / size;
    }
  }

  const Capabilities &capabilities_;
  const Launch &launch_;
  const ProductPlan &plan_;
  int64_t edge_;
};

} // namespace

ProductShape choose_shape(const Capabilities &capabilities,
                          const Launch &launch, Part part) {
  return ShapeChooser(capabilities, launch).choose(part);
}

} // namespace landfall::tile
