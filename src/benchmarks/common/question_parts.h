#pragma once

/// What the question sets of benchmarks are made with.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/question_set.h"

namespace pixelsail {

/// Collects pictures; questions about one picture get one index.
class ImageList {
 public:
  /// Size 0 where the annotations do not say it; it is then read from the file's header.
  std::size_t add(const std::filesystem::path& path, int height, int width);
  const std::vector<AskedImage>& images() const { return images_; }

 private:
  std::vector<AskedImage> images_;
  std::map<std::string, std::size_t> places_;
};

/// QuestionSet::load_image for pictures that are files named by AskedImage::name.
std::function<std::shared_ptr<const Image>(std::size_t)> file_loader(const std::vector<AskedImage>& images);

/// Throws DataError when a picture has not the size that the annotations say (0: they do not).
void check_size(const Image& image, const AskedImage& expected);

/// The first `limit` (0: all).
template <class Sample>
void keep_first(std::vector<Sample>& samples, std::int64_t limit) {
  if (limit > 0 && samples.size() > static_cast<std::size_t>(limit))
    samples.erase(samples.begin() + static_cast<std::ptrdiff_t>(limit), samples.end());
}

/// The first mask of an answer as run lengths, or null.
OrderedJson first_mask(const Answer* answer);
/// All of them.
OrderedJson all_masks(const Answer* answer);
/// Text of an answer; empty for none.
std::string text_of(const Answer* answer);

/// Another sample's index, half of them away; the same for a single one.
std::size_t another(std::size_t index, std::size_t count);

/// An answer of text alone, and one whose mask is the whole picture.
Answer text_answer(std::string text);
Answer whole_picture(int height, int width);

}  // namespace pixelsail
