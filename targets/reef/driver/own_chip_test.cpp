//===- own_chip_test.cpp - Chips that a user describes --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/file.h"
#include "runtime/package_for_test.h"
#include "targets/reef/chip/chip_description.h"

namespace landfall::reef {
namespace {

/// Writes a description and asks for a device of it.
Result<std::unique_ptr<runtime::Device>> create_own(const std::string &text) {
  std::string path = testing::TempDir() + "own.chip";
  auto *bytes = reinterpret_cast<const uint8_t *>(text.data());
  TRY(write_file(path, std::span(bytes, text.size())));
  return runtime::create_device("reef:" + path, {});
}

TEST(OwnChip, RunsWithoutAChangeOfCode) {
  ChipDescription chip = chip_format.find("reef2").take();
  chip.name = "reef_mine";
  chip.cores = 3;
  chip.vector_bits = 256;
  chip.tile_edge = 16;
  auto device = create_own(chip_format.print(chip));
  ASSERT_TRUE(device.ok()) << device.error().message;
  EXPECT_EQ((*device)->describe().name, "reef_mine");
  EXPECT_EQ((*device)->describe().threads, 3);
  Package package = runtime::test_package({});
  auto code = (*device)->load(package).take();
  auto queue = (*device)->create_queue().take();
  auto memory = (*device)->allocate(400).take();
  std::vector<float> values(100, 1);
  ASSERT_TRUE(queue->write({memory}, values.data(), 400).ok());
  int64_t size = 100;
  const runtime::DeviceSpan operands[] = {{memory}, {memory}};
  ASSERT_TRUE(
      queue->launch(*code, runtime::increment, operands, {&size, 1}).ok());
  ASSERT_TRUE(queue->read(values.data(), {memory}, 400).ok());
  EXPECT_EQ(values, std::vector<float>(100, 2));
}

TEST(OwnChip, MistakesAreLocated) {
  auto device = create_own("name = mine\ncores = none\n");
  ASSERT_FALSE(device.ok());
  EXPECT_NE(device.error().message.find("own.chip:2: 'cores' is 'none'"),
            std::string::npos);
  EXPECT_FALSE(runtime::create_device("reef:/no/such.chip", {}).ok());
}

} // namespace
} // namespace landfall::reef
