#pragma once

/// Fills a model from a checkpoint of any family, in parallel, straight into its memory.

#include <torch/nn.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "families/name_table.h"
#include "io/tensors/tensor_source.h"

namespace pixelsail {

/// A checkpoint's tensors under our names.
struct MappedNames {
  std::map<std::string, std::string, std::less<>> theirs;  ///< by our name
  std::vector<std::string> unknown;                        ///< names that the table does not have
};
/// `table` nullptr: names as they are.
MappedNames map_names(const TensorSource& source, const NameTable* table);

/// The parameters that a model with tied weights has once.
inline const std::string kEmbeddingName = "single_transformer.model.embed_tokens.weight";
inline const std::string kOutputLayerName = "single_transformer.lm_head.weight";
/// Endings, behind a weight's name, of the two tensors that it is stored as when it is quantized.
inline const std::string kCompactData = "_data";
inline const std::string kCompactScales = "_scales";
/// Whether `ours` is an output layer that holds the embedding's very bytes once more.
bool is_copy_of_embedding(const TensorSource& source, const MappedNames& names, const std::string& ours);

/// The file that messages about the whole source name: the first one.
std::string source_name(const TensorSource& source);
/// False when one of the floating-point elements is NaN or infinite.
bool all_finite(DType dtype, std::span<const std::byte> elements);
/// "[2, 3]"
std::string shape_text(const std::vector<std::int64_t>& shape);

/// How a checkpoint fits what is expected of it.
struct FitReport {
  std::vector<std::string> missing;     ///< our names
  std::vector<std::string> unexpected;  ///< names as in the checkpoint
  std::vector<std::string> misshapen;   ///< "name is [2, 3] in the checkpoint, [3, 3] in the model"
  std::vector<std::string> mistyped;    ///< "name is I8": integers where weights are wanted

  bool fits() const { return missing.empty() && unexpected.empty() && misshapen.empty() && mistyped.empty(); }
  /// The lists, long ones cut; `where` stands in front.
  std::string text(const std::string& where) const;
};

using NamedShapes = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

/// Tensors under the names of quantized data (kCompactData) may hold integers, others not. `ignored`:
/// prefixes of names (theirs) that may be there without being expected. An output layer that is the
/// embedding's very copy is no surprise in a model that shares them.
FitReport check_fit(const TensorSource& source, const MappedNames& names, const NamedShapes& expected,
                    const std::vector<std::string>& ignored = {});

struct LoadOptions {
  const NameTable* names = nullptr;
  std::vector<std::string> ignored;
  bool allow_non_finite = false;
};

/// Copies the tensors into the parameters, converting to their element type and device; quantized layers
/// quantize what is not stored so. Throws DataError that lists every missing, unexpected, misshapen and
/// mistyped tensor; the parameters are then untouched. Throws DataError naming the tensors that hold NaN or
/// infinite values.
void load_parameters(torch::nn::Module& module, const TensorSource& source, const LoadOptions& options = {});

/// The same from a file or folder under our own names.
void load_parameters(torch::nn::Module& module, const std::filesystem::path& path,
                     const std::vector<std::string>& ignored = {});

/// Copies tensors of a source, found under the first name, into tensors of the same shape with as many
/// threads as torch has. Returns the names of those that hold values that are not finite.
std::vector<std::string> read_into(const TensorSource& source,
                                   const std::vector<std::pair<std::string, torch::Tensor>>& targets);

}  // namespace pixelsail
