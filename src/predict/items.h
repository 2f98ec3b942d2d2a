#pragma once

/// What pixelsail-predict is asked: one image, a folder of images, or a list.

#include <filesystem>
#include <string>
#include <vector>

namespace pixelsail {

struct PredictItem {
  /// Name of its folder below the output folder when there are several.
  std::string name;
  /// Empty: a question without an image.
  std::filesystem::path image;
  std::string prompt;
  /// As in parse_region(); the k-th is <Promptk>.
  std::vector<std::string> regions;
};

/// Every image of a folder (by file name ending, sorted by name) with the same prompt and regions.
/// Throws DataError when there is none.
std::vector<PredictItem> predict_items_from_folder(const std::filesystem::path& folder,
                                                   const std::string& prompt,
                                                   const std::vector<std::string>& regions,
                                                   std::vector<std::filesystem::path>* left_out = nullptr);

/// "2 files are no picture that is read and left out: a.avif (AVIF), notes.txt", for a warning.
std::string left_out_text(const std::vector<std::filesystem::path>& files);

/// Lines {"image":..,"prompt":..,"regions":[..]}; image null for a plain question, regions optional. Relative
/// paths mean the working directory. Throws DataError "file:line: reason", also for an unknown member.
std::vector<PredictItem> predict_items_from_jsonl(const std::filesystem::path& file);

}  // namespace pixelsail
