#include "config/keys.h"

#include <gtest/gtest.h>

#include "example_config.h"

namespace pixelsail::testing {
namespace {

std::vector<ConfigKey> keys() {
  return ConfigKeyLister::list<Example>();
}

const ConfigKey& key(const std::vector<ConfigKey>& all, const std::string& path) {
  for (const ConfigKey& key : all) {
    if (key.path == path) return key;
  }
  throw std::out_of_range(path);
}

TEST(ConfigKeys, EveryKeyWithItsTypeAndDefault) {
  const std::vector<ConfigKey> all = keys();
  EXPECT_EQ(key(all, "output_dir").type, ConfigKey::Type::kText);
  EXPECT_EQ(key(all, "output_dir").fallback, "runs/x");
  EXPECT_EQ(key(all, "train").type, ConfigKey::Type::kMapping);
  EXPECT_EQ(key(all, "train.steps").type, ConfigKey::Type::kInteger);
  EXPECT_EQ(key(all, "train.steps").fallback, 100);
  EXPECT_EQ(key(all, "train.resume").fallback, false);
  EXPECT_EQ(key(all, "train.optimizer.lr").fallback, 4e-5);
  EXPECT_TRUE(key(all, "train.optimizer.clip").nullable);
  EXPECT_TRUE(key(all, "parts").list);
  EXPECT_TRUE(key(all, "parts[].kind").spec.required);
  EXPECT_EQ(key(all, "parts[].sizes").type, ConfigKey::Type::kInteger);
  EXPECT_TRUE(key(all, "parts[].sizes").list);
  EXPECT_EQ(key(all, "tags").fallback, nlohmann::ordered_json::array({"a"}));
  EXPECT_TRUE(key(all, "scales").named);
  EXPECT_TRUE(key(all, "named.*.kind").spec.required);
  EXPECT_TRUE(key(all, "note").fallback.is_null());
}

TEST(ConfigKeys, SchemaSaysWhatTheReaderChecks) {
  const nlohmann::ordered_json schema = config_schema(keys(), "example");
  EXPECT_EQ(schema["additionalProperties"], false);
  const auto& train = schema["properties"]["train"];
  EXPECT_EQ(train["type"], "object");
  EXPECT_EQ(train["additionalProperties"], false);
  const auto& optimizer = train["properties"]["optimizer"]["properties"];
  EXPECT_EQ(optimizer["lr"]["minimum"], 0);
  EXPECT_EQ(optimizer["lr"]["maximum"], 1);
  EXPECT_EQ(optimizer["lr"]["default"], 4e-5);
  EXPECT_EQ(optimizer["schedule"]["enum"], nlohmann::ordered_json::array({"cosine", "constant"}));
  EXPECT_EQ(optimizer["clip"]["type"], nlohmann::ordered_json::array({"number", "null"}));
  const auto& parts = schema["properties"]["parts"];
  EXPECT_EQ(parts["type"], "array");
  EXPECT_EQ(parts["items"]["required"], nlohmann::ordered_json::array({"kind"}));
  EXPECT_EQ(parts["items"]["properties"]["sizes"]["items"]["maximum"], 64);
  EXPECT_EQ(schema["properties"]["scales"]["additionalProperties"]["type"], "number");
  EXPECT_EQ(schema["properties"]["named"]["additionalProperties"]["required"],
            nlohmann::ordered_json::array({"kind"}));
}

TEST(ConfigKeys, AKeyIsExplained) {
  EXPECT_EQ(explain_key(keys(), "train.optimizer.lr"),
            "train.optimizer.lr\n  number from 0 to 1; default 4e-05\n");
  EXPECT_EQ(explain_key(keys(), "lr"), explain_key(keys(), "train.optimizer.lr"));
  EXPECT_EQ(explain_key(keys(), "parts[3].kind"), "parts[].kind\n  disc, square, star; required\n");
  const std::string mapping = explain_key(keys(), "train.optimizer");
  EXPECT_NE(mapping.find("    train.optimizer.schedule  (cosine, constant)\n"), std::string::npos) << mapping;
  try {
    explain_key(keys(), "train.optimiser.lr");
    FAIL() << "found";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'train.optimizer.lr'"), std::string::npos)
        << error.what();
  }
  EXPECT_THROW(explain_key(keys(), "kind"), ConfigError);  // of parts and of named
}

TEST(ConfigKeys, TheTableHasEveryKey) {
  const std::string table = keys_table(keys());
  for (const ConfigKey& key : keys())
    EXPECT_NE(table.find("| `" + key.path + "` |"), std::string::npos) << key.path;
}

}  // namespace
}  // namespace pixelsail::testing
