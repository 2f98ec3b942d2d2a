#include "model/weights_names.h"

namespace pixelsail {

const NameTable& mistral_names() {
  static const NameTable table{"mistral", detail::decoder_rows(false)};
  return table;
}

}  // namespace pixelsail
