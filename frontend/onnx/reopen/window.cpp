//===- window.cpp - Baked kernels and paddings of windows -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/operands.h"
#include "frontend/onnx/reopen/rules.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

/// A window along one spatial dimension.
struct Window {
  int axis;    ///< Of the input.
  Size extent; ///< The input's.
  int64_t kernel, stride, dilation, begin, end;
  int64_t reach() const { return (kernel - 1) * dilation + 1; }
  bool is_identity() const {
    return kernel == 1 && stride == 1 && begin == 0 && end == 0;
  }
};

/// The windows of a convolution or pool; empty if `auto_pad` says how it is
/// padded, or an attribute is not as ONNX has it (the operator says so).
std::vector<Window> windows_of(const Node &view, Tensor x,
                               const std::vector<int64_t> &kernel) {
  std::string pad = view.string_attr("auto_pad", "NOTSET");
  size_t rank = kernel.size();
  std::vector<int64_t> ones(rank, 1), zeros(2 * rank, 0);
  std::vector<int64_t> strides = view.ints_attr("strides", ones),
                       dilations = view.ints_attr("dilations", ones),
                       pads = view.ints_attr("pads", zeros);
  if (pad == "VALID")
    pads = zeros;
  if ((pad != "NOTSET" && pad != "VALID") || strides.size() != rank ||
      dilations.size() != rank || pads.size() != 2 * rank ||
      x.rank() != static_cast<int>(rank) + 2)
    return {};
  std::vector<Window> windows;
  for (size_t k = 0; k < rank; ++k) {
    int axis = static_cast<int>(k) + 2;
    windows.push_back({axis, x.dim(axis), kernel[k],
                       std::max<int64_t>(strides[k], 1), dilations[k], pads[k],
                       pads[k + rank]});
  }
  return windows;
}

/// What padding "SAME" is at an extent: so much that there are
/// ceil(extent / stride) windows.
Size same_padding(const Window &w, Size extent) {
  return max((ceildiv(extent, w.stride) - Size(1)) * Size(w.stride) +
                 Size(w.reach()) - extent,
             0);
}

/// Padding that was computed from the size depends on it wherever there are
/// strides: a run is required to be at a size that has the same. One window
/// whose padding was not computed shows that none was.
void see_padding(Reopening &reopening, const NodeState &node, const Window &w) {
  auto value = reopening.extents.exported(w.extent);
  int64_t total = w.begin + w.end;
  if (!reopening.extents.is_open(w.extent) || w.stride == 1 || total == 0)
    return;
  bool is_same = same_padding(w, *value) == Size(total) &&
                 (w.begin == total / 2 || w.end == total / 2);
  if (is_same)
    reopening.require_same_padding(node,
                                   equal(same_padding(w, w.extent), total));
  else
    reopening.note_explicit_padding();
}

/// Whether the window has one position at the exported size and covers all.
bool is_whole(const Extents &extents, const Window &w) {
  return w.kernel > 1 && w.dilation == 1 && w.begin == 0 && w.end == 0 &&
         extents.exported(w.extent) == w.kernel;
}

/// Whether a pool is likely to have been one "in so many parts", whose kernel
/// and stride depend on the size: parts = extent / stride, and the kernel is
/// what the other parts leave. A stride of 2 is an ordinary halving; so are
/// maxima over 3.
bool may_be_adaptive(const Extents &extents, const Window &w, bool is_maximum) {
  if (!extents.is_open(w.extent) || w.stride < (is_maximum ? 4 : 3) ||
      w.begin != 0 || w.end != 0 || w.dilation != 1)
    return false;
  int64_t value = *extents.exported(w.extent);
  if (value < w.kernel)
    return false;
  int64_t parts = (value - w.kernel) / w.stride + 1;
  return w.stride == value / parts &&
         w.kernel == value - (parts - 1) * w.stride;
}

/// Whether the window may have covered an extent that was 1.
bool may_be_whole(const Extents &extents, const Window &w) {
  return w.is_identity() && extents.is_open(w.extent) &&
         extents.exported(w.extent) == 1;
}

/// The pool as a reduction over the dimensions that it covers.
void reduce(NodeState &node, const std::vector<int64_t> &axes) {
  Node view(node);
  if (node.wanted.size() > 1 && node.wanted[1])
    refuse_baked(node, "its kernel, the whole extent,",
                 "depends on the exported size, and indices are asked for");
  Any x = node.inputs[0];
  if (node.type == "LpPool" && view.int_attr("p", 2) != 2)
    refuse_baked(node, "its kernel, the whole extent,",
                 "depends on the exported size");
  node.type = node.type == "MaxPool"  ? "ReduceMax"
              : node.type == "LpPool" ? "ReduceL2"
                                      : "ReduceMean";
  node.version = 18;
  node.inputs = {x};
  set_integers(node, 1, axes);
}

} // namespace

void reopen_pool(Reopening &reopening, NodeState &node) {
  Extents &extents = reopening.extents;
  Node view(node);
  Tensor x = view.input(0, "X");
  std::vector<Window> windows =
      windows_of(view, x, view.ints_attr("kernel_shape"));
  std::vector<int64_t> whole;
  Shape local,
      once; // The result's extents if the kernel is a constant, or not.
  bool is_open = false, is_reduction = true;
  for (const Window &w : windows) {
    bool covers = is_whole(extents, w);
    if (covers)
      whole.push_back(w.axis);
    is_open |= covers && extents.is_open(w.extent);
    is_reduction &= covers || w.is_identity();
    local.push_back(floordiv(w.extent - Size(w.kernel), w.stride) + Size(1));
    once.push_back(covers ? Size(1) : local.back());
  }
  if (!is_open) {
    for (const Window &w : windows) {
      if (may_be_whole(extents, w))
        refuse_baked(node,
                     "its kernel 1 of dimension " + std::to_string(w.axis),
                     "is the whole extent at the exported size and may depend "
                     "on it");
      if (may_be_adaptive(extents, w, node.type == "MaxPool"))
        refuse_baked(node,
                     "its kernel " + std::to_string(w.kernel) +
                         " of dimension " + std::to_string(w.axis),
                     "is a part of the exported extent and may depend on it");
      see_padding(reopening, node, w);
    }
    return;
  }
  constexpr int64_t largest_local = 3; // Of kernels that leave one position.
  std::vector<Shape> readings{once};
  if (std::ranges::all_of(
          windows, [](const Window &w) { return w.kernel <= largest_local; }))
    readings.push_back(local);
  Shape taken = reopening.choose(
      node, "its kernel, the whole extent, with the result", readings);
  if (taken != once)
    return;
  if (!is_reduction)
    refuse_baked(node,
                 "its kernel covers a free dimension at the exported size",
                 "and a part of another one");
  reduce(node, whole);
}

void reopen_deconvolution(Reopening &reopening, NodeState &node) {
  Node view(node);
  Tensor x = view.input(0, "X");
  bool is_free = false;
  for (int d = 2; d < x.rank(); ++d)
    is_free |= reopening.extents.is_open(x.dim(d));
  if (is_free && view.has_attr("output_shape"))
    refuse_baked(node, "its attribute 'output_shape'",
                 "was computed from the exported size");
}

void reopen_window(Reopening &reopening, NodeState &node) {
  Node view(node);
  bool is_quantized = node.type == "QLinearConv";
  Tensor x = view.input(0, "X"), w = view.input(is_quantized ? 3 : 1, "W");
  std::vector<int64_t> kernel;
  for (int d = 2; d < w.rank(); ++d)
    kernel.push_back(w.dim(d).constant().value_or(1));
  for (const Window &window : windows_of(view, x, kernel))
    see_padding(reopening, node, window);
}

} // namespace landfall::frontend
