// What a user reads of an error of torch, and which of them mean that memory was missing.

#include "core/error_text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <stdexcept>

namespace pixelsail {
namespace {

const std::runtime_error kAllocation(
    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
    "allocate 393216 bytes. Error code 12 (Cannot allocate memory)\nframe #0: "
    "c10::ThrowEnforceNotMet(...)\n");

TEST(ErrorText, HasNoStackTrace) {
  EXPECT_EQ(error_text(kAllocation),
            "DefaultCPUAllocator: can't allocate memory: you tried to allocate 393216 bytes. Error code 12 "
            "(Cannot allocate memory)");
  EXPECT_EQ(
      error_text(std::runtime_error("sizes differ\nException raised from check at a.cpp:1 (x)\nframe #0: y")),
      "sizes differ");
  EXPECT_EQ(error_text(std::runtime_error("two\nlines. And more")), "two\nlines. And more");
}

TEST(ErrorText, OfTheFileSystemBeginsWithThePath) {
  namespace fs = std::filesystem;
  const auto full = std::make_error_code(std::errc::no_space_on_device);
  EXPECT_EQ(error_text(fs::filesystem_error("cannot create directory", "runs/a", full)),
            "runs/a: cannot create directory: No space left on device");
  EXPECT_EQ(error_text(fs::filesystem_error("cannot rename", "a.tmp", "a", full)),
            "a: cannot rename: No space left on device");
}

TEST(ErrorText, MissingMemoryIsTold) {
  EXPECT_TRUE(is_out_of_memory(kAllocation));
  EXPECT_TRUE(is_out_of_memory(std::bad_alloc()));
  EXPECT_FALSE(is_out_of_memory(std::runtime_error("sizes differ")));
}

}  // namespace
}  // namespace pixelsail
