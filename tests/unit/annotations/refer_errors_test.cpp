#include <gtest/gtest.h>

#include <functional>

#include "annotations/refer.h"
#include "fixtures.h"

namespace pixelsail {
namespace {

using test::has;
using test::ReferFiles;

struct Fault {
  const char* name;
  std::function<void(ReferFiles&)> damage;
  std::vector<std::string> message_parts;
};

std::string load_damaged(const Fault& fault, bool general) {
  const test::TempDir dir;
  ReferFiles files = test::small_refer();
  if (general) {
    for (Json& r : files.refs) r["ann_id"] = Json::array({r["ann_id"]});
  }
  fault.damage(files);
  const std::string name = general ? "grefcoco" : "refcoco";
  files.write(dir.path(), name, general ? "grefs(unc).json" : "refs(unc).p", false);
  return test::message_of<DataError>([&] {
    const ReferData data = ReferData::load(dir.path(), name, "train");
    for (const auto& e : data.expressions()) data.target_mask(e);
  });
}

void check(const std::vector<Fault>& faults, bool general) {
  for (const Fault& fault : faults) {
    const std::string message = load_damaged(fault, general);
    for (const std::string& part : fault.message_parts) {
      EXPECT_TRUE(has(message, part)) << fault.name << ": " << message;
    }
  }
}

TEST(ReferErrors, InRefs) {
  const std::string file = "refs(unc).p";
  check(
      {{"missing image", [](auto& f) { f.refs[2]["image_id"] = 99; }, {file, "ref_id 102", "image 99"}},
       {"missing annotation",
        [](auto& f) { f.refs[2]["ann_id"] = 99; },
        {file, "ref_id 102", "annotation 99"}},
       {"annotation of another image",
        [](auto& f) { f.refs[2]["ann_id"] = 10; },
        {"ref_id 102", "belongs to image 1"}},
       {"no target", [](auto& f) { f.refs[2]["ann_id"] = -1; }, {file, "annotation -1"}},
       {"list of annotations",
        [](auto& f) { f.refs[2]["ann_id"] = {20}; },
        {"ref 2 (ref_id 102)", "ann_id is a list"}},
       {"ann_id text", [](auto& f) { f.refs[2]["ann_id"] = "20"; }, {"ref_id 102", "ann_id"}},
       {"no ann_id", [](auto& f) { f.refs[2].erase("ann_id"); }, {"ref_id 102", "ann_id"}},
       {"ref_id text", [](auto& f) { f.refs[2]["ref_id"] = "x"; }, {file, "ref 2", "ref_id"}},
       {"image_id none", [](auto& f) { f.refs[2]["image_id"] = nullptr; }, {"ref_id 102", "image_id"}},
       {"split number", [](auto& f) { f.refs[2]["split"] = 3; }, {"ref 2", "split"}},
       {"ref_id twice", [](auto& f) { f.refs[2]["ref_id"] = 101; }, {"ref 2", "ref_id 101", "twice"}},
       {"sent_id twice",
        [](auto& f) { f.refs[2]["sentences"][1]["sent_id"] = 10100; },
        {"ref_id 102", "sentence 1", "sent_id 10100 occurs twice"}},
       {"empty sentence",
        [](auto& f) { f.refs[2]["sentences"][1]["sent"] = ""; },
        {"sentence 1", "empty sentence"}},
       {"blank sentence", [](auto& f) { f.refs[2]["sentences"][1]["sent"] = " \t"; }, {"empty sentence"}},
       {"sent number",
        [](auto& f) { f.refs[2]["sentences"][1]["sent"] = 7; },
        {"ref_id 102", "sentence 1", "sent"}},
       {"no sent", [](auto& f) { f.refs[2]["sentences"][0].erase("sent"); }, {"sentence 0", "sent"}},
       {"sentence text", [](auto& f) { f.refs[2]["sentences"][0] = "x"; }, {"sentence 0", "expected a dict"}},
       {"sentences dict", [](auto& f) { f.refs[2]["sentences"] = Json::object(); }, {"sentences is no list"}},
       {"ref is a list", [](auto& f) { f.refs[2] = Json::array({1}); }, {"ref 2", "expected a dict"}},
       {"refs is a dict",
        [](auto& f) {
          f.refs = Json{{"a", 1}};
        },
        {file, "expected a list"}},
       {"no ref of the split",
        [](auto& f) {
          for (Json& r : f.refs) r["split"] = "val";
        },
        {file, "no expression of split \"train\"", "val"}}},
      false);
}

TEST(ReferErrors, InGeneralRefs) {
  check({{"mixed",
          [](auto& f) {
            f.refs[2]["ann_id"] = {20, -1};
          },
          {"grefs(unc).json", "ref_id 102", "mixes"}},
         {"empty list",
          [](auto& f) { f.refs[2]["ann_id"] = Json::array(); },
          {"ref_id 102", "ann_id is empty"}},
         {"text inside", [](auto& f) { f.refs[2]["ann_id"] = {"20"}; }, {"ref_id 102", "whole number"}},
         {"missing",
          [](auto& f) {
            f.refs[2]["ann_id"] = {20, 98};
          },
          {"ref_id 102", "annotation 98"}}},
        true);
}

TEST(ReferErrors, InInstances) {
  const std::string file = "refcoco/instances.json";
  check(
      {{"image twice", [](auto& f) { f.images[2]["id"] = 1; }, {file, "images[2]", "id 1 occurs twice"}},
       {"annotation twice",
        [](auto& f) { f.annotations[3]["id"] = 10; },
        {file, "annotations[3]", "id 10 occurs twice"}},
       {"height text", [](auto& f) { f.images[1]["height"] = "20"; }, {file, "images[1]", "height"}},
       {"height zero", [](auto& f) { f.images[1]["height"] = 0; }, {file, "images[1]", "impossible size"}},
       {"width huge",
        [](auto& f) { f.images[1]["width"] = 1000000; },
        {file, "images[1]", "impossible size"}},
       {"no file name", [](auto& f) { f.images[1].erase("file_name"); }, {file, "images[1]", "file_name"}},
       {"empty file name", [](auto& f) { f.images[1]["file_name"] = ""; }, {file, "images[1]", "file_name"}},
       {"no image_id",
        [](auto& f) { f.annotations[2].erase("image_id"); },
        {file, "annotations[2]", "image_id"}},
       {"no segmentation",
        [](auto& f) { f.annotations[2].erase("segmentation"); },
        {"annotations[2]", "segmentation"}},
       {"segmentation text",
        [](auto& f) { f.annotations[2]["segmentation"] = "x"; },
        {"annotations[2]", "segmentation"}},
       {"polygon of text",
        [](auto& f) {
          f.annotations[2]["segmentation"] = {{"a", "b"}};
        },
        {file, "annotation 20"}},
       {"RLE of another size",
        [](auto& f) {
          f.annotations[2]["segmentation"] = {{"size", {2, 2}}, {"counts", {4}}};
        },
        {file, "annotation 20"}},
       {"id real", [](auto& f) { f.annotations[2]["id"] = 20.5; }, {file, "annotations[2]", "id"}}},
      false);
}

TEST(ReferErrors, BrokenFiles) {
  const test::TempDir dir;
  const ReferFiles files = test::small_refer();
  const auto load = [&] { ReferData::load(dir.path(), "refcoco", "train"); };
  EXPECT_TRUE(has(test::message_of<DataError>(load), "refs(unc).p"));
  files.write(dir.path(), "refcoco", "refs(unc).p", false);
  const std::string pickle = test::to_pickle(files.refs);
  test::write_text(dir.path() / "refcoco/refs(unc).p", pickle.substr(0, pickle.size() / 2));
  EXPECT_TRUE(has(test::message_of<DataError>(load), "refs(unc).p"));
  // A list that contains itself.
  test::write_text(dir.path() / "refcoco/refs(unc).p",
                   std::string("\x80\x02]q\x00(}(X\x05\x00\x00\x00splith\x00u"
                               "e.",
                               23));
  EXPECT_TRUE(has(test::message_of<DataError>(load), "refs(unc).p"));
  files.write(dir.path(), "refcoco", "refs(unc).p", false);
  const auto instances = dir.path() / "refcoco/instances.json";
  std::filesystem::resize_file(instances, std::filesystem::file_size(instances) - 20);
  EXPECT_TRUE(has(test::message_of<DataError>(load), "instances.json"));
  std::filesystem::remove(instances);
  EXPECT_TRUE(has(test::message_of<DataError>(load), "instances.json"));
}

}  // namespace
}  // namespace pixelsail
