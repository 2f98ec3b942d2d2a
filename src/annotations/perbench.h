#pragma once

/// PerBench ("STBench" in the paper's code): region captions, multiple-choice questions about a region, and
/// segmentation asked for by text and regions together (V-T RES). Three files in ROOT/perbench (or ROOT):
///   STBench_Detailed_Caption.json
///     [{"image_name", "object_annotations":[{"segmentation":RLE,"caption"}]}]
///   STBench_MCQ.json
///     [{"image_name", "mcqs":[{"object":RLE,"question","answer"}]}]
///   STBench_VRES.json
///     [{"image_name", "question", "answer", "segmentations":{TAG:RLE,..}}]
/// Images are SA-1B's. All loaders throw DataError naming file and place for anything missing or broken, and
/// for a file without a sample.

#include <filesystem>
#include <string>
#include <vector>

#include "io/json.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// A region and what is to be said about it. Ids are "<n>:<k>": the k-th object of the n-th image, from 0.
struct PerBenchCaption {
  std::string id, image_name;
  Rle region;
  std::string caption;
};

struct PerBenchChoice {
  std::string id, image_name;
  Rle region;
  std::string question, answer;
};

/// A region shown to the model as <PromptN>.
struct PerBenchPrompt {
  int number = 0;
  Rle region;
};

struct PerBenchSegmentation {
  /// "<n>": position in the file, from 0.
  std::string id, image_name;
  /// With the tags of the prompts replaced, see below.
  std::string question, answer;
  std::vector<PerBenchPrompt> prompts;
  /// At least one, all of one size.
  std::vector<Rle> targets;
};

std::vector<PerBenchCaption> load_perbench_captions(const std::filesystem::path& root);
std::vector<PerBenchChoice> load_perbench_choices(const std::filesystem::path& root);

/// Tags get the numbers 0, 1, ... in the order of the file. In that order: a tag that occurs in the question
/// is replaced there, at every occurrence (also inside a longer word: "obj1" in "obj10"), by "<PromptN>", and
/// its mask is a prompt; one that occurs in the answer only is a target; one in neither is a DataError.
std::vector<PerBenchSegmentation> load_perbench_segmentations(const std::filesystem::path& root);
/// One entry of that file, its n-th; `where` stands for it in messages.
PerBenchSegmentation perbench_segmentation(const OrderedJson& entry, std::size_t n, const std::string& where);

/// What the model is asked, "<image>\n" included.
std::string perbench_question(const PerBenchCaption& sample);
std::string perbench_question(const PerBenchChoice& sample);
std::string perbench_question(const PerBenchSegmentation& sample);

/// ROOT/[perbench/]masa_sam_500k/IMAGE_NAME; when the name has a folder ("sa_000020/sa_1.jpg") that is not
/// there, also without it. Throws DataError when no such file exists or the name leads out of the folder.
std::filesystem::path perbench_image_path(const std::filesystem::path& root, const std::string& image_name);

}  // namespace pixelsail
