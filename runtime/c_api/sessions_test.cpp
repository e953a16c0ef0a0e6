//===- sessions_test.cpp - Runs in C --------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/packages_for_test.h"

#include <atomic>
#include <cmath>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace {

using Json = nlohmann::json;
using landfall::c_api::open_fallback_package;
using landfall::c_api::open_package;

/// x and y of relu(x + y).
struct Inputs {
  lf::Value x = lf::Value::tensor<float>({3}, {1, -5, 3});
  lf::Value y = lf::Value::tensor<float>({3}, {1, 2, 3});
  std::vector<const lf_value *> list() const { return {x.get(), y.get()}; }
};

TEST(CSessions, WriteIntoTheCallersMemory) {
  lf::Model model(open_package());
  lf::Session session = model.session();
  Inputs inputs;
  float memory[4] = {9, 9, 9, 9};
  std::vector<lf::Value> outputs;
  outputs.push_back(lf::Value::reserve(LF_FLOAT32, memory, sizeof memory));
  EXPECT_EQ(outputs[0].dims(), std::vector<int64_t>{0});
  session.run_into(inputs.list(), outputs);
  EXPECT_EQ(outputs[0].dims(), std::vector<int64_t>{3});
  EXPECT_EQ(lf_tensor_data(outputs[0].get()), memory);
  EXPECT_EQ(std::vector<float>(memory, memory + 4),
            (std::vector<float>{2, 0, 6, 9}));
}

TEST(CSessions, RefuseOutputsThatDoNotFit) {
  lf::Model model(open_package());
  lf::Session session = model.session();
  Inputs inputs;
  float memory[2] = {};
  auto refusal = [&](lf::Value output) {
    std::vector<lf::Value> outputs;
    outputs.push_back(std::move(output));
    try {
      session.run_into(inputs.list(), outputs);
    } catch (const lf::Error &error) {
      EXPECT_EQ(error.status(), LF_INVALID_ARGUMENT);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refusal(lf::Value::reserve(LF_FLOAT32, memory, sizeof memory))
                .find("needs 12 bytes"),
            std::string::npos);
  EXPECT_NE(refusal(lf::Value::reserve(LF_INT32, memory, sizeof memory))
                .find("is float32"),
            std::string::npos);
  EXPECT_NE(refusal(lf::Value::tensor<float>({3}, {0, 0, 0}))
                .find("lf_tensor_reserve"),
            std::string::npos);
}

/// What a run says before it begins: it has not touched its statistics.
lf_status refused(lf_session *session, const lf_value *const *inputs,
                  size_t input_count, lf_value **outputs, size_t output_count) {
  lf_statistics statistics = {-1, 0, 0, 0};
  lf::RunOptions options;
  options.set_statistics(statistics);
  lf_error *error = nullptr;
  lf_status status = lf_session_run(session, options.get(), inputs, input_count,
                                    outputs, output_count, &error);
  EXPECT_EQ(statistics.total_ms, -1);
  EXPECT_STRNE(lf_error_reason(error), "");
  lf_error_free(error);
  return status;
}

TEST(CSessions, RefuseWrongCountsAndArraysBeforeTheyRun) {
  lf::Model model(open_package());
  lf_session *session = nullptr;
  ASSERT_EQ(lf_session_create(model.get(), &session, nullptr), LF_OK);
  Inputs values;
  std::vector<const lf_value *> inputs = values.list();
  const lf_value *holes[] = {inputs[0], nullptr};
  lf_value *output = nullptr;
  // A count that is too large says nothing of how long the array is.
  for (size_t count : {size_t(0), size_t(1), size_t(3), SIZE_MAX})
    EXPECT_EQ(refused(session, inputs.data(), count, &output, 1),
              LF_INVALID_ARGUMENT)
        << count;
  for (size_t count : {size_t(0), size_t(2), SIZE_MAX})
    EXPECT_EQ(refused(session, inputs.data(), 2, &output, count),
              LF_INVALID_ARGUMENT)
        << count;
  EXPECT_EQ(refused(session, nullptr, 2, &output, 1), LF_INVALID_ARGUMENT);
  EXPECT_EQ(refused(session, inputs.data(), 2, nullptr, 1),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(refused(session, holes, 2, &output, 1), LF_INVALID_ARGUMENT);
  EXPECT_EQ(refused(nullptr, inputs.data(), 2, &output, 1),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_session_run_into(session, nullptr, inputs.data(), 2, nullptr, 1,
                                nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_session_run_into(session, nullptr, inputs.data(), 2, &output,
                                SIZE_MAX, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(
      lf_session_run(session, nullptr, inputs.data(), 2, &output, 1, nullptr),
      LF_OK);
  lf_value_free(output);
  lf_session_free(session);
}

TEST(CSessions, AskForMemoryWhenShapesAreKnown) {
  lf::Model model(open_package());
  lf::Session session = model.session();
  Inputs inputs;
  std::vector<float> memory;
  lf::RunOptions options;
  lf_run_options_set_output_memory(
      const_cast<lf_run_options *>(options.get()),
      [](void *user, size_t, lf_dtype, const int64_t *dims, size_t rank,
         size_t bytes) -> void * {
        EXPECT_EQ(rank, 1u);
        EXPECT_EQ(size_t(dims[0]) * sizeof(float), bytes);
        auto &memory = *static_cast<std::vector<float> *>(user);
        memory.resize(size_t(dims[0]));
        return memory.data();
      },
      &memory);
  auto outputs = session.run(inputs.list(), &options);
  EXPECT_EQ(memory, (std::vector<float>{2, 0, 6}));
  EXPECT_EQ(outputs[0].data<float>(), memory.data());
}

TEST(CSessions, ProfilesTellWhatTheHostExecuted) {
  lf::Model model(open_fallback_package());
  lf::Session session = model.session();
  Inputs inputs;
  Json profile = Json::parse(session.profile(inputs.list(), 2));
  EXPECT_EQ(profile["kernels"]["0"]["where"], "interpreter");
  EXPECT_EQ(profile["places"]["interpreter"]["launches"], 1);
  EXPECT_FALSE(profile["places"].contains("device"));
  // Two operands and a result of three floats.
  EXPECT_EQ(profile["total"]["copied_bytes"], 3 * 3 * sizeof(float));
  lf::RunOptions options;
  options.set_step_limit(1'000'000);
  EXPECT_EQ(session.run(inputs.list(), &options).size(), 1u);
}

TEST(CSessions, GiveStatisticsAndProfiles) {
  lf::Model model(open_package());
  lf::Session session = model.session();
  Inputs inputs;
  lf_statistics statistics = {};
  lf::RunOptions options;
  options.set_statistics(statistics);
  options.set_verify(true);
  session.run(inputs.list(), &options);
  EXPECT_EQ(statistics.launches, 1u);
  EXPECT_GT(statistics.total_ms, 0);
  Json profile = Json::parse(session.profile(inputs.list(), 2));
  EXPECT_EQ(profile["runs"], 2);
  EXPECT_EQ(profile["kernels"]["0"]["launches"], 1);
  EXPECT_EQ(profile["total"]["launches"], 1);
  EXPECT_EQ(profile["total"]["multiply_adds"], 0);
  EXPECT_EQ(profile["total"]["bytes"], 3 * 3 * sizeof(float));
  EXPECT_THROW(session.profile(inputs.list(), 0), lf::Error);
  options.set_entry("other");
  EXPECT_THROW(session.run(inputs.list(), &options), lf::Error);
}

/// Counts for ever: r1 = r1 + r0 while r0.
std::vector<uint8_t> endless_package() {
  using landfall::Op;
  landfall::Package package;
  package.target = "null";
  package.producer = "test";
  package.code = {{"null", "descriptions", {}}};
  landfall::Program &program = package.program;
  program.int_registers = 2;
  program.value_registers = 1;
  program.code = {
      {Op::input, {0, 0}},        {Op::constant, {0, 1, 0}},
      {Op::broadcast, {1, 1, 0}}, {Op::jump_if, {0, 2}},
      {Op::output, {0, 0}},       {Op::stop, {}},
  };
  landfall::SignatureValue x = {
      "x", landfall::ValueKind::tensor, landfall::DType::f32, {}};
  program.entries = {{"main", 0, {x}, {x}}};
  return landfall::serialize(package);
}

TEST(CSessions, AreCancelledFromAnotherThread) {
  std::vector<uint8_t> bytes = endless_package();
  lf::Model model(lf::Package::from_bytes(bytes.data(), bytes.size()));
  lf::Session session = model.session();
  session.cancel(); // There is nothing to cancel yet.
  for (int time = 0; time < 2; ++time) {
    std::atomic<bool> ended = false;
    std::thread canceller([&] {
      // A run that has not begun is not affected: again until it has ended.
      while (!ended) {
        session.cancel();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    try {
      session.run({lf::Value::tensor<float>({}, {1})});
      ADD_FAILURE() << "it never ends by itself";
    } catch (const lf::Error &error) {
      EXPECT_EQ(error.status(), LF_CANCELLED);
    }
    ended = true;
    canceller.join();
  }
}

TEST(CSessions, EndWhenTheirTimeOrMemoryIsUp) {
  std::vector<uint8_t> bytes = endless_package();
  lf::Model model(lf::Package::from_bytes(bytes.data(), bytes.size()));
  lf::Session session = model.session();
  auto failure = [&](const lf::RunOptions &options) {
    try {
      session.run({lf::Value::tensor<float>({}, {1})}, &options);
    } catch (const lf::Error &error) {
      return error.status();
    }
    return LF_OK;
  };
  lf::RunOptions in_time, in_memory;
  in_time.set_time_limit(0.02);
  EXPECT_EQ(failure(in_time), LF_CANCELLED);
  in_memory.set_memory_limit(3); // The input has 4 bytes.
  EXPECT_EQ(failure(in_memory), LF_OUT_OF_MEMORY);
  for (double seconds : {-1.0, std::nan("")})
    EXPECT_THROW(in_time.set_time_limit(seconds), lf::Error);
}

TEST(CSessions, NullIsAnErrorOrNothing) {
  lf::Model model(open_package());
  lf::Session session = model.session();
  lf_model *loaded = nullptr;
  lf_session *created = nullptr;
  lf_value *output = nullptr;
  lf_buffer *buffer = nullptr;
  EXPECT_EQ(lf_model_load(nullptr, nullptr, nullptr, &loaded, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_session_create(nullptr, &created, nullptr), LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_session_create(model.get(), nullptr, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_session_run(nullptr, nullptr, nullptr, 0, &output, 1, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(
      lf_session_run(session.get(), nullptr, nullptr, 2, &output, 1, nullptr),
      LF_INVALID_ARGUMENT);
  const lf_value *holes[] = {nullptr, nullptr};
  EXPECT_EQ(
      lf_session_run(session.get(), nullptr, holes, 2, &output, 1, nullptr),
      LF_INVALID_ARGUMENT);
  Inputs inputs;
  EXPECT_EQ(lf_session_run(session.get(), nullptr, inputs.list().data(), 2,
                           nullptr, 1, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_session_run_into(session.get(), nullptr, inputs.list().data(), 2,
                                nullptr, 1, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(
      lf_session_profile(nullptr, nullptr, nullptr, 0, 1, &buffer, nullptr),
      LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_model_counters(nullptr, &buffer, nullptr), LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_run_options_set_entry(nullptr, "main", nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_model_find_entry(nullptr, nullptr), nullptr);
  EXPECT_EQ(lf_model_input_count(nullptr), 0u);
  lf_session_cancel(nullptr);
  lf_run_options_set_verify(nullptr, 1);
  EXPECT_EQ(lf_run_options_set_time_limit(nullptr, 1, nullptr),
            LF_INVALID_ARGUMENT);
  lf_run_options_set_memory_limit(nullptr, 1);
}

} // namespace
