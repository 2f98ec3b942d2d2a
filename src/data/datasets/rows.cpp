// The data sets of the library: the function that makes one, in a file of its own in this folder, and its row.

#include "data/dataset.h"

namespace pixelsail {

using Made = std::unique_ptr<Dataset>;

Made make_refcoco(const DatasetConfig& config, const DataConfig& data);
Made make_grefcoco(const DatasetConfig& config, const DataConfig& data);
Made make_refcocog_caption(const DatasetConfig& config, const DataConfig& data);
Made make_llava(const DatasetConfig& config, const DataConfig& data);
Made make_perbench_caption(const DatasetConfig& config, const DataConfig& data);
Made make_perbench_mcq(const DatasetConfig& config, const DataConfig& data);
Made make_perbench_vtres(const DatasetConfig& config, const DataConfig& data);
Made make_folder(const DatasetConfig& config, const DataConfig& data);

namespace {

constexpr DatasetRow kRows[] = {
    {"refcoco", "referring expressions, one target each", &make_refcoco},
    {"refcoco+", "the same without words of place", &make_refcoco},
    {"refcocog", "the same with longer sentences", &make_refcoco},
    {"grefcoco", "referring expressions with several targets or none", &make_grefcoco},
    {"refcocog_caption", "descriptions of marked regions", &make_refcocog_caption},
    {"llava", "conversations about pictures, as LLaVA's instruction data", &make_llava},
    {"perbench_caption", "PerBench: descriptions of marked regions", &make_perbench_caption},
    {"perbench_mcq", "PerBench: multiple choice about a marked region", &make_perbench_mcq},
    {"perbench_vtres", "PerBench: masks asked for by text and regions", &make_perbench_vtres},
    {"folder", "own data: samples.jsonl, images, masks", &make_folder},
};

}  // namespace

std::span<const DatasetRow> dataset_rows() {
  return kRows;
}

}  // namespace pixelsail
