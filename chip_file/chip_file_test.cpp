//===- chip_file_test.cpp -------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "chip_file/chip_file.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace landfall::chip_file {
namespace {

struct Lamp {
  std::string name;
  uint32_t bulbs = 0;
  uint32_t watts = 0;
};

constexpr Field<Lamp> fields[] = {
    {{"bulbs", 1, 64, "", true}, &Lamp::bulbs},
    {{"watts", 5, 100, "W"}, &Lamp::watts},
};

std::span<const BuiltInChip> built_in() {
  static const BuiltInChip list[] = {
      {"desk", "# Small.\nname = desk\nbulbs = 2\nwatts = 40 # Each.\n"},
      {"wall", "name = wall\nbulbs=1\nwatts\t= 5"}};
  return list;
}

std::string conflict(const Lamp &lamp) {
  return lamp.bulbs * lamp.watts > 100 ? "too hot; take fewer bulbs" : "";
}

constexpr Format<Lamp> format = {fields, built_in, conflict};

std::string refusal(const std::string &text) {
  auto lamp = format.parse(text, "my.lamp");
  return lamp.ok() ? "accepted" : lamp.error().message;
}

TEST(ChipFile, ValuesAreReadInAnyFormAndOrder) {
  Lamp desk = format.find("desk").take();
  EXPECT_EQ(desk.name, "desk");
  EXPECT_EQ(desk.bulbs, 2u);
  EXPECT_EQ(desk.watts, 40u);
  EXPECT_EQ(format.find("wall")->watts, 5u);
  Lamp windows = format
                     .parse("\xef\xbb\xbfwatts = 7\r\nbulbs = 4\r\n"
                            "name = w\r\n",
                            "w")
                     .take();
  EXPECT_EQ(windows.watts, 7u);
  EXPECT_EQ(names(built_in()), (std::vector<std::string>{"desk", "wall"}));
}

TEST(ChipFile, TextsReadBack) {
  Lamp lamp = {"hall", 8, 12};
  std::string text = format.print(lamp);
  EXPECT_EQ(text, "name = hall\nbulbs = 8\nwatts = 12\n");
  EXPECT_EQ(format.print(*format.parse(text, "again")), text);
}

TEST(ChipFile, ErrorsNameTheLineAndTheRemedy) {
  EXPECT_EQ(refusal("name = a\nbulbs: 2\n"),
            "my.lamp:2: 'bulbs: 2' is not of the form 'key = value'; a comment "
            "begins with '#'");
  EXPECT_EQ(refusal("watts = 4"),
            "my.lamp:1: 'watts' is '4'; expected a whole number of W from 5 "
            "to 100");
  EXPECT_EQ(refusal("bulbs = 0x4"),
            "my.lamp:1: 'bulbs' is '0x4'; expected a whole number from 1 to "
            "64");
  EXPECT_EQ(refusal("bulbs = 99999999999").find("my.lamp:1: 'bulbs' is"), 0u);
  EXPECT_EQ(refusal("bulbs = 3"),
            "my.lamp:1: 'bulbs' is 3; expected a power of two");
  EXPECT_EQ(refusal("\nbulbs = 2\nbulbs = 2"),
            "my.lamp:3: 'bulbs' stands already in line 2; keep one");
  EXPECT_EQ(refusal("name = a\nname = a"),
            "my.lamp:2: 'name' stands already in line 1; keep one");
  EXPECT_EQ(refusal("name = a b"),
            "my.lamp:1: 'a b' is no name: expected letters, digits and '_'");
  EXPECT_EQ(refusal("lumen = 1"),
            "my.lamp:1: there is no key 'lumen'; expected one of: name, bulbs, "
            "watts");
  EXPECT_EQ(refusal("bulbs = 2\n"),
            "my.lamp:1: the description ends without: name, watts; add a line "
            "'key = value' for each");
  EXPECT_EQ(refusal("name = a\nbulbs = 2\nwatts = 60\n"),
            "my.lamp:3: too hot; take fewer bulbs");
}

TEST(ChipFile, ADeviceNameIsABuiltInChipOrAFile) {
  EXPECT_EQ(format.of_device("wall")->bulbs, 1u);
  EXPECT_EQ(format.of_device("floor").error().message,
            "there is no chip 'floor'; this build describes 'desk', 'wall'");
  auto path = std::filesystem::temp_directory_path() / "chip_file_test.lamp";
  std::ofstream(path) << "name = mine\nbulbs = 1\nwatts = 9\n";
  EXPECT_EQ(format.of_device("lamp:" + path.string())->name, "mine");
  std::filesystem::remove(path);
  EXPECT_FALSE(format.of_device("lamp:" + path.string()).ok());
}

TEST(ChipFile, GenerationsAreNumbered) {
  for (const char *device : {"lamp", "lamp2", "lamp12", "lamp:my.lamp"})
    EXPECT_TRUE(is_generation("lamp", device)) << device;
  for (const char *device : {"lam", "lamps", "lamp2b", "cpu", ""})
    EXPECT_FALSE(is_generation("lamp", device)) << device;
}

TEST(ChipFile, MemoryIsToldInTheLargestUnitThatDividesIt) {
  EXPECT_EQ(memory_text(64), "64 KiB");
  EXPECT_EQ(memory_text(2048), "2 MiB");
  EXPECT_EQ(memory_text(4 << 20), "4 GiB");
}

} // namespace
} // namespace landfall::chip_file
