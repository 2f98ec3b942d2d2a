// Every reader of outside data, a row each. CMakeLists.txt takes the names from here, tools/fuzz.sh asks
// pixelsail-fuzz --list.

#include <algorithm>

#include "annotation_targets.h"
#include "checkpoint_targets.h"
#include "config_targets.h"
#include "dataset_targets.h"
#include "export_targets.h"
#include "foreign_targets.h"
#include "picture_targets.h"
#include "prediction_targets.h"
#include "refer_targets.h"
#include "score_targets.h"
#include "seeds.h"
#include "targets.h"
#include "tensor_targets.h"
#include "text_targets.h"
#include "tokenizer_target.h"
#include "torch_seeds.h"
#include "training_targets.h"
#include "word_targets.h"

namespace pixelsail::fuzz {
namespace {

using enum Kind;

constexpr Target kTargets[] = {
    {"pickle", kBinary, pickle_material, run_pickle, nullptr, true},
    {"safetensors", kBinary, safetensors_material, run_safetensors, repair_safetensors, true},
    {"rle", kJson, rle_material, run_rle, nullptr, true},
    {"pth", kBinary, pth_material, run_pth, nullptr, true},
    {"index", kJson, index_material, run_index, nullptr, true},
    {"tokenizer", kJson, tokenizer_material, run_tokenizer, nullptr, true},
    {"tsv", kText, tsv_material, run_tsv, nullptr, true},
    {"caption", kText, caption_material, run_caption, nullptr, true},
    {"names", kBinary, names_material, run_names},
    {"json", kJson, json_material, run_json},
    {"gif", kBinary, gif_material, run_gif},
    {"exif", kBinary, exif_material, run_exif},
    {"picture", kBinary, picture_material, run_picture, repair_picture},
    {"zip", kBinary, zip_material, run_zip},
    {"weights_folder", kBinary, weights_folder_material, run_weights_folder},
    {"sentencepiece", kBinary, sentencepiece_material, run_sentencepiece},
    {"maps", kBinary, maps_material, run_maps, repair_safetensors},
    {"gzip", kBinary, gzip_material, run_gzip},
    {"refs", kBinary, refs_material, run_refs},
    {"grefs", kJson, grefs_material, run_grefs},
    {"instances", kJson, instances_material, run_instances},
    {"gcg", kJson, gcg_material, run_gcg},
    {"muse", kJson, muse_material, run_muse},
    {"reasonseg", kJson, reasonseg_material, run_reasonseg},
    {"perbench", kJson, perbench_material, run_perbench},
    {"captions", kJson, captions_material, run_captions},
    {"llava", kJson, llava_material, run_llava},
    {"folder", kJson, folder_material, run_folder},
    {"own_folder", kJson, own_folder_material, run_own_folder},
    {"coco_tool", kJson, coco_tool_material, run_coco_tool},
    {"labelme", kJson, labelme_material, run_labelme},
    {"yolo", kText, yolo_material, run_yolo},
    {"label_studio", kJson, label_studio_material, run_label_studio},
    {"brush", kBinary, brush_material, run_brush},
    {"cvat", kText, cvat_material, run_cvat},
    {"mask_names", kText, mask_names_material, run_mask_names},
    {"folder_things", kJson, folder_things_material, run_folder_things},
    {"teacher", kJson, teacher_material, run_teacher},
    {"model_config", kJson, model_config_material, run_model_config},
    {"preprocessor", kJson, preprocessor_material, run_preprocessor},
    {"adapter", kJson, adapter_material, run_adapter},
    {"checksums", kJson, checksums_material, run_checksums},
    {"qwen2", kJson, qwen2_material, run_qwen2},
    {"trainer_state", kJson, trainer_state_material, run_trainer_state},
    {"train_log", kJson, train_log_material, run_train_log},
    {"answer_log", kJson, answer_log_material, run_answer_log},
    {"mask_predictions", kJson, mask_predictions_material, run_predictions},
    {"text_predictions", kJson, text_predictions_material, run_predictions},
    {"sample_scores", kJson, sample_scores_material, run_sample_scores},
    {"questions", kJson, questions_material, run_questions},
    {"paper", kJson, paper_material, run_paper},
    {"vqa", kText, vqa_material, run_vqa},
    {"yaml", kText, yaml_material, run_yaml},
    {"config", kText, config_material, run_config},
    {"path", kText, path_material, run_path},
    {"region", kText, region_material, run_region},
    {"chat", kText, chat_material, run_chat},
    {"wordnet", kText, wordnet_material, run_wordnet},
    {"meteor", kText, meteor_material, run_meteor},
};

}  // namespace

const char* kind_name(Kind kind) {
  return kind == kBinary ? "binary" : kind == kJson ? "json" : "text";
}

std::uint64_t full_inputs(const Target& target) {
  return target.kind == kText ? 200'000 : 1'000'000;
}

std::span<const Target> all_targets() {
  return kTargets;
}

const Target* find_target(const std::string& name) {
  const auto found =
      std::ranges::find_if(kTargets, [&name](const Target& target) { return name == target.name; });
  return found == std::end(kTargets) ? nullptr : found;
}

}  // namespace pixelsail::fuzz
