// What the published rules share: settings, wording, counting of what cannot be used.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "data/conversation.h"
#include "data/loader.h"
#include "data/mix/region_names.h"
#include "data/mix/sentences.h"
#include "data/unusable.h"
#include "fixtures.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

std::string golden_root() {
  return std::string(PIXELSAIL_SOURCE_DIR) + "/tests/golden/datamix";
}

std::unique_ptr<Dataset> load(DatasetConfig config) {
  DataConfig data;
  data.root = golden_root();
  return make_dataset(config, data);
}

DatasetConfig kind(const std::string& name, const std::string& rules = {},
                   const std::string& texts = "published") {
  DatasetConfig config;
  config.kind = name;
  config.rules = rules;
  config.texts = texts;
  return config;
}

/// All texts of some visits of all samples.
std::vector<std::string> texts_of(const Dataset& dataset, int visits = 20) {
  std::vector<std::string> texts;
  for (std::int64_t i = 0; i < dataset.size(); ++i)
    for (int visit = 0; visit < visits; ++visit) {
      Rng rng(7, std::to_string(i) + "/" + std::to_string(visit));
      try {
        for (const SampleTurn& turn : dataset.get(i, rng).turns) {
          texts.push_back(turn.question);
          texts.push_back(turn.answer);
        }
      } catch (const UnusableSample&) {
      }
    }
  return texts;
}

bool any_has(const std::vector<std::string>& texts, const std::string& part) {
  return std::ranges::any_of(texts, [&](const std::string& text) { return has(text, part); });
}

TEST(Published, SettingsWithoutMeaning) {
  EXPECT_TRUE(
      has(message_of<ConfigError>([] { load(kind("muse", "simple")); }), "rules can only be published"));
  EXPECT_TRUE(
      has(message_of<ConfigError>([] { load(kind("folder", "published")); }), "rules can only be simple"));
  EXPECT_TRUE(
      has(message_of<ConfigError>([] { load(kind("refcoco", "", "clean")); }), "texts has a meaning"));
  EXPECT_TRUE(has(message_of<ConfigError>([] {
                    DatasetConfig config = kind("coco_semantic");
                    config.turns_per_sample = 2;
                    load(config);
                  }),
                  "turns_per_sample"));
  EXPECT_TRUE(has(message_of<ConfigError>([] {
                    DatasetConfig config = kind("pix2cap_vp_shapes");
                    config.prompt_shares = {0, 0, 0};
                    load(config);
                  }),
                  "prompt_shares"));
  EXPECT_TRUE(has(message_of<ConfigError>([] {
                    DatasetConfig config = kind("osprey_part");
                    config.split = "val";
                    load(config);
                  }),
                  "split should be train"));
  EXPECT_TRUE(has(message_of<DataError>([] {
                    DatasetConfig config = kind("muse");
                    config.split = "other";
                    load(config);
                  }),
                  "muse_other.json"));
}

TEST(Published, SimpleIsWhatItWas) {
  DatasetConfig of_file = kind("llava");
  of_file.root = golden_root() + "/llava/llava_v1_5_mix665k.json";
  const auto simple = load(of_file);
  const auto whole = load(kind("llava", "published"));
  Rng a(1), b(1);
  EXPECT_FALSE(simple->get(0, a).published);
  EXPECT_EQ(simple->get(0, a).turns.size(), 1u);
  EXPECT_EQ(whole->get(0, b).turns.size(), 2u);
  EXPECT_TRUE(whole->get(0, b).published);
}

TEST(Published, CleanTextsMendSlips) {
  EXPECT_TRUE(any_has(texts_of(*load(kind("refcoco", "published"))), "the the "));
  EXPECT_FALSE(any_has(texts_of(*load(kind("refcoco", "published", "clean"))), "the the "));
  EXPECT_TRUE(any_has(texts_of(*load(kind("coco_semantic"))), "the all the "));
  EXPECT_FALSE(any_has(texts_of(*load(kind("coco_semantic", "", "clean"))), "the all the "));
  EXPECT_TRUE(any_has(texts_of(*load(kind("gcg_psg"))), "the this image"));
  EXPECT_FALSE(any_has(texts_of(*load(kind("gcg_psg", "", "clean"))), "the this image"));
  EXPECT_TRUE(any_has(texts_of(*load(kind("osprey_detail"))), ">:  a"));
  const auto clean = texts_of(*load(kind("osprey_detail", "", "clean")));
  EXPECT_FALSE(any_has(clean, ">:  "));
  EXPECT_TRUE(any_has(clean, ">: a < b and c > d: a folded horse")) << "only the name of the region goes";
  for (const std::string& text : clean) EXPECT_FALSE(text.ends_with(">:")) << text;
}

TEST(Published, SentencesOfBothKindsHaveTheSameLengths) {
  const Sentences &published = sentences("published"), &clean = sentences("clean");
  EXPECT_EQ(published.segment.questions.size(), clean.segment.questions.size());
  EXPECT_EQ(published.gcg.questions.size(), clean.gcg.questions.size());
  EXPECT_EQ(published.muse.joint_forms.size(), clean.muse.joint_forms.size());
  EXPECT_EQ(clean.muse.joint_forms_one.size(), clean.muse.joint_forms.size());
  EXPECT_EQ(published.category.questions.size(), clean.category.questions.size());
  EXPECT_EQ(published.classes.size(), 133u);
  EXPECT_EQ(published.find_class(55)->name, "orange fruit");
  EXPECT_EQ(published.find_class(12), nullptr);
  EXPECT_THROW(sentences("other"), ConfigError);
}

TEST(Published, TurnsOfAConversation) {
  const auto turns = turns_of({gpt("hello"), human(" <image>\nWhat?\xE3\x80\x80"), human(" And?"),
                               gpt(" A \n"), gpt("B"), human("last\n<image>")});
  ASSERT_EQ(turns.size(), 2u);
  EXPECT_EQ(turns[0].question, "What?And?");
  EXPECT_EQ(turns[0].answer, "A");
  EXPECT_EQ(turns[1].question, "");
  EXPECT_EQ(turns[1].answer, "B");
}

TEST(Published, NamesOfRegions) {
  Sample sample;
  const std::vector<std::optional<std::size_t>> numbers{7, std::nullopt, 3};
  EXPECT_EQ(detail::with_prompt_marks("<region1>, Region3 and regon1", numbers, sample),
            "<Prompt7>, <Prompt3> and <Prompt7>");
  EXPECT_TRUE(sample.notes.empty());
  EXPECT_EQ(detail::with_prompt_marks("region12 region2 <region3 region01 regions 1", numbers, sample),
            "region12 region2 <<Prompt3> region01 regions 1");
  EXPECT_EQ(sample.notes, std::vector<std::string>{"unknown_region"});
  EXPECT_EQ(detail::untagged("<region1>: A cat: black", false), " A cat: black");
  EXPECT_EQ(detail::untagged("<region1> a cat", false), "");
  EXPECT_EQ(detail::untagged(" <region1>: A cat: black ", true), "A cat: black");
  EXPECT_EQ(detail::untagged("<region1> a cat", true), "a cat");
}

TEST(Published, WhatCannotBeUsedIsCountedByName) {
  DataConfig data;
  data.root = golden_root();
  data.datasets = {kind("gcg_grandf"), kind("osprey_conversation"), kind("coco_instance")};
  Loader loader(data, test::demo_builder(), 4, 3);
  std::map<std::string, std::int64_t> counts;
  std::int64_t skipped = 0;
  for (int i = 0; i < 40; ++i) {
    const Batch batch = loader.next();
    EXPECT_EQ(batch.examples.size(), 4u);
    skipped += batch.skipped;
    for (const auto& [reason, count] : batch.skipped_by_reason) counts[reason] += count;
  }
  std::int64_t sum = 0;
  for (const auto& [reason, count] : counts) sum += count;
  EXPECT_EQ(sum, skipped);
  for (const char* reason : {"image_missing", "no_objects", "mask_sizes_differ", "too_many_regions",
                             "no_regions", "id_map_missing", "segment_without_pixels"})
    EXPECT_GT(counts[reason], 0) << reason;
}

TEST(Published, LeftOutOfRefer) {
  const auto dataset = load(kind("refcoco", "published"));
  std::map<std::string, std::int64_t> left_out;
  for (const auto& [reason, count] : dataset->left_out()) left_out[reason] = count;
  EXPECT_EQ(left_out.at("malformed_record"), 0);
}

}  // namespace
}  // namespace pixelsail
