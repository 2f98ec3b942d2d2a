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
Made make_coco_semantic(const DatasetConfig& config, const DataConfig& data);
Made make_coco_instance(const DatasetConfig& config, const DataConfig& data);
Made make_coco_category(const DatasetConfig& config, const DataConfig& data);
Made make_pix2cap_seg(const DatasetConfig& config, const DataConfig& data);
Made make_pix2cap_vp(const DatasetConfig& config, const DataConfig& data);
Made make_gcg_grandf(const DatasetConfig& config, const DataConfig& data);
Made make_gcg_refcocog(const DatasetConfig& config, const DataConfig& data);
Made make_gcg_flickr(const DatasetConfig& config, const DataConfig& data);
Made make_muse(const DatasetConfig& config, const DataConfig& data);
Made make_reasonseg(const DatasetConfig& config, const DataConfig& data);
Made make_refcocog_vp(const DatasetConfig& config, const DataConfig& data);
Made make_osprey_conversation(const DatasetConfig& config, const DataConfig& data);
Made make_osprey_detail(const DatasetConfig& config, const DataConfig& data);
Made make_sam_caption(const DatasetConfig& config, const DataConfig& data);

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
    {"coco_semantic", "COCO panoptic: a mask for each of five classes", &make_coco_semantic},
    {"coco_instance", "COCO panoptic: a mask for each object of five classes", &make_coco_instance},
    {"coco_category", "COCO panoptic: categories of marked regions", &make_coco_category},
    {"pix2cap_seg", "Pix2Cap: masks asked for by long descriptions", &make_pix2cap_seg},
    {"pix2cap_vp", "Pix2Cap: descriptions of marked regions", &make_pix2cap_vp},
    {"pix2cap_vp_shapes", "the same, marked by boxes and points too", &make_pix2cap_vp},
    {"gcg_grandf", "GranD-f: captions with masks, annotated by people", &make_gcg_grandf},
    {"gcg_psg", "GranD-f: captions with masks of PSG", &make_gcg_grandf},
    {"gcg_flickr", "GranD-f: captions with masks of Flickr30k", &make_gcg_flickr},
    {"gcg_refcocog", "GranD-f: captions with masks of RefCOCOg", &make_gcg_refcocog},
    {"muse", "MUSE: requests that need reasoning, with several masks", &make_muse},
    {"reasonseg", "ReasonSeg: requests that need reasoning", &make_reasonseg},
    {"refcocog_vp", "RefCOCOg's expressions as descriptions of marked objects", &make_refcocog_vp},
    {"osprey_conversation", "Osprey: conversations about marked regions", &make_osprey_conversation},
    {"osprey_part", "Osprey: the same about parts of objects", &make_osprey_conversation},
    {"osprey_lvis", "Osprey: yes and no about marked regions", &make_osprey_conversation},
    {"osprey_short", "Osprey: short answers about marked regions", &make_osprey_conversation},
    {"osprey_detail", "Osprey: long descriptions of marked regions", &make_osprey_detail},
    {"osprey_conversation_shapes", "osprey_conversation, marked by boxes and points too",
     &make_osprey_conversation},
    {"osprey_part_shapes", "osprey_part, marked by boxes and points too", &make_osprey_conversation},
    {"osprey_lvis_shapes", "osprey_lvis, marked by boxes and points too", &make_osprey_conversation},
    {"osprey_short_shapes", "osprey_short, marked by boxes and points too", &make_osprey_conversation},
    {"osprey_detail_shapes", "osprey_detail, marked by boxes and points too", &make_osprey_detail},
    {"sam_caption", "captions of marked objects in SA-1B's pictures", &make_sam_caption},
    {"folder", "own data: samples.jsonl, images, masks", &make_folder},
};

}  // namespace

std::span<const DatasetRow> dataset_rows() {
  return kRows;
}

}  // namespace pixelsail
