#include "checkpoint/convert.h"

#include "checkpoint/inspect.h"
#include "checkpoint_fixture.h"
#include "image/preprocessor_config.h"
#include "io/atomic_file.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class Convert : public testing_support::Checkpoints {
 protected:
  OrderedJson convert(ConvertOptions options) {
    Logger log(LogLevel::kOff);
    return convert_checkpoint(options, log);
  }
  /// The message of the DataError that a conversion ends with; the target must not exist then.
  std::string failure(const ConvertOptions& options) {
    try {
      convert(options);
    } catch (const DataError& error) {
      EXPECT_FALSE(fs::exists(options.to));
      EXPECT_FALSE(fs::exists(options.to.string() + ".tmp"));
      return error.what();
    }
    ADD_FAILURE() << "accepted";
    return {};
  }
  static bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }
};

TEST_F(Convert, MmengineFileAndBack) {
  for (const bool tied : {true, false}) {
    const std::string suffix = tied ? "_tied" : "_untied";
    const fs::path ours = write_pixelsail("ours" + suffix, tied);
    const OrderedJson result = convert({.from = ours, .to = root_ / ("pth" + suffix), .layout = "mmengine"});
    EXPECT_EQ(result["family"], "pixelsail");
    const fs::path archive = root_ / ("pth" + suffix) / "model.pth";
    // As the public code saves it: a shared output layer stands in the file under both names.
    EXPECT_TRUE(open_tensors(archive)->contains("single_transformer.lm_head.weight"));
    convert({.from = archive, .to = root_ / ("back" + suffix)});
    expect_same_tensors(read_tensors(ours / "model.safetensors"),
                        read_tensors(root_ / ("back" + suffix) / "model.safetensors"));
    EXPECT_EQ(read_json(ours / "config.json"), read_json(root_ / ("back" + suffix) / "config.json"));
    EXPECT_NO_THROW(load_checkpoint(root_ / ("back" + suffix), WeightOptions{}));
  }
}

TEST_F(Convert, TheSizeOfPicturesIsKept) {
  const fs::path ours = write_pixelsail("ours");
  PreprocessConfig small = read_preprocessor_config(ours / "preprocessor_config.json");
  small.max_side = 96;
  write_file_atomic(ours / "preprocessor_config.json", preprocessor_config_json(small));
  convert({.from = ours, .to = root_ / "bf16", .dtype = "bf16"});
  EXPECT_EQ(read_preprocessor_config(root_ / "bf16" / "preprocessor_config.json").max_side, 96);
}

TEST_F(Convert, TheMeanOfSeveralCheckpoints) {
  const fs::path one = write_pixelsail("one"), two = write_pixelsail("two"), three = write_pixelsail("three");
  auto weights = read_tensors(one / "model.safetensors");
  const auto rewrite = [&](const fs::path& folder, torch::ScalarType type, double factor) {
    NamedTensors changed;
    for (const auto& [name, tensor] : weights) changed.emplace_back(name, (tensor * factor + 0.25).to(type));
    write_tensors(folder / "model.safetensors", changed);
    return read_tensors(folder / "model.safetensors");
  };
  const auto second = rewrite(two, torch::kBFloat16, -3), third = rewrite(three, torch::kFloat32, 0.5);
  convert({.from = one, .to = root_ / "mean", .average = {two, three}});
  convert({.from = one, .to = root_ / "rounded", .dtype = "bf16", .average = {two, three}});
  convert({.from = one, .to = root_ / "itself", .average = {one}});
  const auto mean = read_tensors(root_ / "mean" / "model.safetensors"),
             rounded = read_tensors(root_ / "rounded" / "model.safetensors");
  ASSERT_EQ(mean.size(), weights.size());
  for (const auto& [name, tensor] : weights) {
    const torch::Tensor expected = ((tensor.to(torch::kFloat64) + second.at(name).to(torch::kFloat64) +
                                     third.at(name).to(torch::kFloat64)) /
                                    3)
                                       .to(torch::kFloat32);
    EXPECT_TRUE(torch::equal(mean.at(name), expected)) << name;
    EXPECT_TRUE(torch::equal(rounded.at(name), expected.to(torch::kBFloat16))) << name;
  }
  expect_same_tensors(weights, read_tensors(root_ / "itself" / "model.safetensors"));
  EXPECT_NO_THROW(load_checkpoint(root_ / "mean", WeightOptions{}));
}

TEST_F(Convert, PatchesOfAnotherSizeAreEmbeddedAsTheirResizedPicturesWere) {
  const fs::path ours = write_pixelsail("ours");
  const auto before = read_tensors(ours / "model.safetensors");
  const std::string name = "single_transformer.model.vis_embed.weight";
  for (const std::int64_t size : {12, 8, 32}) {
    const fs::path to = root_ / std::to_string(size);
    convert({.from = ours, .to = to, .patch_size = size});
    auto after = read_tensors(to / "model.safetensors");
    // What the model is given, resized by the public function, through the old weights.
    const torch::Tensor patches = torch::randn({5, 3, size, size});
    const torch::Tensor resized =
        torch::nn::functional::interpolate(patches, torch::nn::functional::InterpolateFuncOptions()
                                                        .size(std::vector<std::int64_t>{16, 16})
                                                        .mode(torch::kBilinear)
                                                        .align_corners(false)
                                                        .antialias(true));
    const torch::Tensor expected = torch::matmul(resized.flatten(1), before.at(name).t()),
                        got = torch::matmul(patches.flatten(1), after.at(name).t());
    EXPECT_TRUE(torch::allclose(got, expected, 1e-4, 1e-5)) << (got - expected).abs().max();
    after[name] = before.at(name);
    expect_same_tensors(before, after);
    const LoadedModel loaded = load_checkpoint(to, WeightOptions{});
    EXPECT_EQ(loaded.model->config.vision_patch_size, size);
    EXPECT_EQ(loaded.model->config.mask_stride, size / 4);
    EXPECT_EQ(loaded.preprocess.patch_size, size);
  }
  convert({.from = ours, .to = root_ / "same", .patch_size = 16});
  expect_same_tensors(before, read_tensors(root_ / "same" / "model.safetensors"));
  convert({.from = ours, .to = root_ / "bf16", .dtype = "bf16"});
  convert({.from = root_ / "bf16", .to = root_ / "bf16_12", .patch_size = 12});
  EXPECT_EQ(read_tensors(root_ / "bf16_12" / "model.safetensors").at(name).scalar_type(), torch::kBFloat16);
  // Four mask features along a patch cannot have a whole number of pixels each.
  EXPECT_THROW(convert({.from = ours, .to = root_ / "odd", .patch_size = 14}), ConfigError);
  // Tensors alone do not tell.
  fs::copy_file(ours / "model.safetensors", root_ / "alone.safetensors");
  EXPECT_THROW(convert({.from = root_ / "alone.safetensors", .to = root_ / "odd", .patch_size = 12}),
               ConfigError);
  convert({.from = ours, .to = root_ / "small", .dtype = "int8"});
  const std::string quantized = failure({.from = root_ / "small", .to = root_ / "resized", .patch_size = 12});
  EXPECT_TRUE(contains(quantized, "convert the checkpoint that they were made from")) << quantized;
}

TEST_F(Convert, CheckpointsOfDifferentModelsHaveNoMean) {
  const fs::path tied = write_pixelsail("tied", true), other = write_pixelsail("other", false);
  const std::string message = failure({.from = tied, .to = root_ / "mean", .average = {other}});
  EXPECT_TRUE(contains(message, "lm_head.weight' is missing in")) << message;
  EXPECT_TRUE(contains(message, "tied")) << message;

  NamedTensors reshaped;
  std::string changed;
  for (const auto& [name, tensor] : read_tensors(tied / "model.safetensors")) {
    const bool first_matrix = changed.empty() && tensor.dim() == 2;
    if (first_matrix) changed = name;
    reshaped.emplace_back(name, first_matrix ? tensor.flatten().clone() : tensor);
  }
  const fs::path misshapen = write_pixelsail("misshapen", true);
  write_tensors(misshapen / "model.safetensors", reshaped);
  const std::string shape = failure({.from = tied, .to = root_ / "mean", .average = {misshapen}});
  EXPECT_TRUE(contains(shape, "'" + changed + "' has another shape in")) << shape;

  convert({.from = tied, .to = root_ / "small", .dtype = "int8"});
  const std::string integers =
      failure({.from = root_ / "small", .to = root_ / "mean", .average = {root_ / "small"}});
  EXPECT_TRUE(contains(integers, "no floating-point numbers")) << integers;
  EXPECT_THROW(convert({.from = tied, .to = root_ / "mean", .average = {tied}, .merge_lora = root_ / "any"}),
               ConfigError);
}

TEST_F(Convert, AnArchiveAloneKeepsItsTensors) {
  const fs::path ours = write_pixelsail("ours", false);
  convert({.from = ours, .to = root_ / "pth", .layout = "mmengine"});
  const fs::path alone = root_ / "alone.pth";
  fs::rename(root_ / "pth" / "model.pth", alone);
  convert({.from = alone, .to = root_ / "back"});
  expect_same_tensors(read_tensors(ours / "model.safetensors"),
                      read_tensors(root_ / "back" / "model.safetensors"));
  EXPECT_FALSE(fs::exists(root_ / "back" / "config.json"));
}

TEST_F(Convert, PixelSailStartsFromALanguageModel) {
  const fs::path text = write_language_model("text", qwen2_family().names, true);
  ConvertOptions options{.from = text,
                         .to = root_ / "out",
                         .tokenizer = testing_support::demo_tokenizer(),
                         .init_missing = {"vis_embed"},
                         .mask_features = 24};
  const std::string message = failure(options);
  EXPECT_TRUE(contains(message, "vp_embed.weight")) << message;
  EXPECT_TRUE(contains(message, "--init-missing mask_head,vp_embed")) << message;

  options.init_missing = {"vis_embed", "vp_embed", "mask_head"};
  const OrderedJson result = convert(options);
  EXPECT_TRUE(contains(result["initialized"].dump(), "seg_token_projector.0.weight"));
  EXPECT_GT(result["new_rows"]["single_transformer.model.embed_tokens.weight"], 0);
  const LoadedModel loaded = load_checkpoint(options.to, WeightOptions{});
  EXPECT_EQ(loaded.model->config.seg_hidden_states, 24);
  const auto before = read_tensors(text / "model.safetensors");
  const auto after = read_tensors(options.to / "model.safetensors");
  const torch::Tensor rows = after.at("single_transformer.model.embed_tokens.weight");
  EXPECT_TRUE(torch::equal(rows.narrow(0, 0, 50), before.at("model.embed_tokens.weight")));
  EXPECT_TRUE(torch::equal(after.at("single_transformer.model.layers.1.self_attn.q_proj.bias"),
                           before.at("model.layers.1.self_attn.q_proj.bias")));

  options.to = root_ / "again";
  convert(options);
  expect_same_tensors(after, read_tensors(options.to / "model.safetensors"));
  options.to = root_ / "other";
  options.seed = 1;
  convert(options);
  EXPECT_FALSE(
      torch::equal(after.at("image_feature_projector.0.weight"),
                   read_tensors(options.to / "model.safetensors").at("image_feature_projector.0.weight")));
}

TEST_F(Convert, TokensThatATokenizerLacksAreAdded) {
  const fs::path model = fs::path(PIXELSAIL_SOURCE_DIR) / "tests" / "golden" / "tokenizer_spm" / "bpe.model";
  const OrderedJson result = convert({.from = write_language_model("text", mistral_family().names, false),
                                      .to = root_ / "out",
                                      .tokenizer = model,
                                      .init_missing = {"vis_embed", "vp_embed", "mask_head"}});
  for (const char* token : {"<|endoftext|>", "<|im_start|>", "[SEG]", "<Prompt14>", "</vision>"}) {
    EXPECT_TRUE(contains(result["added_tokens"].dump(), token)) << token;
  }
  const LoadedModel loaded = load_checkpoint(root_ / "out", WeightOptions{});
  EXPECT_FALSE(loaded.model->config.attention_bias);
  EXPECT_EQ(loaded.model->config.vocab_size, loaded.tokenizer->vocab_size());
}

TEST_F(Convert, BackToALanguageModelOnlyWhenToldWhatToDrop) {
  const fs::path ours = write_pixelsail("ours");
  ConvertOptions options{.from = ours, .to = root_ / "text", .layout = "qwen2"};
  const std::string message = failure(options);
  EXPECT_TRUE(contains(message, "--drop mask_head,vis_embed,vp_embed")) << message;
  options.drop = {"mask_head", "vis_embed", "vp_embed"};
  convert(options);
  const auto text = read_tensors(options.to / "model.safetensors");
  EXPECT_TRUE(text.contains("model.embed_tokens.weight"));
  EXPECT_FALSE(text.contains("lm_head.weight"));
  EXPECT_NO_THROW(load_model(options.to, WeightOptions{}));
}

TEST_F(Convert, ShardsAndElementTypes) {
  const fs::path ours = write_pixelsail("ours");
  convert({.from = ours, .to = root_ / "shards", .dtype = "bf16", .shard_size = 20000});
  EXPECT_TRUE(fs::exists(root_ / "shards" / "model.safetensors.index.json"));
  EXPECT_FALSE(fs::exists(root_ / "shards" / "model.safetensors"));
  const LoadedModel whole = load_checkpoint(ours, WeightOptions{.dtype = torch::kBFloat16});
  const LoadedModel shards = load_checkpoint(root_ / "shards", WeightOptions{.dtype = torch::kBFloat16});
  const auto a = whole.model->named_parameters(), b = shards.model->named_parameters();
  for (const auto& item : a) EXPECT_TRUE(torch::equal(item.value(), b[item.key()])) << item.key();
}

TEST_F(Convert, ASharedOutputLayerMayBeThereWhenItIsTheEmbedding) {
  const auto with_head = [](double offset) {
    return [offset](NamedTensors& tensors) {
      tensors.emplace_back("lm_head.weight", tensors.front().second + offset);
    };
  };
  const fs::path same = write_language_model("same", qwen2_family().names, true, with_head(0));
  EXPECT_NO_THROW(convert({.from = same, .to = root_ / "out", .layout = "qwen2"}));
  EXPECT_NO_THROW(load_model(same, WeightOptions{}));
  const fs::path other = write_language_model("other", qwen2_family().names, true, with_head(1));
  EXPECT_TRUE(contains(failure({.from = other, .to = root_ / "out2", .layout = "qwen2"}), "lm_head.weight"));
  EXPECT_THROW(load_model(other, WeightOptions{}), DataError);
}

TEST_F(Convert, SizesThatContradictTheConfigurationAreListed) {
  const fs::path wrong =
      write_language_model("wrong", mistral_family().names, false, [](NamedTensors& tensors) {
        for (auto& [name, tensor] : tensors) {
          if (name.ends_with("layers.1.mlp.up_proj.weight")) tensor = torch::zeros({3, 32});
        }
        tensors.emplace_back("model.layers.2.mlp.up_proj.weight", torch::zeros({48, 32}));
        tensors.emplace_back("visual.proj", torch::zeros({1}));
      });
  const ConvertOptions options{.from = wrong, .to = root_ / "out", .layout = "mistral"};
  const std::string message = failure(options);
  for (const char* part : {"layers.1.mlp.up_proj.weight is [3, 32]", "[48, 32]",
                           "model.layers.2.mlp.up_proj.weight", "visual.proj"}) {
    EXPECT_TRUE(contains(message, part)) << message;
  }
}

TEST_F(Convert, ValuesThatAreNotFiniteAreReported) {
  const fs::path bad = write_language_model("bad", qwen2_family().names, false, [](NamedTensors& tensors) {
    tensors[3].second.view({-1})[5] = std::numeric_limits<float>::quiet_NaN();
  });
  const std::string name = open_tensors(bad)->names()[3];
  const OrderedJson result = convert({.from = bad, .to = root_ / "out", .layout = "qwen2"});
  EXPECT_EQ(result["non_finite"], OrderedJson::array({name}));
  EXPECT_EQ(inspect_checkpoint({.path = bad, .values = true})["non_finite"], OrderedJson::array({name}));
  try {
    load_model(bad, WeightOptions{});
    FAIL() << "loaded";
  } catch (const DataError& error) {
    EXPECT_TRUE(contains(error.what(), name)) << error.what();
  }
}

TEST_F(Convert, IntegersAreNoWeights) {
  for (const torch::ScalarType type :
       {torch::kInt8, torch::kUInt8, torch::kBool, torch::kInt16, torch::kInt64}) {
    const fs::path bad = write_language_model(
        "bad", qwen2_family().names, false,
        [type](NamedTensors& tensors) { tensors[3].second = torch::ones_like(tensors[3].second).to(type); });
    const std::string name = open_tensors(bad)->names()[3];
    const std::string message = failure({.from = bad, .to = root_ / "out", .layout = "qwen2"});
    EXPECT_TRUE(contains(message, name + " is ")) << message;
    try {
      load_model(bad, WeightOptions{});
      FAIL() << "loaded " << type;
    } catch (const DataError& error) {
      EXPECT_TRUE(contains(error.what(), name + " is ")) << error.what();
    }
    fs::remove_all(bad);
  }
  // Without a configuration nothing says which tensors are weights: all of them are.
  const fs::path bad = write_language_model("bad", qwen2_family().names, false, [](NamedTensors& tensors) {
    tensors[3].second = torch::ones_like(tensors[3].second).to(torch::kInt8);
  });
  fs::remove(bad / "config.json");
  EXPECT_TRUE(contains(failure({.from = bad, .to = root_ / "out", .layout = "mmengine"}), " is I8"));
}

TEST_F(Convert, OptionsThatMakeNoSense) {
  const fs::path ours = write_pixelsail("ours");
  EXPECT_THROW(convert({.from = ours, .to = ours}), ConfigError);
  EXPECT_THROW(convert({.from = ours, .to = root_ / "out", .layout = "llama"}), ConfigError);
  EXPECT_THROW(convert({.from = ours, .to = root_ / "out", .init_missing = {"heads"}}), ConfigError);
  EXPECT_THROW(convert({.from = ours, .to = root_ / "out", .dtype = "int3"}), ConfigError);
  EXPECT_THROW(convert({.from = root_ / "nowhere", .to = root_ / "out"}), DataError);
  EXPECT_FALSE(fs::exists(root_ / "out"));
}

TEST_F(Convert, InspectSaysWhatIsThereAndWhatIsMissing) {
  const fs::path ours = write_pixelsail("ours");
  const OrderedJson complete = inspect_checkpoint({.path = ours});
  EXPECT_EQ(complete["missing"], OrderedJson::array());
  EXPECT_EQ(complete["missing_for_pixelsail"], OrderedJson::array());
  const LoadedModel loaded = load_checkpoint(ours, WeightOptions{});
  EXPECT_EQ(complete["parameters"], loaded.model->parameter_count());
  EXPECT_GT(complete["memory"]["training"], complete["memory"]["inference"]);

  const OrderedJson text =
      inspect_checkpoint({.path = write_language_model("text", mistral_family().names, false)});
  EXPECT_EQ(text["family"], "mistral");
  EXPECT_EQ(text["missing"], OrderedJson::array());
  EXPECT_EQ(text["missing_for_pixelsail"],
            OrderedJson::array({"mask_head", "vis_embed", "vp_embed", "tokenizer"}));
  EXPECT_FALSE(inspect_text(text).empty());
}

}  // namespace
}  // namespace pixelsail
