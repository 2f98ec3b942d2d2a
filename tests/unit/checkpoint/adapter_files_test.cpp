// Adapters in PEFT's files: what is written, what is read back, what is refused; merging; quantized bases.

#include "checkpoint/adapter_files.h"

#include <gtest/gtest.h>

#include "checkpoint/convert.h"
#include "checkpoint/inspect.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "model/weights.h"
#include "pixelsail/error.h"
#include "small_checkpoint.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class AdapterFolder : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    testing_support::write_small_checkpoint(base());
    loaded_ = load_checkpoint(base(), WeightOptions{});
    write_adapter(root_ / "adapter");
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path base() const { return root_ / "base"; }

  /// One whose B is not zero.
  void write_adapter(const fs::path& folder) {
    const Adapter adapter(*loaded_.model,
                          {.rank = 3, .alpha = 6, .dropout = 0.1, .targets = {"q_proj", "down_proj"}}, 1);
    const torch::NoGradGuard no_grad;
    torch::manual_seed(8);
    for (const auto& [name, layer] : adapter.layers()) layer->b_OR.normal_(0, 0.3);
    fs::create_directories(folder);
    save_adapter(folder, adapter, base_hash(base()), "somewhere/base");
  }

  OrderedJson convert(const ConvertOptions& options) {
    Logger log(LogLevel::kOff);
    return convert_checkpoint(options, log);
  }

  /// Of the DataError that `body` ends with.
  static std::string message_of(const std::function<void()>& body) {
    try {
      body();
    } catch (const DataError& error) {
      return error.what();
    }
    ADD_FAILURE() << "accepted";
    return {};
  }

  static torch::Tensor states(PixelSailImpl& model) {
    const torch::NoGradGuard no_grad;
    SequenceInput sample;
    for (std::int64_t i = 0; i < 12; ++i) {
      sample.ids.push_back(40 + i * 7);
      sample.row_position.push_back(i);
      sample.column_position.push_back(i);
    }
    return model.hidden_states(pack(std::span(&sample, 1), torch::kCPU));
  }

  /// The message with which an adapter's folder is refused after `change` of its adapter_config.json.
  std::string refusal(const std::function<void(Json&)>& change) {
    const fs::path folder = root_ / "changed";
    fs::remove_all(folder);
    fs::copy(root_ / "adapter", folder);
    Json config = read_json(folder / "adapter_config.json");
    change(config);
    write_file_atomic(folder / "adapter_config.json", config.dump());
    try {
      load_adapter(folder, *loaded_.model, base_hash(base()));
    } catch (const DataError& error) {
      return error.what();
    }
    ADD_FAILURE() << "accepted";
    return {};
  }

  fs::path root_ = fs::path(testing::TempDir()) / "adapter_files_test";
  LoadedModel loaded_;
};

double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

TEST_F(AdapterFolder, HasPeftsNamesAndComesBack) {
  const auto tensors = read_tensors(root_ / "adapter" / "adapter_model.safetensors");
  EXPECT_EQ(tensors.size(), 2U * 2 * 2);
  const std::string name = "base_model.model.single_transformer.model.layers.1.mlp.down_proj.lora_A.weight";
  ASSERT_TRUE(tensors.contains(name));
  EXPECT_EQ(tensors.at(name).sizes().vec(), (std::vector<std::int64_t>{3, 48}));
  const Json config = read_json(root_ / "adapter" / "adapter_config.json");
  EXPECT_EQ(config["peft_type"], "LORA");
  EXPECT_EQ(config["r"], 3);
  EXPECT_EQ(config["lora_alpha"], 6);
  const Adapter read = load_adapter(root_ / "adapter", *loaded_.model, base_hash(base()));
  for (const auto& [ours, tensor] : read.tensors())
    EXPECT_TRUE(torch::equal(tensor, tensors.at("base_model.model." + ours))) << ours;
}

TEST_F(AdapterFolder, MergedComputesWhatAttachedComputes) {
  load_adapter(root_ / "adapter", *loaded_.model, base_hash(base())).attach(*loaded_.model);
  const torch::Tensor attached = states(*loaded_.model);
  // By convert, and by saving a model with an adapter attached.
  const OrderedJson result =
      convert({.from = base(), .to = root_ / "merged", .merge_lora = root_ / "adapter"});
  EXPECT_EQ(result["merged"], 4);
  const LoadedModel merged = load_checkpoint(root_ / "merged", WeightOptions{});
  EXPECT_LE(difference(states(*merged.model), attached), 1e-5);
  fs::create_directories(root_ / "saved");
  save_checkpoint(root_ / "saved", *loaded_.model, *loaded_.tokenizer, loaded_.preprocess);
  const LoadedModel saved = load_checkpoint(root_ / "saved", WeightOptions{});
  EXPECT_LE(difference(states(*saved.model), attached), 1e-5);
  Adapter::detach(*loaded_.model);
  EXPECT_GT(difference(states(*loaded_.model), attached), 1e-3);
}

/// What was trained is merged or refused by name, never left out.
TEST_F(AdapterFolder, MergingLeavesNothingOut) {
  const fs::path file = root_ / "adapter" / "adapter_model.safetensors";
  const auto tensors = read_tensors(file);
  const std::string prefix = "base_model.model.single_transformer.";
  const std::string a = prefix + "model.layers.0.self_attn.q_proj.lora_A.weight";
  const std::string b = prefix + "model.layers.0.self_attn.q_proj.lora_B.weight";
  const auto refused = [&](const std::function<void(std::map<std::string, torch::Tensor>&)>& change,
                           const std::string& part) {
    auto changed = tensors;
    change(changed);
    write_tensors(file, {changed.begin(), changed.end()});
    const std::string merged = message_of(
        [&] { convert({.from = base(), .to = root_ / "merged", .merge_lora = root_ / "adapter"}); });
    EXPECT_NE(merged.find(part), std::string::npos) << merged;
    EXPECT_FALSE(fs::exists(root_ / "merged"));
    const std::string attached =
        message_of([&] { load_adapter(root_ / "adapter", *loaded_.model, base_hash(base())); });
    EXPECT_EQ(attached, merged) << "both ways say the same";
  };
  refused([&](auto& t) { t[prefix + "lm_head.weight"] = torch::ones({4, 4}); }, "lm_head.weight is neither");
  refused(
      [&](auto& t) {
        t[prefix + "model.layers.0.self_attn.q_proj.lora_magnitude_vector.weight"] = torch::ones({32});
      },
      "lora_magnitude_vector");
  refused([&](auto& t) { t[prefix + "model.layers.0.self_attn.q_proj.lora_B.bias"] = torch::ones({32}); },
          "lora_B.bias");
  refused([&](auto& t) { t.erase(b); }, "has no lora_B beside it");
  refused([&](auto& t) { t.erase(a); }, "has no lora_A beside it");
  refused(
      [&](auto& t) {
        t[a] = torch::ones({2, 32});
        t[b] = torch::ones({32, 2});
      },
      "does not fit rank 3");
  refused([&](auto& t) { t[a] = torch::ones({3, 32}, torch::kInt8); }, "not weights");
  refused(
      [&](auto& t) {
        t[prefix + "model.layers.9.self_attn.q_proj.lora_A.weight"] = torch::ones({3, 32});
      },
      "no linear layer");
}

TEST_F(AdapterFolder, AMergedModelCanBeQuantizedOnTheWay) {
  for (const std::string dtype : {"int8", "bf16"}) {
    const fs::path merged = root_ / ("merged_" + dtype);
    EXPECT_EQ(
        convert({.from = base(), .to = merged, .dtype = dtype, .merge_lora = root_ / "adapter"})["merged"],
        4);
    load_adapter(root_ / "adapter", *loaded_.model, base_hash(base())).attach(*loaded_.model);
    const torch::Tensor attached = states(*loaded_.model);
    Adapter::detach(*loaded_.model);
    EXPECT_LE(difference(states(*load_checkpoint(merged, WeightOptions{}).model), attached), 0.1) << dtype;
  }
}

TEST_F(AdapterFolder, BelongsToItsBaseInWhateverFilesItLies) {
  const std::string hash = base_hash(base());
  for (const std::string dtype : {"bf16", "f16", "int8", "int4"}) {
    const fs::path copy = root_ / dtype;
    convert({.from = base(), .to = copy, .dtype = dtype, .shard_size = 30000});
    EXPECT_EQ(base_hash(copy), hash) << dtype;
  }
  convert({.from = base(), .to = root_ / "pth", .layout = "mmengine"});
  EXPECT_EQ(base_hash(root_ / "pth" / "model.pth"), hash);
  // Other weights of the same shapes.
  convert({.from = base(), .to = root_ / "merged", .merge_lora = root_ / "adapter"});
  EXPECT_NE(base_hash(root_ / "merged"), hash);
  try {
    load_adapter(root_ / "adapter", *loaded_.model, base_hash(root_ / "merged"));
    ADD_FAILURE();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("another base"), std::string::npos) << error.what();
  }
  EXPECT_THROW(convert({.from = root_ / "merged", .to = root_ / "twice", .merge_lora = root_ / "adapter"}),
               DataError);
  EXPECT_FALSE(fs::exists(root_ / "twice"));
}

TEST_F(AdapterFolder, VariantsThatComputeSomethingElseAreRefused) {
  EXPECT_NE(refusal([](Json& c) { c["peft_type"] = "IA3"; }).find("IA3"), std::string::npos);
  EXPECT_NE(refusal([](Json& c) { c["use_rslora"] = true; }).find("use_rslora"), std::string::npos);
  EXPECT_NE(refusal([](Json& c) { c["bias"] = "all"; }).find("bias"), std::string::npos);
  EXPECT_NE(refusal([](Json& c) { c["modules_to_save"] = {"lm_head"}; }).find("modules_to_save"),
            std::string::npos);
  EXPECT_NE(refusal([](Json& c) { c["r"] = 4; }).find("rank 4"), std::string::npos);
  EXPECT_NE(refusal([](Json& c) { c.erase("lora_alpha"); }).find("lora_alpha"), std::string::npos);
  EXPECT_NE(refusal([](Json& c) { c["base_hash"] = "0123"; }).find("0123"), std::string::npos);
  EXPECT_THROW(read_adapter(root_ / "nowhere"), DataError);
}

TEST_F(AdapterFolder, StandsOnAQuantizedBase) {
  convert({.from = base(), .to = root_ / "int8", .dtype = "int8"});
  const LoadedModel stored = load_checkpoint(root_ / "int8", WeightOptions{});
  const LoadedModel quantized = load_checkpoint(base(), {.quantization = Quantization::kInt8});
  EXPECT_TRUE(torch::equal(states(*stored.model), states(*quantized.model)));
  EXPECT_EQ(stored.model->parameter_count(), loaded_.model->parameter_count());
  load_adapter(root_ / "adapter", *stored.model, base_hash(root_ / "int8")).attach(*stored.model);
  load_adapter(root_ / "adapter", *loaded_.model, base_hash(base())).attach(*loaded_.model);
  EXPECT_LE(difference(states(*stored.model), states(*loaded_.model)), 0.05);
}

TEST_F(AdapterFolder, WeightsStoredQuantizedKeepTheirWidth) {
  convert({.from = base(), .to = root_ / "int4", .dtype = "int4"});
  EXPECT_NO_THROW(load_checkpoint(root_ / "int4", {.quantization = Quantization::kInt4}));
  EXPECT_NO_THROW(load_model(root_ / "int4", WeightOptions{}));
  EXPECT_EQ(inspect_checkpoint({.path = root_ / "int4"})["missing"], OrderedJson::array());
  EXPECT_THROW(load_checkpoint(root_ / "int4", {.quantization = Quantization::kInt8}), ConfigError);
  EXPECT_THROW(convert({.from = root_ / "int4", .to = root_ / "again", .dtype = "f32"}), DataError);
  EXPECT_THROW(convert({.from = base(), .to = root_ / "pth", .layout = "mmengine", .dtype = "int8"}),
               ConfigError);
}

}  // namespace
}  // namespace pixelsail
