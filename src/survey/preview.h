#pragma once

/// Sheets of what the model will really see: the pictures at their patch grid, masks, prompts, texts and which of their
/// tokens are scored.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/example.h"
#include "pixelsail/image.h"
#include "survey/training_data.h"

namespace pixelsail {

struct PreviewOptions {
  std::filesystem::path out;  ///< a folder that is not there yet
  std::int64_t samples = 12;  ///< of each data set
};

struct PreviewResult {
  std::vector<std::string> pages;  ///< names of files in the folder
  std::int64_t shown = 0, unusable = 0;
};

/// Writes index.html, and for each data set N_KIND.html (pictures inside) and N_KIND.png. Samples are drawn from the
/// whole data set; one that cannot be used is shown with its reason. The folder appears when it is complete. Throws
/// as make_dataset() does, RunError when the folder is there or cannot be written.
PreviewResult write_preview(const TrainingData& data, const PreviewOptions& options);

namespace detail {

/// A piece of a sequence's text.
struct TextPiece {
  std::string text;
  bool is_scored = false;
  bool is_image = false;  ///< stands for the picture
};

/// One sample, ready to be shown.
struct PreviewCard {
  std::string title, problem;  ///< problem: why it cannot be used
  Image seen, masked;          ///< with grid and prompts; with masks; empty without a picture
  std::vector<TextPiece> text;
  std::vector<std::string> facts;
};

PreviewCard preview_card(const Example& example, const ExampleBuilder& builder);
/// The picture that these patches are of, as the model has it.
Image picture_of_patches(const Patches& patches, const PreprocessConfig& config);

std::string preview_page(const std::string& title, const std::vector<PreviewCard>& cards);
Image preview_sheet(const std::string& title, const std::vector<PreviewCard>& cards);

}  // namespace detail
}  // namespace pixelsail
