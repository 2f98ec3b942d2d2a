// Cases that need pictures or tokenizers, where the library is built without them.

#include "golden/golden.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {

Trace run_preprocess_golden(const std::filesystem::path& folder, const nlohmann::json& /*cases*/) {
  throw DataError(folder.string() + ": the minimal build reads no pictures");
}

Trace run_tokenizer_golden(const std::filesystem::path& folder) {
  throw DataError(folder.string() + ": the minimal build has no tokenizers");
}

bool is_tokenizer_golden(const std::filesystem::path& /*folder*/) {
  return false;
}

}  // namespace pixelsail::detail
