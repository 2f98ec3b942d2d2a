#include "model/weights_names.h"

namespace pixelsail {

const NameTable& solo_names() {
  static const NameTable table = [] {
    NameTable solo{"solo", detail::decoder_rows(false)};
    detail::add_rows(solo.rows,
                     {{"model.embed_vision_patch.weight", "single_transformer.model.vis_embed.weight"}});
    return solo;
  }();
  return table;
}

}  // namespace pixelsail
