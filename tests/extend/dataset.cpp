// A data set of one's own outside src: its class, its row, and a test that trains on it. docs/howto_dataset.md
// says the same for one inside src.
//
// Kind "boxes": ROOT/boxes_<split>.csv, one "picture,x,y,width,height,name" a line, pictures in ROOT. One
// sample is one box, whose inside is what is to be segmented.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "annotations/published_prompts.h"
#include "config/config.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "image/codec.h"
#include "io/json.h"
#include "pixelsail/error.h"
#include "pixelsail/region.h"
#include "train/trainer.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class Boxes : public Dataset {
 public:
  Boxes(fs::path root, const DatasetConfig& config)
      : root_(std::move(root)), name_(config.kind + " " + config.split) {
    const fs::path file = root_ / ("boxes_" + config.split + ".csv");
    std::ifstream stream(file);
    if (!stream) throw DataError(file.string() + ": cannot be read");
    for (std::string line; std::getline(stream, line);) {
      Entry entry;
      char comma = 0;
      std::istringstream fields(line);
      std::getline(fields, entry.picture, ',');
      fields >> entry.box.x >> comma >> entry.box.y >> comma >> entry.box.width >> comma >>
          entry.box.height >> comma;
      std::getline(fields, entry.name);
      if (!fields || entry.name.empty())
        throw DataError(file.string() + ":" + std::to_string(entries_.size() + 1) +
                        ": should be picture,x,y,width,height,name");
      entries_.push_back(std::move(entry));
    }
  }

  const std::string& name() const override { return name_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(entries_.size()); }

  Sample make(std::int64_t index, Draws&) const override {
    const Entry& entry = entries_.at(static_cast<std::size_t>(index));
    Sample sample;
    sample.id = name_ + " " + entry.picture + ": " + entry.name;
    sample.image = root_ / entry.picture;
    sample.image_key = entry.picture;
    sample.decoded = std::make_shared<const Image>(load_image(sample.image));
    sample.turns.push_back(
        {.question = segment_question(entry.name),
         .answer = std::string(kSegmentAnswer),
         .masks = {{rasterize(entry.box, sample.decoded->height, sample.decoded->width)}}});
    return sample;
  }

 private:
  struct Entry {
    std::string picture, name;
    BoxRegion box;
  };
  fs::path root_;
  std::string name_;
  std::vector<Entry> entries_;
};

std::unique_ptr<Dataset> make_boxes(const DatasetConfig& config, const DataConfig& data) {
  if (config.turns_per_sample != 1) throw ConfigError("boxes: turns_per_sample must be 1");
  return std::make_unique<Boxes>(detail::dataset_root(config, data), config);
}

const Extension<DatasetRow> kBoxes({.name = "boxes", .help = "boxes in a CSV file", .make = &make_boxes});

// --- using it

class BoxesTest : public testing::Test {
 protected:
  BoxesTest() {
    fs::remove_all(root_);
    fs::create_directories(root_);
    Image picture(48, 64);
    for (std::size_t i = 0; i < picture.rgb.size(); ++i) picture.rgb[i] = static_cast<std::uint8_t>(i * 7);
    const auto png = encode_png(picture);
    std::ofstream(root_ / "a.png", std::ios::binary)
        .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
    std::ofstream(root_ / "boxes_train.csv")
        << "a.png,2,3,20,10,the left box\na.png,40,20,16,16,the right box\n";
  }
  ~BoxesTest() override { fs::remove_all(root_); }

  /// A training configuration whose mixture is `datasets`.
  RunConfig config(const std::string& datasets) const {
    const std::string source = PIXELSAIL_SOURCE_DIR;
    return parse_config<RunConfig>(
        "output_dir: " + (root_ / "run").string() + "\ndevice: cpu\nthreads: 1\ntokenizer: " + source +
            "/data/demo_tokenizer\n"
            "model: {hidden_size: 32, intermediate_size: 48, num_hidden_layers: 2, num_attention_heads: 4, "
            "num_key_value_heads: 2, seg_hidden_states: 16, mask_stride: 4}\n"
            "data:\n  root: " +
            root_.string() + "\n  datasets: [" + datasets + "]\n" +
            "loss: {num_points: 64}\n"
            "train: {steps: 2, batch_size: 2, accumulate: 1}\n",
        "boxes.yaml");
  }

  fs::path root_ = fs::path(testing::TempDir()) / "extend_boxes";
};

TEST_F(BoxesTest, TheConfigurationKnowsTheKind) {
  EXPECT_EQ(config("{kind: boxes, weight: 2}").data.datasets.at(0).weight, 2);
  try {
    config("{kind: boxs}");
    FAIL() << "an unknown kind was read";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("boxes"), std::string::npos) << error.what();
  }
}

TEST_F(BoxesTest, TheLoaderReadsIt) {
  const RunConfig c = config("{kind: boxes}");
  ExampleBuilder builder;
  builder.processor.tokenizer = load_tokenizer(c.tokenizer);
  builder.processor.special = find_special_tokens(*builder.processor.tokenizer);
  Loader loader(c.data, builder, 2, 1);
  const Batch batch = loader.next();
  EXPECT_EQ(batch.skipped, 0);
  for (const Example& example : batch.examples) {
    const bool left = example.id == "boxes train a.png: the left box";
    EXPECT_TRUE(left || example.id == "boxes train a.png: the right box") << example.id;
    ASSERT_EQ(example.masks.size(), 1U);
    EXPECT_EQ(example.masks[0],
              rasterize(left ? BoxRegion{2, 3, 20, 10} : BoxRegion{40, 20, 16, 16}, 48, 64));
  }
}

TEST_F(BoxesTest, ATrainingLearnsFromIt) {
  Trainer trainer(config("{kind: boxes}"), "");
  EXPECT_TRUE(trainer.run(RunStart::kFresh));
  std::int64_t steps = 0;
  read_jsonl(root_ / "run" / "log.jsonl", [&](Json&& line, std::size_t) {
    EXPECT_GT(line.at("loss_mask").get<double>(), 0);
    ++steps;
  });
  EXPECT_EQ(steps, 2);
}

}  // namespace
}  // namespace pixelsail
