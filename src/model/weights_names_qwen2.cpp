#include "model/weights_names.h"

namespace pixelsail {

const NameTable& qwen2_names() {
  static const NameTable table{"qwen2", detail::decoder_rows(true)};
  return table;
}

}  // namespace pixelsail
