#include "model/weights_names.h"

namespace pixelsail {

const NameTable& sail_names() {
  static const NameTable table = [] {
    // SAIL-7B has no biases and no vp_embed; what Pixel-SAIL starts from (Qwen2.5) may have both.
    NameTable sail{"sail", detail::decoder_rows(true)};
    detail::add_rows(sail.rows, {{"model.vis_embed.weight", "single_transformer.model.vis_embed.weight"},
                                 {"model.vp_embed.weight", "single_transformer.model.vp_embed.weight"}});
    return sail;
  }();
  return table;
}

}  // namespace pixelsail
