#include "export/convert.h"

#include "annotations/folder_questions.h"
#include "export/expression_template.h"
#include "fixtures.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;
using test::TempDir;
using test::write_picture;

constexpr const char* kLabelMe =
    R"({"version":"5.4.1","flags":{},"imagePath":"a.png","imageData":null,"imageHeight":20,"imageWidth":30,"shapes":[)"
    R"({"label":"cup","points":[[1,1],[4,1],[4,3],[1,3]],"shape_type":"polygon"},)"
    R"({"label":"dog","points":[[5,1],[9,1],[9,3],[5,3]],"shape_type":"polygon"},)"
    R"({"label":"cup","points":[[10,10],[20,15]],"shape_type":"rectangle"},)"
    R"({"label":"tip","points":[[10,10]],"shape_type":"point"}]})";

class ConvertTest : public ::testing::Test {
 protected:
  ConvertTest() {
    write_picture(dir_, "in/a.png", 20, 30);
    dir_.write("in/a.json", std::string_view(kLabelMe));
  }
  ConvertOptions options(const std::string& to) const {
    return {.from = "labelme", .to = to, .input = dir_.path() / "in", .output = dir_.path() / "out"};
  }
  TempDir dir_;
};

TEST_F(ConvertTest, TheFolderIsReadByTrainingAndEvaluation) {
  const ConversionReport report = convert_annotations(options("folder"));
  EXPECT_EQ(report.things(), 3);
  const std::string text = report_to_text(report);
  EXPECT_TRUE(has(text, "taken: 1 pictures, 3 things (box 1, polygon 2)\nleft out: 1 (point 1)\n")) << text;
  EXPECT_TRUE(has(text, "a.json: shapes[3]: point")) << text;
  const FolderQuestions questions = load_folder_questions(dir_.path() / "out", "train");
  ASSERT_EQ(questions.questions.size(), 2U);
  const FolderQuestion& cups = questions.questions[0];
  EXPECT_EQ(cups.record.question, " Please segment the cup in this image.");
  EXPECT_EQ(folder_targets(dir_.path() / "out", cups, PolygonMerge::kUnion).size(), 2U);
  const Json saved = read_json(dir_.path() / "out/conversion.json");
  EXPECT_EQ(saved.at("from"), "labelme");
  EXPECT_EQ(saved.at("left_out").at("point"), 1);
  EXPECT_EQ(saved.at("items")[0].at("record"), "shapes[3]");
  EXPECT_FALSE(has(saved.dump(), dir_.path().string()));
}

TEST_F(ConvertTest, ThingsOfOneNameBecomeOneWhereThatIsWanted) {
  ConvertOptions wanted = options("folder");
  wanted.join = true;
  convert_annotations(wanted);
  const auto joined = test::read("folder", dir_.path() / "out");
  wanted.join = false;
  wanted.output = dir_.path() / "apart";
  convert_annotations(wanted);
  const auto apart = test::read("folder", dir_.path() / "apart");
  ASSERT_EQ(joined.report.things(), 2);
  ASSERT_EQ(apart.report.things(), 3);
  Mask both = test::pixels(apart.set.pictures[0], 0);
  const Mask second = test::pixels(apart.set.pictures[0], 1);
  for (std::size_t i = 0; i < both.data.size(); ++i) both.data[i] |= second.data[i];
  EXPECT_EQ(apart.set.pictures[0].things[1].name, "cup");
  EXPECT_EQ(test::pixels(joined.set.pictures[0], 0), both);
  // A mask and a polygon, and crowds that stay apart.
  AnnotationSet set{{{.name = "a", .height = 2, .width = 3}}};
  Rle left{.height = 2, .width = 3, .counts = {0, 2, 4}};
  set.pictures[0].things = {{.name = "cup", .shape = left},
                            {.name = "cup", .shape = std::vector<Polygon>{{2, 0, 3, 0, 3, 2, 2, 2}}},
                            {.name = "cup", .shape = left, .is_crowd = true}};
  join_names(set);
  ASSERT_EQ(set.pictures[0].things.size(), 2U);
  EXPECT_EQ(test::pixels(set.pictures[0], 0), test::mask_of({"#.#", "#.#"}));
}

/// The folder that programs start in, for the time of a test.
class Inside {
 public:
  explicit Inside(const std::filesystem::path& folder) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~Inside() {
    std::error_code ignored;
    std::filesystem::current_path(before_, ignored);
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  std::filesystem::path before_;
};

TEST_F(ConvertTest, NamesWithoutAFolder) {
  const Inside inside(dir_.path() / "in");
  const auto report =
      convert_annotations({.from = "labelme", .to = "coco", .input = "a.json", .output = "there"});
  EXPECT_EQ(report.things(), 3);
  std::filesystem::copy_file("there/annotations/instances_train.json", "lone.json");
  for (const char* input : {"lone.json", "./lone.json", "there/"}) {
    const std::string out = std::string("out") + (input[0] == 't' ? "1" : input[0] == '.' ? "2" : "3");
    EXPECT_EQ(convert_annotations({.from = "coco", .to = "folder", .input = input, .output = out}).things(),
              3)
        << input;
  }
}

TEST_F(ConvertTest, AnotherFormOfExpressions) {
  ConvertOptions wanted = options("folder");
  wanted.expression = "{name} on the table";
  convert_annotations(wanted);
  EXPECT_TRUE(has(read_file(dir_.path() / "out/samples.jsonl"), R"("expression":"dog on the table")"));
  EXPECT_EQ(ExpressionTemplate("the {name}").name_in("the dog"), "dog");
  EXPECT_EQ(ExpressionTemplate("the {name}").name_in("all dogs"), "all dogs");
  EXPECT_EQ(ExpressionTemplate("a {name}!").name_in("a !"), "a !");
  for (const char* text : {"the thing", "{name} {name}", ""})
    EXPECT_THROW(ExpressionTemplate{text}, ConfigError) << text;
}

TEST_F(ConvertTest, PicturesForValidationAreChosenOnTheWay) {
  write_picture(dir_, "in/b.png", 20, 30);
  std::string second = kLabelMe;
  second.replace(second.find("a.png"), 5, "b.png");
  dir_.write("in/b.json", second);
  ConvertOptions wanted = options("folder");
  wanted.split = SplitOptions{.val = 0.5};
  convert_annotations(wanted);
  EXPECT_EQ(load_folder_questions(dir_.path() / "out", "val").questions.size(), 2U);
  EXPECT_EQ(load_folder_questions(dir_.path() / "out", "train").questions.size(), 2U);
  wanted.to = "coco";
  wanted.output = dir_.path() / "other";
  EXPECT_THROW(convert_annotations(wanted), ConfigError);
}

TEST_F(ConvertTest, NothingIsLeftOfWhatFails) {
  ConvertOptions wrong = options("folder");
  wrong.from = "labelmi";
  EXPECT_TRUE(has(message_of<ConfigError>([&] { convert_annotations(wrong); }), "known: folder, coco"));
  wrong = options("folder");
  wrong.input = dir_.path() / "none";
  EXPECT_TRUE(has(message_of<DataError>([&] { convert_annotations(wrong); }), "is not there"));
  wrong = options("folder");
  wrong.from = "coco";
  EXPECT_THROW(convert_annotations(wrong), DataError);
  dir_.write("in/a.json",
             R"({"imagePath":"a.png","shapes":[{"label":"x","points":[[1,1]],"shape_type":"point"}]})");
  EXPECT_TRUE(has(message_of<DataError>([&] { convert_annotations(options("folder")); }), "point 1"));
  EXPECT_FALSE(std::filesystem::exists(dir_.path() / "out"));
  EXPECT_FALSE(std::filesystem::exists(dir_.path() / "out.tmp"));
  dir_.write("out/x", std::string_view("mine"));
  EXPECT_THROW(convert_annotations(options("folder")), RunError);
  EXPECT_EQ(read_file(dir_.path() / "out/x"), "mine");
}

TEST_F(ConvertTest, LinesOfAFolderThatNameNothing) {
  const Json polygon = {1, 1, 4, 1, 4, 3};
  std::string text;
  for (const Json& line : std::vector<Json>{
           {{"image", "a.png"}, {"expression", "the cup"}, {"masks", {polygon, "masks/none.png"}}},
           {{"image", "a.png"}, {"expression", "the dog"}, {"masks", Json::array()}},
           {{"image", "a.png"}, {"question", "What is it?"}, {"answer", "A cup."}},
           {{"image", "a.png"}, {"expression", "it"}, {"masks", {polygon}}, {"regions", {"point:1,1"}}},
           {{"image", "a.png"}, {"expression", "it"}, {"masks", {polygon}}, {"split", "val"}},
           {{"image", "b.png"}, {"expression", "it"}, {"masks", {polygon}}},
           {{"image", "a.png"}, {"expression", "it"}}})
    text += line.dump() + "\n";
  dir_.write("own/samples.jsonl", text + "{\n");
  write_picture(dir_, "own/images/a.png", 20, 30);
  const auto result = test::read("folder", dir_.path() / "own");
  EXPECT_EQ(result.report.things(), 1);
  EXPECT_EQ(result.left_out(),
            "malformed 3, no_target 1, picture_missing 1, question 1, regions 1, split_differs 1");
}

TEST_F(ConvertTest, CrowdsStayInCocoAndAreNamedElsewhere) {
  dir_.write(
      "coco/x.json",
      R"({"images":[{"id":1,"file_name":"a.png"}],"categories":[{"id":1,"name":"cup"}],"annotations":[)"
      R"({"id":1,"image_id":1,"category_id":1,"iscrowd":1,"segmentation":{"size":[20,30],"counts":[20,40,540]}},)"
      R"({"id":2,"image_id":1,"category_id":1,"segmentation":[[1,1,4,1,4,3]]}]})");
  write_picture(dir_, "coco/a.png", 20, 30);
  for (const std::string& to : annotation_format_names()) {
    const auto out = dir_.path() / ("out_" + to);
    const auto report =
        convert_annotations({.from = "coco", .to = to, .input = dir_.path() / "coco", .output = out});
    EXPECT_EQ(test::counts(report.left_out()), to == "coco" ? "" : "crowd 1") << to;
  }
  const auto again = test::read("coco", dir_.path() / "out_coco");
  EXPECT_TRUE(again.set.pictures.at(0).things.at(0).is_crowd);
}

}  // namespace
}  // namespace pixelsail
