//===- encoder_decoder.cpp - Decoders of T5's and Whisper's kind ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Names: the encoder takes encoder_input_ids, encoder_attention_mask (of text)
// and decoder_input_ids (if it does the decoder's first step); it gives logits
// and encoder_hidden_states in that case, and states present_{key,value}_{self,
// cross}_<layer> [B, heads, tokens, head size]. The decoder takes input_ids,
// encoder_attention_mask, encoder_hidden_states and past_<...> for each of
// these states, and gives logits and its own present_<...>_self_<layer>.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/encoder_decoder.h"

#include "frontend/onnx/support/indexing.h"
#include "ir/many_operands.h"
#include "onnx_format/proto.h"

#include <algorithm>
#include <map>

namespace landfall::frontend {

namespace {

class EncoderDecoder : public Decoder {
public:
  EncoderDecoder(const Node &node, int attention_mask, int decoder_input_ids);
  Generation start(Size beams) override;

private:
  std::vector<Any> inputs(const Graph &graph,
                          const Generation &state) const override;
  size_t row_axis() const override { return 0; }
  std::optional<Generation> first_step(const Generation &start,
                                       const Step &step) const override;
  void feed(Generation &next, const Generation &last, Tensor tokens,
            Tensor source) const override;

  Tensor given_mask(int position) const;
  void bind_prompt(int position);
  void encode(int attention_mask);
  Tensor no_state(Size rows, const std::string &name) const;
  std::vector<std::string> states() const;

  Tensor input_;
  Tensor prompt_ids_; ///< [B, P] i32
  // For B rows, and for R of them after `start`.
  Tensor mask_; ///< [B, S] i32; absent for sound.
  std::map<std::string, Tensor, std::less<>> encoded_; ///< By name.
  bool whole_; ///< Whether each step is given all tokens again.
};

EncoderDecoder::EncoderDecoder(const Node &node, int attention_mask,
                               int decoder_input_ids)
    : Decoder(node), input_(node.input(0, "input_ids", 2, 3)) {
  node.expect(!graph_.input.empty() && graph_.output.size() >= 3,
              "the decoder must take tokens and give states");
  const onnx::TypeProto &ids = graph_.input[0].type;
  whole_ = !(ids.shape && ids.shape->size() == 2 && (*ids.shape)[1].value &&
             *(*ids.shape)[1].value == 1);
  bind_prompt(decoder_input_ids);
  encode(attention_mask);
}

void EncoderDecoder::bind_prompt(int position) {
  if (position >= 0 && node_.has_input(position)) {
    prompt_ids_ = node_.input(position, "decoder_input_ids", 2);
    require_equal(b, prompt_ids_.dim(0), input_.dim(0),
                  "decoder_input_ids differs from input_ids in batch");
  } else {
    int64_t first = node_.int_attr("decoder_start_token_id", -1);
    node_.expect(first >= 0, "decoder_start_token_id is missing");
    Shape shape = {input_.dim(0), 1};
    prompt_ids_ = b.map(shape, DType::i32, [&](std::span<const Scalar>) {
      return b.literal_int(DType::i32, first);
    });
  }
  bind(input_.dim(0), prompt_ids_.dim(1));
}

/// [B, S]: the operand, or 0 for the padding in front: the token that pads may
/// also end a text, where it counts.
Tensor EncoderDecoder::given_mask(int position) const {
  if (Tensor given = attention_mask(position, input_))
    return given;
  Size length = input_.dim(1);
  Tensor first =
      b.map({input_.dim(0)}, DType::i64, [&](std::span<const Scalar> p) {
        return min_of(b, {length}, DType::i64, [&](auto j) {
          Scalar word = input_.at({p[0], j[0]}) != double(pad());
          return select(word, j[0], b.scalar(length));
        });
      });
  return b.map(input_.shape(), DType::i32, [&](std::span<const Scalar> p) {
    return cast(p[1] >= first.at({p[0]}), DType::i32);
  });
}

/// Runs the encoder.
void EncoderDecoder::encode(int attention_mask) {
  const Graph &graph = node_.graph_attr("encoder");
  if (input_.rank() == 2)
    mask_ = given_mask(attention_mask);
  std::vector<Any> values;
  for (const auto &input : graph.input) {
    if (input.name == "decoder_input_ids")
      values.emplace_back(prompt_ids_);
    else if (input.name == "encoder_attention_mask" && mask_)
      values.emplace_back(mask_);
    else if (values.empty())
      values.emplace_back(input_);
    else
      node_.unsupported("an encoder with the input " + std::string(input.name));
  }
  std::vector<Any> results = node_.import_body(graph, values);
  for (size_t k = 0; k < results.size(); ++k) {
    std::string name(graph.output[k].name);
    Tensor x = node_.tensor_in(results[k], "the encoder's " + name);
    node_.expect(x.rank() == 3 || x.rank() == 4,
                 "the encoder's results must have rank 3 or 4");
    require_equal(b, x.dim(0), batch(),
                  "the encoder's results differ from input_ids in batch");
    encoded_[name] = x;
  }
}

/// The decoder's own states, as its outputs name them.
std::vector<std::string> EncoderDecoder::states() const {
  std::vector<std::string> names;
  for (size_t k = 1; k < graph_.output.size(); ++k)
    names.emplace_back(graph_.output[k].name);
  return names;
}

/// A state of no tokens, like the one of cross attention.
Tensor EncoderDecoder::no_state(Size rows, const std::string &name) const {
  std::string cross = name;
  if (size_t at = cross.find("_self_"); at != std::string::npos)
    cross.replace(at, 6, "_cross_");
  auto like = encoded_.find(cross);
  node_.expect(like != encoded_.end() && like->second.rank() == 4,
               "the encoder gives neither " + name + " nor " + cross);
  Tensor x = like->second;
  return no_past({rows, x.dim(1), 0, x.dim(3)}, x.dtype());
}

Generation EncoderDecoder::start(Size beams) {
  for (auto &[name, x] : encoded_)
    x = repeated(x, beams);
  if (mask_)
    mask_ = repeated(mask_, beams);
  Generation g;
  g.ids = repeated(prompt_ids_, beams);
  g.sequences = sequences(prompt_ids_, beams);
  g.length = b.from_size(prompt());
  for (const std::string &name : states()) {
    auto found = encoded_.find(name);
    g.past.push_back(found == encoded_.end() ? no_state(batch() * beams, name)
                                             : found->second);
  }
  return g;
}

std::vector<Any> EncoderDecoder::inputs(const Graph &graph,
                                        const Generation &state) const {
  std::vector<std::string> own = states();
  std::vector<Any> values;
  for (const auto &input : graph.input) {
    std::string name(input.name);
    if (name == "input_ids") {
      values.emplace_back(state.ids);
      continue;
    }
    if (name == "encoder_attention_mask" && mask_) {
      values.emplace_back(mask_);
      continue;
    }
    if (name.starts_with("past_"))
      name.replace(0, 5, "present_");
    auto mine = std::ranges::find(own, name);
    auto theirs = encoded_.find(name);
    if (mine != own.end())
      values.emplace_back(state.past[size_t(mine - own.begin())]);
    else if (theirs != encoded_.end())
      values.emplace_back(theirs->second);
    else
      node_.unsupported("a decoder with the input " + std::string(input.name));
  }
  return values;
}

std::optional<Generation> EncoderDecoder::first_step(const Generation &start,
                                                     const Step &step) const {
  auto logits = encoded_.find("logits");
  if (logits == encoded_.end())
    return std::nullopt;
  b.require(less(0, logits->second.dim(1)), "the encoder gave no logits");
  return step(logits->second, start);
}

void EncoderDecoder::feed(Generation &next, const Generation &last,
                          Tensor tokens, Tensor source) const {
  next.ids = column(tokens);
  if (!whole_)
    return;
  Tensor before = last.ids;
  if (source)
    before = b.map(before.shape(), DType::i32, [&](std::span<const Scalar> p) {
      return last.ids.at({source.at({p[0]}), p[1]});
    });
  Tensor parts[] = {before, next.ids};
  next.ids = ir::concatenate(b, parts, 1);
}

} // namespace

std::unique_ptr<Decoder> encoder_decoder(const Node &node, int attention_mask,
                                         int decoder_input_ids) {
  return std::make_unique<EncoderDecoder>(node, attention_mask,
                                          decoder_input_ids);
}

} // namespace landfall::frontend
