// Libraries that are there in name only.

#include "teach/placeholder_library.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

bool is_loaded(const char* name) {
  return dlopen(name, RTLD_LAZY | RTLD_NOLOAD) != nullptr;
}

TEST(PlaceholderLibrary, IsFoundByItsName) {
  const char* name = "libpixelsail_nowhere.so.7";
  EXPECT_FALSE(is_loaded(name));
  load_placeholder(name);
  EXPECT_TRUE(is_loaded(name));
  EXPECT_NO_THROW(load_placeholder(name));
  // What the linker has of it holds no symbol.
  void* const library = dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
  EXPECT_EQ(dlsym(library, "pixelsail_nowhere"), nullptr);
}

TEST(PlaceholderLibrary, DoesNotStandInForWhatIsThere) {
  load_placeholder("libc.so.6");
  EXPECT_NE(dlsym(RTLD_DEFAULT, "qsort"), nullptr);
  EXPECT_THROW(load_placeholder(std::string(80, 'x')), RunError);
}

}  // namespace
}  // namespace pixelsail::detail
