#include "export_targets.h"

#include "export/brush_runs.h"
#include "export/format.h"
#include "image/codec.h"
#include "io/rle.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "scratch.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;

constexpr int kPictureHeight = 4, kPictureWidth = 6;

/// A folder with the two pictures that all seeds name.
struct Pictures : Scratch {
  Pictures() {
    for (const char* name : {"images/a.png", "images/train/b.png"})
      put(name, text_of(encode_png(Image(kPictureHeight, kPictureWidth))));
  }
};

/// What a reader takes can be drawn, and what it leaves out is counted.
void check_read(const char* format, const std::filesystem::path& input) {
  ConversionReport report;
  const AnnotationSet set = annotation_format(format).read({.input = input}, report);
  require(!set.pictures.empty(), "no picture and no error");
  std::int64_t things = 0;
  for (const AnnotatedPicture& picture : set.pictures) {
    require(picture.height == kPictureHeight && picture.width == kPictureWidth, "a picture of another size");
    for (const AnnotatedThing& thing : picture.things) {
      ++things;
      require(!thing.name.empty(), "a thing without a name");
      require(rle_area(thing_mask(thing.shape, picture.height, picture.width)) > 0,
              "a thing without a pixel");
      single_polygon(thing, picture.height, picture.width);
    }
  }
  require(things == report.things(), "things are lost");
  std::int64_t left_out = 0;
  for (const auto& [kind, count] : report.left_out()) left_out += count;
  require(left_out == static_cast<std::int64_t>(report.items().size()), "what is left out is not counted");
  report_to_text(report);
  report_to_json(report).dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace

Material coco_tool_material() {
  return {
      .seeds =
          {R"({"images":[{"id":1,"file_name":"a.png","height":4,"width":6}],"categories":[{"id":1,"name":"cup"}],)"
           R"("annotations":[{"id":1,"image_id":1,"category_id":1,"iscrowd":0,"segmentation":[[1,1,4,1,4,3,1,3]]},)"
           R"({"id":2,"image_id":1,"category_id":1,"iscrowd":1,"segmentation":{"size":[4,6],"counts":[4,4,16]}}]})",
           R"({"annotations":[{"id":3,"image_id":"x","category_id":7,"segmentation":{"size":[4,6],"counts":"44`0"}},)"
           R"({"id":4,"image_id":"x","category_id":7,"bbox":[1,1,2,2],"segmentation":[]}],)"
           R"("categories":[{"id":7,"name":"dog"}],"images":[{"id":"x","file_name":"train/b.png"}]})"},
      .dictionary = {"segmentation", "counts", "bbox", "keypoints", "iscrowd", "category_id",
                     "[[0,0,1e5,0,1e5,1e5]]", "\"a.png\"", "../a.png", "[4,6]", "1048576"}};
}

void run_coco_tool(const std::string& input) {
  static const Pictures kFolder;
  check_read("coco", kFolder.put("instances.json", input));
}

Material labelme_material() {
  const std::string png =
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGP4/x8AAwAB//wl3FEAAAAASUVORK5CYII=";
  return {
      .seeds =
          {R"({"version":"5.4.1","flags":{},"shapes":[{"label":"cup","points":[[1,1],[4,1],[4,3]],"group_id":1,)"
           R"("shape_type":"polygon","flags":{}},{"label":"cup","points":[[0,0],[2,2]],"group_id":1,)"
           R"("shape_type":"rectangle"}],"imagePath":"images/a.png","imageData":null,"imageHeight":4,"imageWidth":6})",
           R"({"imagePath":"images/a.png","shapes":[{"label":"x","points":[[3,2],[3,3]],"shape_type":"circle"},)"
           R"({"label":"x","points":[[1,1]],"shape_type":"point"},{"label":"m","points":[[1,1],[2,1]],)"
           R"("shape_type":"mask","mask":")" +
               png + R"("}]})"},
      .dictionary = {"polygon", "rectangle", "circle", "mask", "linestrip", "points", "group_id",
                     "[[1e5,1e5]]", "images/train/b.png", "..\\\\images\\\\a.png", "imagePath", "1e300"}};
}

void run_labelme(const std::string& input) {
  static const Pictures kFolder;
  check_read("labelme", kFolder.put("a.json", input));
}

Material yolo_material() {
  return {.seeds = {"labels\n0 0.1 0.2 0.5 0.2 0.5 0.7\n1 0.5 0.5 0.25 0.5\n",
                    "yaml\npath: x\ntrain: images\nval: [images/train]\nnames:\n  0: cup\n  1: dog\n",
                    "yaml\ntrain: ../images\nnames: [cup, 'dog']\nkpt_shape: [2, 3]\n"},
          .dictionary = {"labels\n", "yaml\n", "names: ", "train: ", "images", "nan", "inf", "1e999", "0.5 ",
                         "../", "\n", "- ", "&a", "*a"}};
}

void run_yolo(const std::string& input) {
  static const Pictures kForLabels, kForYaml;
  static const auto kFixed = {kForLabels.put("data.yaml", "train: images\nnames: [cup, dog]\n"),
                              kForYaml.put("labels/a.txt", "0 0.1 0.2 0.5 0.2 0.5 0.7\n")};
  const auto& [kind, text] = split_kind(input);
  if (kind == "labels") {
    kForLabels.put("labels/a.txt", text);
    check_read("yolo", kForLabels.root());
  } else if (kind == "yaml") {
    check_read("yolo", kForYaml.put("data.yaml", text));
  } else {
    throw DataError("no file of this layout");
  }
}

Material label_studio_material() {
  return {
      .seeds =
          {R"([{"id":1,"data":{"image":"/data/local-files/?d=images%2Fa.png"},"annotations":[{"id":1,"was_cancelled":false,)"
           R"("result":[{"id":"x","type":"polygonlabels","original_width":6,"original_height":4,"image_rotation":0,)"
           R"("value":{"points":[[10,10],[80,10],[80,80]],"closed":true,"polygonlabels":["cup"]}},)"
           R"({"type":"rectanglelabels","value":{"x":1,"y":1,"width":50,"height":50,"rotation":0,"rectanglelabels":["a"]}}]}]}])",
           R"([{"data":{"image":"1234abcd-a.png"},"annotations":[{"ground_truth":true,"result":[{"type":"brushlabels",)"
           R"("original_width":6,"original_height":4,"value":{"format":"rle","brushlabels":["cup"],"rle":[0,0,0,96,57,27,)"
           R"(254,27,0,183,255,108,2,63,248,192,35,255,140,2,63,248,192,45,255,206,0]}}]}]}])"},
      .dictionary = {"polygonlabels", "brushlabels", "rectanglelabels", "rle", "points", "rotation",
                     "ground_truth", "image_rotation", "1e300", "%2e%2e/", "?d=", "255"}};
}

void run_label_studio(const std::string& input) {
  static const Pictures kFolder;
  check_read("label_studio", kFolder.put("tasks.json", input));
}

Material brush_material() {
  const std::string runs(
      "\x00\x00\x00\x60\x39\x1b\xfe\x1b\x00\xb7\xff\x6c\x02\x3f\xf8\xc0\x23\xff\x8c\x02\x3f\xf8\xc0\x2d\xff"
      "\xce\x00",
      27);
  return {.seeds = {runs}, .dictionary = {"\xff\xff"s, "\x00\x00\x00\x60"s}};
}

void run_brush(const std::string& input) {
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  const Mask mask = decode_brush(bytes, kPictureHeight, kPictureWidth);
  require(mask.data.size() == static_cast<std::size_t>(kPictureHeight * kPictureWidth),
          "a mask of another size");
  require(decode_brush(encode_brush(mask), kPictureHeight, kPictureWidth) == mask,
          "runs that do not go there and back");
}

Material cvat_material() {
  return {.seeds = {"<?xml version=\"1.0\" encoding=\"utf-8\"?><annotations><version>1.1</version>"
                    "<image id=\"0\" name=\"a.png\" width=\"6\" height=\"4\"><polygon label=\"cup\" "
                    "points=\"1,1;4,1;4,3\"/>"
                    "<box label=\"a &lt;b&gt;\" xtl=\"0\" ytl=\"0\" xbr=\"3\" ybr=\"2\" "
                    "rotation=\"0\"/></image></annotations>",
                    "<annotations><image name=\"train/b.png\" subset=\"val\"><mask label=\"cup\" rle=\"1, 2, "
                    "3\" left=\"2\" top=\"1\" "
                    "width=\"3\" height=\"2\"/><points label=\"x\" points=\"1,1\"/><!-- x --></image><track "
                    "id=\"1\"/></annotations>"},
          .dictionary = {"<image ", "</image>", "<box ", "<mask ", "rle=\"", "points=\"", ";", "&#x41;",
                         "<![CDATA[", "]]>", "<!DOCTYPE x>", "1e300", "nan", "-1"}};
}

void run_cvat(const std::string& input) {
  static const Pictures kFolder;
  check_read("cvat", kFolder.put("annotations.xml", input));
}

Material mask_names_material() {
  return {.seeds = {"3 red cup\n200,30,30\tdog\n", "* cup\n# x\n"},
          .dictionary = {"*", ",", "255", "256", "\t", "\r\n", "0,0,0 ", "nan "}};
}

void run_mask_names(const std::string& input) {
  static const Pictures kFolder;
  static const auto kMask = [] {
    Image values(kPictureHeight, kPictureWidth);
    for (std::size_t i = 0; i < values.rgb.size() / 3; ++i)
      values.rgb[3 * i] = values.rgb[3 * i + 1] = values.rgb[3 * i + 2] = static_cast<std::uint8_t>(i % 5);
    return kFolder.put("masks/a.png", text_of(encode_png(values)));
  }();
  kFolder.put("names.txt", input);
  check_read("mask_folder", kFolder.root());
}

Material folder_things_material() {
  return {
      .seeds =
          {R"({"image":"a.png","expression":"the cup","masks":[[1,1,4,1,4,3],[[0,0,2,0,2,2],[3,0,5,0,5,2]]]})"
           "\n"
           R"({"image":"train/b.png","expression":"the dog","split":"val","masks":[{"size":[4,6],"counts":[4,4,16]}]})",
           R"({"image":"a.png","question":"q","answer":"It is [SEG].","masks":[[1,1,4,1,4,3]]})"
           "\n"
           R"({"image":"a.png","expression":"the cup","masks":["images/a.png"]})"},
      .dictionary = {"masks", "expression", "the ", "regions", "[[]]", "split", "\n", "[0,0,1e5,0,1e5,1e5]"}};
}

void run_folder_things(const std::string& input) {
  static const Pictures kFolder;
  kFolder.put("samples.jsonl", input);
  check_read("folder", kFolder.root());
}

}  // namespace pixelsail::fuzz
