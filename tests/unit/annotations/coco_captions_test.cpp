#include "annotations/coco_captions.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fixtures.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

class CocoCaptionsTest : public ::testing::Test {
 protected:
  std::vector<CocoCaptions> load(const std::string& text) const {
    std::ofstream(path_) << text;
    return load_coco_captions(path_);
  }
  std::string error(const std::string& text) const {
    try {
      load(text);
    } catch (const DataError& e) {
      return e.what();
    }
    return "no error";
  }

  test::TempDir dir_;
  std::filesystem::path path_ = dir_.path() / "captions.json";
};

TEST_F(CocoCaptionsTest, FollowsTheOrderOfTheImages) {
  const auto captions = load(R"({"info":{},"annotations":[
      {"id":1,"image_id":7,"caption":"b"},{"id":2,"image_id":3,"caption":"a"},{"id":3,"image_id":7,"caption":"c"},
      {"id":4,"image_id":"x9","caption":"d"}],
      "images":[{"id":7,"file_name":"7.jpg"},{"id":"x9"},{"id":3}]})");
  ASSERT_EQ(captions.size(), 3u);
  EXPECT_EQ(captions[0].image_id, "7");
  EXPECT_EQ(captions[0].captions, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(captions[1].image_id, "x9");
  EXPECT_EQ(captions[1].captions, std::vector<std::string>{"d"});
  EXPECT_EQ(captions[2].captions, std::vector<std::string>{"a"});
}

TEST_F(CocoCaptionsTest, SaysWhatIsWrong) {
  EXPECT_NE(error(R"({"images":[{"id":1},{"id":1}],"annotations":[]})").find("images[1]: id 1 occurs twice"),
            std::string::npos);
  EXPECT_NE(error(R"({"images":[{"id":1}],"annotations":[{"image_id":2,"caption":"a"}]})")
                .find("annotations[0]: no image has the id 2"),
            std::string::npos);
  EXPECT_NE(error(R"({"images":[{"id":1}],"annotations":[]})").find("image 1 has no caption"),
            std::string::npos);
  EXPECT_NE(error(R"({"images":[],"annotations":[]})").find("no images"), std::string::npos);
  EXPECT_NE(error(R"({"images":[{"id":1.5}],"annotations":[]})").find("\"id\" should be an integer"),
            std::string::npos);
  EXPECT_NE(error(R"({"images":[{"id":1}]})").find("annotations"), std::string::npos);
  EXPECT_NE(error(R"({"images":[{"id":1}],"annotations":[{"image_id":1,"caption":5}]})").find("caption"),
            std::string::npos);
}

}  // namespace
}  // namespace pixelsail
