//===- package_test.cpp - Packages, whole and damaged ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/package.h"

#include "package/kernel_for_test.h"
#include "package/package_damage_for_test.h"
#include "package/program_for_test.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <random>

namespace landfall {
namespace {

Package example() {
  Package package;
  package.target = "cpu";
  package.producer = "landfall test";
  package.model_name = "add \"relu\"";
  package.model_hash = "00ff";
  package.options = R"({"target": "cpu"})";
  package.program = add_relu_program();
  package.kernels = {add_relu_kernel(), scan_kernel()};
  package.weights = {
      {"w", DType::f32, {4}, share_bytes(std::vector<uint8_t>(16, 1))},
      {"empty", DType::i64, {0, 3}, {}},
      {"last", DType::u8, {3}, share_bytes({7, 8, 9})},
  };
  package.code = {{"cpu", "avx2", share_bytes({1, 2, 3})},
                  {"cpu", "avx512", share_bytes(std::vector<uint8_t>(5000))}};
  return package;
}

Result<Package> parse(std::vector<uint8_t> bytes) {
  return parse_package(share_bytes(std::move(bytes)), "test.lfm");
}

std::string complaint(std::vector<uint8_t> bytes) {
  Result<Package> package = parse(std::move(bytes));
  if (package.ok())
    return "";
  EXPECT_EQ(package.error().code, ErrorCode::invalid_package);
  EXPECT_EQ(package.error().place.file, "test.lfm");
  return package.error().message;
}

TEST(Package, RoundTrips) {
  Package before = example();
  std::vector<uint8_t> bytes = serialize(before);
  Result<Package> after = parse(bytes);
  ASSERT_TRUE(after.ok()) << after.error().message;
  EXPECT_EQ(after->target, before.target);
  EXPECT_EQ(after->producer, before.producer);
  EXPECT_EQ(after->model_name, before.model_name);
  EXPECT_EQ(after->model_hash, before.model_hash);
  EXPECT_EQ(after->options, before.options);
  EXPECT_EQ(print(after->program), print(before.program));
  ASSERT_EQ(after->kernels.size(), 2u);
  EXPECT_EQ(print(after->kernels[1]), print(before.kernels[1]));
  ASSERT_EQ(after->weights.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const Weight &a = after->weights[i], &b = before.weights[i];
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.dtype, b.dtype);
    EXPECT_EQ(a.dims, b.dims);
    EXPECT_TRUE(std::ranges::equal(a.bytes.data, b.bytes.data));
    EXPECT_EQ(uintptr_t(a.bytes.data.data()) % weight_alignment, 0u);
  }
  ASSERT_EQ(after->code.size(), 2u);
  EXPECT_EQ(after->code[1].variant, "avx512");
  EXPECT_TRUE(
      std::ranges::equal(after->code[0].bytes.data, before.code[0].bytes.data));
  EXPECT_EQ(serialize(*after), bytes);
}

TEST(Package, SerializesIntoMemoryThatIsGivenAndFreesWeightsOnTheWay) {
  Package package = example();
  std::vector<uint8_t> expected = serialize(package), bytes;
  std::weak_ptr<const void> first = package.weights[0].bytes.owner,
                            last = package.weights[2].bytes.owner;
  uint8_t *end = nullptr;
  ASSERT_TRUE(serialize_into(std::move(package), [&](size_t size) {
    EXPECT_FALSE(first.expired() || last.expired());
    bytes.resize(size);
    end = bytes.data() + size;
    return bytes.data();
  }));
  EXPECT_EQ(bytes, expected);
  EXPECT_EQ(end, bytes.data() + bytes.size());
  EXPECT_TRUE(first.expired() && last.expired());
  EXPECT_FALSE(
      serialize_into(example(), [](size_t) -> uint8_t * { return nullptr; }));
}

TEST(Package, KeepsFallbacksAndTheirCode) {
  Package before = example();
  before.kernels[0].operands[1].constant = true;
  before.fallbacks = {{1, "it has \"loops\"", true}};
  before.fallback_code = {
      {"cpu", "avx2", share_bytes(std::vector<uint8_t>(70, 9))}};
  Result<Package> after = parse(serialize(before));
  ASSERT_TRUE(after.ok()) << after.error().message;
  EXPECT_EQ(after->fallbacks, before.fallbacks);
  EXPECT_EQ(find_fallback(after->fallbacks, 0), nullptr);
  EXPECT_EQ(find_fallback(after->fallbacks, 1), &after->fallbacks[0]);
  EXPECT_TRUE(after->kernels[0].operands[1].constant);
  EXPECT_FALSE(after->kernels[0].operands[0].constant);
  ASSERT_EQ(after->fallback_code.size(), 1u);
  EXPECT_EQ(after->fallback_code[0].variant, "avx2");
  EXPECT_TRUE(std::ranges::equal(after->fallback_code[0].bytes.data,
                                 before.fallback_code[0].bytes.data));
  EXPECT_EQ(after->code.size(), 2u);
}

TEST(Package, SurvivesAFile) {
  std::string path = testing::TempDir() + "landfall_package_test.lfm";
  ASSERT_TRUE(write_package(example(), path).ok());
  Result<Package> read = read_package(path);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(serialize(*read), serialize(example()));
  auto code = uintptr_t(read->code[0].bytes.data.data());
  EXPECT_EQ(code % page_bytes, 0u) << "mapped code begins on a page";
  std::filesystem::remove(path);
  EXPECT_EQ(read_package(path).error().code, ErrorCode::io);
  EXPECT_EQ(read_package(path).error().place.file, path);
}

TEST(Package, ParsesFromAnyAddress) {
  std::vector<uint8_t> bytes = serialize(example());
  bytes.insert(bytes.begin(), 1);
  Bytes shifted = share_bytes(std::move(bytes));
  shifted.data = shifted.data.subspan(1);
  Result<Package> package = parse_package(shifted, "test.lfm");
  ASSERT_TRUE(package.ok());
  EXPECT_EQ(uintptr_t(package->weights[0].bytes.data.data()) % 64, 0u);
}

TEST(Package, SaysWhatIsWrong) {
  auto has = [](const std::string &text, const char *part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  std::vector<uint8_t> good = serialize(example());
  has(complaint({}), "does not begin");
  has(complaint({'P', 'K', 3, 4}), "does not begin");
  has(complaint({good.begin(), good.begin() + 20}), "truncated");
  has(complaint({good.begin(), good.end() - 1}), "truncated");
  for (uint8_t version : {package_version - 1, package_version + 1}) {
    std::vector<uint8_t> other = good;
    other[8] = version;
    has(complaint(other), "compile the model again");
  }
  std::vector<uint8_t> damaged = good;
  damaged[read_u64(good, header_bytes + section_row_bytes) + 3] ^= 1;
  has(complaint(damaged), "section 'program' is damaged");
  Package wrong = example();
  wrong.program.code[5].args[1] = 3;
  has(complaint(serialize(wrong)), "section 'program': the program has");
  wrong = example();
  wrong.kernels[0].body.nodes.pop_back();
  has(complaint(serialize(wrong)), "section 'kernels': kernel 'add_relu'");
  wrong = example();
  wrong.weights[2].dims = {1 << 20};
  has(complaint(serialize(wrong)), "section 'weight table': weight 'last'");
}

TEST(Package, RefusesEveryTruncation) {
  std::vector<uint8_t> good = serialize(example());
  for (size_t size = 0; size < good.size(); size += size < 4096 ? 1 : 61)
    EXPECT_NE(complaint({good.begin(), good.begin() + size}), "") << size;
}

/// Where a section begins and ends in a package.
std::pair<size_t, size_t> place_of(const std::vector<uint8_t> &bytes,
                                   Section section) {
  size_t row = header_bytes + size_t(section) * section_row_bytes;
  size_t begin = read_u64(bytes, row);
  return {begin, begin + read_u64(bytes, row + 8)};
}

TEST(Package, NoticesEveryFlip) {
  std::vector<uint8_t> bytes = serialize(example());
  size_t metadata = place_of(bytes, Section::code_table).second;
  auto [weights, weights_end] = place_of(bytes, Section::weights);
  auto [code, end] = place_of(bytes, Section::code);
  EXPECT_EQ(end, bytes.size());
  for (size_t i = 0; i < end; ++i) {
    // Between sections there are bytes that nothing reads.
    if ((i >= metadata && i < weights) || (i >= weights_end && i < code))
      continue;
    bytes[i] ^= uint8_t(1 << i % 8);
    EXPECT_NE(complaint(bytes), "") << i;
    bytes[i] ^= uint8_t(1 << i % 8);
  }
}

TEST(Package, ChecksWeightsWhenItIsTold) {
  std::vector<uint8_t> bytes = serialize(example());
  bytes[place_of(bytes, Section::weights).first] ^= 1;
  auto package = parse_package(share_bytes(bytes), "", StoredChecks::code);
  ASSERT_TRUE(package.ok());
  Status status = check_stored(*package);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::invalid_package);
  EXPECT_EQ(status.error().message, "section 'weights' is damaged");
  bytes[place_of(bytes, Section::code).first] ^= 1;
  EXPECT_FALSE(parse_package(share_bytes(bytes), "", StoredChecks::code).ok());
  EXPECT_TRUE(parse_package(share_bytes(bytes), "", StoredChecks::none).ok());
}

TEST(Package, OfAnOlderLandfallIsUsedButCannotBeChecked) {
  std::vector<uint8_t> bytes = serialize(example());
  for (Section section : {Section::weights, Section::code})
    write_u64(bytes, header_bytes + size_t(section) * section_row_bytes + 16,
              0);
  repair_header(bytes);
  Result<Package> package = parse(bytes);
  ASSERT_TRUE(package.ok()) << package.error().message;
  EXPECT_NE(check_stored(*package).error().message.find("older Landfall"),
            std::string::npos);
}

TEST(Package, IsNotAffectedByWhatHappensToItsFile) {
  std::string path = testing::TempDir() + "landfall_package_copied.lfm";
  ASSERT_TRUE(write_package(example(), path).ok());
  Result<Package> copied = read_package(path);
  Result<Package> mapped = read_package(path, true);
  ASSERT_TRUE(copied.ok() && mapped.ok());
  EXPECT_EQ(copied->watch, nullptr);
  ASSERT_NE(mapped->watch, nullptr);
  EXPECT_TRUE(mapped->watch->check_unchanged().ok());
  ASSERT_TRUE(write_package(example(), path).ok()); // Another file by now.
  EXPECT_TRUE(mapped->watch->check_unchanged().ok());
  mapped = read_package(path, true);
  copied = read_package(path);
  std::filesystem::resize_file(path, 100);
  EXPECT_EQ(mapped->watch->check_unchanged().error().code, ErrorCode::io);
  EXPECT_EQ(serialize(*copied), serialize(example()));
  std::filesystem::remove(path);
}

TEST(Package, SurvivesForgedMetadata) {
  const std::vector<uint8_t> good = serialize(example());
  size_t row = header_bytes + size_t(Section::code_table) * section_row_bytes;
  size_t end = read_u64(good, row) + read_u64(good, row + 8);
  std::mt19937 random(1);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<uint8_t> bytes = good;
    for (int change = random() % 4; change >= 0; --change) {
      size_t at = random() % (round % 4 ? end : header_bytes + table_bytes);
      bytes[at] =
          random() % 2 ? uint8_t(random()) : bytes[at] ^ 1 << random() % 8;
    }
    repair_checksums(bytes);
    Result<Package> package = parse(std::move(bytes));
    if (!package.ok())
      continue;
    ++accepted;
    print(package->program);
    for (const Kernel &kernel : package->kernels)
      print(kernel);
    for (const Weight &weight : package->weights)
      hash_bytes(weight.bytes.data);
  }
  EXPECT_GT(accepted, 100) << "the forgeries do not reach the parsers";
}

TEST(Package, TextsAreDifferentAndNotEmpty) {
  Package package = example();
  package.texts = {"one", std::string("a\0b", 3)};
  Result<Package> read = parse_package(share_bytes(serialize(package)));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->texts, package.texts);
  for (const std::vector<std::string> &texts :
       {std::vector<std::string>{"one", "two", "one"}, {"one", ""}}) {
    package.texts = texts;
    read = parse_package(share_bytes(serialize(package)));
    ASSERT_FALSE(read.ok());
    EXPECT_NE(read.error().message.find("section 'texts'"), std::string::npos);
  }
}

} // namespace
} // namespace landfall
