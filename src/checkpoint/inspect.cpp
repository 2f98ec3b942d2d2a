#include "checkpoint/inspect.h"

#include <torch/torch.h>

#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "checkpoint/open_checkpoint.h"
#include "io/json.h"
#include "model/parameter_list.h"
#include "model/quantized_weight.h"
#include "model/weights.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"
#include "text/extend_tokenizer.h"
#include "text/tokenizer.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// Our names by the checkpoint's.
std::map<std::string, std::string> our_names(const MappedNames& names) {
  std::map<std::string, std::string> ours;
  for (const auto& [our_name, theirs] : names.theirs) ours[theirs] = our_name;
  return ours;
}

OrderedJson tensor_table(const OpenedCheckpoint& checkpoint,
                         const std::map<std::string, std::string>& names) {
  OrderedJson table = OrderedJson::array();
  for (const std::string& name : checkpoint.tensors->names()) {
    const TensorInfo& info = checkpoint.tensors->info(name);
    const auto ours = names.find(name);
    table.push_back({{"name", name},
                     {"ours", ours != names.end() ? OrderedJson(ours->second) : OrderedJson()},
                     {"dtype", dtype_name(info.dtype)},
                     {"shape", info.shape},
                     {"bytes", info.nbytes()},
                     {"file", fs::path(checkpoint.tensors->place(name)).filename().string()}});
  }
  return table;
}

/// The Pixel-SAIL that this checkpoint is, or could become.
ModelConfig as_pixelsail(ModelConfig config) {
  if (config.backbone == Backbone::kText) config.backbone = Backbone::kSail;
  return config;
}

OrderedJson missing_for_pixelsail(const OpenedCheckpoint& checkpoint, const MappedNames& names) {
  std::set<std::string> missing;
  for (const ParameterSpec& spec : parameter_list(as_pixelsail(*checkpoint.config))) {
    if (!names.theirs.contains(spec.name) && !names.theirs.contains(spec.name + kCompactData))
      missing.insert(spec.group);
  }
  OrderedJson list = missing;
  try {
    const auto tokenizer = load_tokenizer(checkpoint.folder);
    for (const std::string& token : pixelsail_tokens()) {
      if (!tokenizer->token_to_id(token)) list.push_back(token);
    }
  } catch (const DataError&) {
    list.push_back("tokenizer");
  }
  return list;
}

OrderedJson memory_json(const ModelConfig& config, MemoryRequest request, DType dtype) {
  request.weight_bytes = static_cast<std::int64_t>(dtype_size(dtype));
  const MemoryEstimate estimate = estimate_memory(config, request);
  OrderedJson parts = OrderedJson::object();
  for (const MemoryPart& part : estimate.training_parts) parts[part.name] = part.bytes;
  return {{"image", std::to_string(request.image_width) + "x" + std::to_string(request.image_height)},
          {"text_tokens", request.text_tokens},
          {"batch", request.batch},
          {"dtype", dtype_name(dtype)},
          {"weights", estimate.weights},
          {"kv_cache", estimate.kv_cache},
          {"activations", estimate.activations},
          {"inference", estimate.inference},
          {"training", estimate.training},
          {"training_parts", parts}};
}

std::vector<std::string> find_non_finite(const TensorSource& tensors) {
  std::vector<std::string> bad;
  for (const std::string& name : tensors.names()) {
    const TensorInfo& info = tensors.info(name);
    const torch::Tensor value = torch::empty(info.shape, to_scalar_type(info.dtype));
    for (const std::string& found : read_into(tensors, {{name, value}})) bad.push_back(found);
  }
  return bad;
}

std::string mebibytes(const OrderedJson& bytes) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << bytes.get<double>() / (1 << 20) << " MiB";
  return out.str();
}

}  // namespace

nlohmann::ordered_json inspect_checkpoint(const InspectOptions& options) {
  const OpenedCheckpoint checkpoint = open_checkpoint(options.path, options.config);
  const MappedNames names = map_names(*checkpoint.tensors, checkpoint.names);
  const std::map<std::string, std::string> ours = our_names(names);
  OrderedJson report;
  report["path"] = options.path.string();
  report["family"] = checkpoint.names->family;
  std::set<std::string> files;
  std::map<std::string, std::int64_t> groups;
  std::map<DType, std::int64_t> dtypes;
  std::uint64_t bytes = 0;
  std::int64_t parameters = 0;
  for (const std::string& name : checkpoint.tensors->names()) {
    const TensorInfo& info = checkpoint.tensors->info(name);
    files.insert(fs::path(checkpoint.tensors->place(name)).filename().string());
    bytes += info.nbytes();
    parameters += info.numel();
    dtypes[info.dtype] += info.numel();
    const auto our_name = ours.find(name);
    groups[our_name != ours.end() ? parameter_group(our_name->second) : "unknown"] += info.numel();
  }
  report["files"] = files;
  report["bytes"] = bytes;
  report["parameters"] = parameters;
  report["groups"] = groups;
  report["unknown"] = names.unknown;
  report["metadata"] = checkpoint.tensors->metadata();
  if (checkpoint.config) {
    const DType dtype = std::max_element(dtypes.begin(), dtypes.end(), [](const auto& a, const auto& b) {
                          return a.second < b.second;
                        })->first;
    report["config"] = model_config_to_json(*checkpoint.config);
    NamedShapes expected;
    for (const ParameterSpec& spec : parameter_list(*checkpoint.config)) {
      // A family without a place for a group does not lack it.
      if (!checkpoint.names->from_ours(spec.name)) continue;
      const Quantization quantization = checkpoint.config->quantization;
      if (quantization != Quantization::kNone && spec.can_be_quantized()) {
        const CompactLayout layout = compact_layout(spec.shape[0], spec.shape[1], quantization);
        expected.emplace_back(spec.name + kCompactData, layout.data_shape);
        expected.emplace_back(spec.name + kCompactScales, layout.scale_shape);
      } else {
        expected.emplace_back(spec.name, spec.shape);
      }
    }
    const FitReport fit = check_fit(*checkpoint.tensors, names, expected);
    report["missing"] = fit.missing;
    report["unexpected"] = fit.unexpected;
    report["misshapen"] = fit.misshapen;
    report["missing_for_pixelsail"] = missing_for_pixelsail(checkpoint, names);
    report["memory"] = memory_json(as_pixelsail(*checkpoint.config), options.memory, dtype);
  }
  if (options.values) report["non_finite"] = find_non_finite(*checkpoint.tensors);
  report["tensors"] = tensor_table(checkpoint, ours);
  return report;
}

std::string inspect_text(const nlohmann::ordered_json& report) {
  std::ostringstream out;
  const auto line = [&out](const std::string& label, const std::string& text) {
    out << std::left << std::setw(26) << label << text << '\n';
  };
  const auto list = [&](const char* key) {
    if (!report.contains(key)) return;
    std::string text;
    for (const auto& item : report[key]) text += (text.empty() ? "" : ", ") + item.get<std::string>();
    line(key, text.empty() ? "none" : text);
  };
  line("path", report["path"].get<std::string>());
  line("family", report["family"].get<std::string>());
  list("files");
  line("size", mebibytes(report["bytes"]));
  line("parameters", std::to_string(report["parameters"].get<std::int64_t>()));
  for (const auto& [group, count] : report["groups"].items())
    line("  " + group, std::to_string(count.get<std::int64_t>()));
  if (report.contains("config")) {
    for (const auto& [key, value] : report["config"].items()) {
      if (!value.is_object()) line("  " + key, value.dump());
    }
  } else {
    line("config.json", "none: only tensors can be shown");
  }
  for (const char* key :
       {"missing", "unexpected", "misshapen", "unknown", "non_finite", "missing_for_pixelsail"})
    list(key);
  if (report.contains("memory")) {
    const auto& memory = report["memory"];
    const std::string what = memory["image"].get<std::string>() + " image, " + memory["text_tokens"].dump() +
                             " text tokens, batch " + memory["batch"].dump();
    line("memory, inference", mebibytes(memory["inference"]) + "  (" + what + ", " +
                                  memory["dtype"].get<std::string>() + "; estimate)");
    line("memory, training",
         mebibytes(memory["training"]) + "  (AdamW over float32 weights, bf16; estimate)");
    for (const auto& [name, bytes] : memory["training_parts"].items())
      if (name != "all") line("  " + name, mebibytes(bytes));
  }
  out << '\n';
  for (const auto& tensor : report["tensors"]) {
    out << std::left << std::setw(6) << tensor["dtype"].get<std::string>() << std::setw(20)
        << tensor["shape"].dump() << tensor["name"].get<std::string>() << '\n';
  }
  return out.str();
}

}  // namespace pixelsail
