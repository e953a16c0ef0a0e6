//===- moe.cpp - ONNX Runtime's MoE and QMoE ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Mixture of experts: for each token x, output = sum over the k experts e with
// the largest softmax(router_probs) of weight_e * (fc2_e act(fc1_e x)), with
// biases; normalize_routing_weights divides by the sum of the k weights. act is
// relu, gelu, silu, identity or swiglu: of the two halves g and l of fc1_e x
// (interleaved: swiglu_fusion 1, in sequence: 2), or of fc1_e x and fc3_e x,
//   min(g, limit) sigmoid(alpha min(g, limit)) (clamp(l, limit) + beta)
// QMoE's weights are integers with a scale and a zero point for each row, or
// for each block of block_size elements of a row; router_weights, if given, are
// the weights of the experts that router_probs choose.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/expert.h"
#include "frontend/onnx/families/gelu.h"
#include "frontend/onnx/families/softmax.h"
#include "frontend/onnx/support/indexing.h"
#include "ir/table.h"

namespace landfall::frontend {

namespace {

/// Which experts serve each token, and by which weights.
struct Routing {
  Tensor experts; ///< [T, k], i64.
  Tensor weights; ///< [T, k], in the compute type.
};

Routing route(Node &node, Tensor logits, Tensor mixing, bool normalized) {
  Builder &b = node.b();
  Size experts = logits.dim(1);
  int64_t count = node.int_attr("k", 1);
  node.expect(count >= 1, "k must be positive");
  b.require(1 - less(experts, count), "k exceeds the number of experts");
  if (mixing)
    for (int axis : {0, 1})
      require_equal(b, mixing.dim(axis), logits.dim(axis),
                    "router_weights must have the shape of router_probs");
  // [T, E]: how many experts come before each; the first of equals is first.
  Tensor place =
      ir::table(b, logits.shape(), DType::i64, [&](std::span<const Scalar> p) {
        Scalar own = logits.at(p);
        return sum(b, {experts}, DType::i64, [&](std::span<const Scalar> e) {
          Scalar other = logits.at({p[0], e[0]});
          Scalar first = logical_and(other == own, e[0] < p[1]);
          return cast(logical_or(other > own, first), DType::i64);
        });
      });
  Shape shape = {logits.dim(0), count};
  Tensor chosen =
      ir::table(b, shape, DType::i64, [&](std::span<const Scalar> p) {
        Scalar expert =
            sum(b, {experts}, DType::i64, [&](std::span<const Scalar> e) {
              Scalar here = place.at({p[0], e[0]}) == p[1];
              return select(here, e[0], b.index(0));
            });
        // Several have one place where one is NaN.
        return clamp(expert, b.index(0), b.scalar(experts - 1));
      });
  Tensor shares = mixing ? mixing : softmax_of(Rows::from_axis(logits, 1));
  auto share = [&](Scalar token, Scalar slot) {
    Scalar expert =
        clamp(chosen.at({token, slot}), b.index(0), b.scalar(experts - 1));
    return widen(shares.at({token, expert}));
  };
  DType type = compute_type(logits.dtype());
  Tensor weights = b.map(shape, type, [&](std::span<const Scalar> p) {
    Scalar weight = share(p[0], p[1]);
    if (!normalized)
      return weight;
    return weight / sum(b, {count}, type, [&](std::span<const Scalar> j) {
             return share(p[0], j[0]);
           });
  });
  return {chosen, weights};
}

/// What stands between fc1 (and fc3) and fc2.
class Activation {
public:
  explicit Activation(const Node &node)
      : kind_(node.string_attr("activation_type", "relu")),
        fusion_(int(node.int_attr("swiglu_fusion", 0))),
        alpha_(node.float_attr("activation_alpha", 1)),
        beta_(node.float_attr("activation_beta", 0)),
        limit_(node.float_attr("swiglu_limit", 0)) {
    for (std::string_view known :
         {"relu", "gelu", "silu", "identity", "swiglu"})
      if (kind_ == known)
        return;
    node.unsupported("the activation '" + kind_ + "'");
  }

  bool is_fused() const { return kind_ == "swiglu" && fusion_ != 0; }

  /// [I] from fc1's result [I], or [2 * I] if it is fused, and fc3's.
  Tensor apply(Builder &b, Tensor first, Tensor third) const {
    Size count = is_fused() ? floordiv(first.dim(0), 2) : first.dim(0);
    return b.map({count}, first.dtype(), [&](std::span<const Scalar> p) {
      if (!is_fused()) {
        Scalar g = first.at(p);
        if (kind_ == "swiglu")
          return gated(g, third.at(p));
        return third ? simple(g) * third.at(p) : simple(g);
      }
      Scalar half = b.scalar(count);
      bool interleaved = fusion_ == 1;
      return gated(first.at({interleaved ? p[0] * 2 : p[0]}),
                   first.at({interleaved ? p[0] * 2 + 1 : p[0] + half}));
    });
  }

private:
  Scalar simple(Scalar x) const {
    if (kind_ == "relu")
      return maximum(x, 0);
    if (kind_ == "gelu")
      return tanh_gelu_of(x); // As ONNX Runtime has it.
    return kind_ == "silu" ? x * sigmoid(x) : x;
  }
  Scalar gated(Scalar g, Scalar l) const {
    if (limit_ > 0) {
      g = minimum(g, limit_);
      l = minimum(maximum(l, -limit_), limit_);
    }
    return g * sigmoid(g * alpha_) * (l + beta_);
  }

  std::string kind_;
  int fusion_;
  double alpha_, beta_, limit_; ///< limit: 0 for none.
};

struct Experts {
  ExpertLayer first, second;
  std::optional<ExpertLayer> third;
};

/// `mixing` are the weights of the chosen experts; absent: their probabilities.
void mix(Node &node, const Experts &experts, Tensor mixing, bool normalized) {
  Builder &b = node.b();
  if (node.flag_attr("use_sparse_mixer", false) ||
      node.flag_attr("swiglu_limit_after_activation", false))
    node.unsupported(node.type() +
                     " with use_sparse_mixer or swiglu_limit_after_activation");
  Tensor input = node.input(0, "input", 2, 3);
  Tensor logits = node.input(1, "router_probs", 2);
  Activation activation(node);
  node.expect(experts.third || activation.is_fused() ||
                  node.string_attr("activation_type", "relu") != "swiglu",
              "swiglu needs fc3, or swiglu_fusion");
  Size tokens = logits.dim(0), hidden = input.dim(-1);
  Tensor x = b.reshape(input, {tokens, hidden});
  Routing routing = route(node, logits, mixing, normalized);
  Size slots = routing.experts.dim(1);
  DType type = compute_type(input.dtype());
  Size last = logits.dim(1) - 1;
  // One (token, slot) after another: which expert's weights to read is then a
  // size, and the products are plain ones.
  auto step = [&](const Builder::LoopState &state) {
    auto at = [&](Tensor table) {
      Scalar n = state.iteration.at({}), count = b.scalar(slots);
      return table.at({n / count, n % count});
    };
    Tensor chosen = b.map({}, DType::i64, [&](std::span<const Scalar>) {
      return at(routing.experts);
    });
    Size expert = b.read(chosen, 0, {0, last.range().high});
    Tensor token = b.map({hidden}, type, [&](std::span<const Scalar> p) {
      Scalar n = state.iteration.at({});
      return convert(x.at({n / b.scalar(slots), p[0]}), type);
    });
    Tensor third =
        experts.third ? experts.third->apply(b, expert, token) : Tensor();
    Tensor inner =
        activation.apply(b, experts.first.apply(b, expert, token), third);
    Tensor result = experts.second.apply(b, expert, inner);
    Builder::LoopStep next;
    next.collected = {b.map({hidden}, type, [&](std::span<const Scalar> p) {
      return result.at(p) * convert(at(routing.weights), type);
    })};
    return next;
  };
  Tensor parts = b.loop(b.from_size(tokens * slots), {}, {}, step)[0].tensor;
  parts = b.reshape(parts, {tokens, slots, hidden});
  Tensor y =
      b.map({tokens, hidden}, input.dtype(), [&](std::span<const Scalar> p) {
        Scalar total = sum(b, {slots}, type, [&](std::span<const Scalar> j) {
          return parts.at({p[0], j[0], p[1]});
        });
        return convert(total, input.dtype());
      });
  node.output(b.reshape(y, input.shape()));
}

void moe(Node &node) {
  auto layer = [&](int position, std::string_view name) {
    return ExpertLayer(node, node.input(position, name, 3),
                       node.optional_input(position + 1, "a bias", 2));
  };
  Experts experts{layer(2, "fc1_experts_weights"),
                  layer(4, "fc2_experts_weights"), std::nullopt};
  if (node.has_input(6))
    experts.third = layer(6, "fc3_experts_weights");
  mix(node, experts, {}, node.flag_attr("normalize_routing_weights", false));
}

void q_moe(Node &node) {
  if (node.string_attr("quant_type", "int") != "int")
    node.unsupported("QMoE with a quant_type other than 'int'");
  auto layer = [&](int position, int zeros, const char *bits) {
    int64_t width = node.int_attr(bits, node.int_attr("expert_weight_bits", 4));
    if (width != 2 && width != 4 && width != 8)
      node.unsupported("weights of " + std::to_string(width) + " bits");
    return ExpertLayer(node, node.input(position, "weights", 3),
                       node.optional_input(position + 2, "a bias", 2),
                       int(width), node.input(position + 1, "scales", 2, 3),
                       node.optional_input(zeros, "zero points"),
                       node.int_attr("block_size", 0));
  };
  Experts experts{layer(2, 11, "fc1_expert_weight_bits"),
                  layer(5, 12, "fc2_expert_weight_bits"), std::nullopt};
  if (node.has_input(8))
    experts.third = layer(8, 13, "fc3_expert_weight_bits");
  Tensor mixing = node.optional_input(14, "router_weights", 2);
  // Without router_weights ONNX Runtime always normalizes.
  bool normalized = node.flag_attr("normalize_routing_weights", false);
  mix(node, experts, mixing, normalized || !mixing);
}

} // namespace

LANDFALL_ONNX(moe, {"MoE", 1, moe, "com.microsoft"},
              {"QMoE", 1, q_moe, "com.microsoft"})

} // namespace landfall::frontend
