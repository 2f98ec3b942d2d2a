#include "core/dtype.h"

#include <gtest/gtest.h>

#include <set>

namespace pixelsail {
namespace {

TEST(DTypes, EveryTypeHasOneRowAndOwnNames) {
  std::set<std::string_view> names, stored;
  for (const DTypeRow& row : kDTypes) {
    EXPECT_EQ(&dtype_row(row.dtype), &row);
    if (!row.name.empty()) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
    }
    if (is_quantized(row.dtype)) {
      EXPECT_TRUE(row.stored.empty()) << row.name;
      EXPECT_FALSE(dtype_row(row.data).stored.empty()) << row.name;
      EXPECT_FALSE(dtype_row(row.scales).stored.empty()) << row.name;
      EXPECT_THROW(dtype_size(row.dtype), RunError);
    } else {
      EXPECT_TRUE(stored.insert(row.stored).second) << row.stored;
      EXPECT_EQ(dtype_size(row.dtype) * 8, static_cast<std::size_t>(row.bits));
    }
  }
  EXPECT_THROW(dtype_row(DType::kNone), RunError);
  EXPECT_FALSE(is_floating(DType::kNone));
  EXPECT_TRUE(is_floating(DType::kBF16));
  EXPECT_FALSE(is_floating(DType::kI8));
}

TEST(DTypes, WeightsAreNamedInOneOrder) {
  EXPECT_EQ(weight_dtype_names(), (std::vector<std::string>{"f32", "bf16", "f16", "int8", "int4"}));
  EXPECT_EQ(weight_dtype_names(false), (std::vector<std::string>{"f32", "bf16", "f16"}));
  EXPECT_EQ(weight_dtype("int4"), DType::kInt4);
  EXPECT_THROW(weight_dtype("int4", false), ConfigError);
  EXPECT_THROW(weight_dtype(""), ConfigError);
  try {
    weight_dtype("int3");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "dtype 'int3' is not one of f32, bf16, f16, int8, int4");
  }
}

}  // namespace
}  // namespace pixelsail
