#include "benchmarks/gcg/phrase_similarity.h"

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::string folded(const std::string& phrase) {
  constexpr const char* kBlank = " \t\n\v\f\r";
  const std::size_t first = phrase.find_first_not_of(kBlank);
  if (first == std::string::npos) return {};
  std::string text = phrase.substr(first, phrase.find_last_not_of(kBlank) - first + 1);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::vector<double> equal_phrases(std::span<const std::string> phrases, std::span<const std::string> labels) {
  std::vector<std::string> wanted;
  for (const std::string& label : labels) wanted.push_back(folded(label));
  std::vector<double> table;
  for (const std::string& phrase : phrases) {
    const std::string text = folded(phrase);
    for (const std::string& label : wanted) table.push_back(text == label ? 1.0 : 0.0);
  }
  return table;
}

}  // namespace

PhraseSimilarity::PhraseSimilarity(const std::filesystem::path& file) : name_(file.string()) {
  if (file.empty()) return;
  images_ = read_json(file);
  if (!images_.is_object()) throw DataError(name_ + ": should be an object of image ids");
}

std::vector<double> PhraseSimilarity::table(const std::string& image_id, std::span<const std::string> phrases,
                                            std::span<const std::string> labels) const {
  if (name_.empty()) return equal_phrases(phrases, labels);
  if (phrases.empty() || labels.empty()) return {};
  const auto image = images_.find(image_id);
  if (image == images_.end()) throw DataError(name_ + ": image " + image_id + " is missing");
  const std::string wrong = name_ + ": image " + image_id + " should have " + std::to_string(phrases.size()) +
                            " rows of " + std::to_string(labels.size()) + " numbers";
  if (!image->is_array() || image->size() != phrases.size()) throw DataError(wrong);
  std::vector<double> table;
  for (const Json& row : *image) {
    if (!row.is_array() || row.size() != labels.size()) throw DataError(wrong);
    for (const Json& value : row) {
      if (!value.is_number()) throw DataError(wrong);
      table.push_back(value.get<double>());
    }
  }
  return table;
}

}  // namespace pixelsail
