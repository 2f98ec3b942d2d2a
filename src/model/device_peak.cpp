#include "model/device_peak.h"

#include <algorithm>
#include <array>

#include "model/cuda_driver.h"

namespace pixelsail {
namespace {

struct Row {
  std::string_view name;  ///< part of the driver's name
  DevicePeak peak;
};

/// Data sheets of NVIDIA. The first that fits counts.
constexpr std::array kRows{
    Row{"B200", {2250, 8000}},
    Row{"GH200", {989.4, 4000}},
    Row{"H200", {989.4, 4800}},
    Row{"H100 PCIe", {756, 2039}},
    Row{"H100 NVL", {835, 3938}},
    Row{"H100", {989.4, 3350}},
    Row{"H800", {989.4, 3350}},
    Row{"H20", {148, 4000}},
    Row{"A100-PCIE-40GB", {311.8, 1555}},
    Row{"A100-SXM4-40GB", {311.8, 1555}},
    Row{"A100 80GB PCIe", {311.8, 1935}},
    Row{"A100", {311.8, 2039}},
    Row{"A800", {311.8, 2039}},
    Row{"L40S", {362, 864}},
    Row{"L40", {181, 864}},
    Row{"L4", {121, 300}},
    Row{"A40", {149.7, 696}},
    Row{"A10", {125, 600}},
    Row{"RTX A6000", {154.8, 768}},
    Row{"RTX 6000 Ada", {364.2, 960}},
    Row{"RTX 5090", {209.5, 1792}},
    Row{"RTX 4090", {165.2, 1008}},
    Row{"RTX 3090", {71, 936}},
};

bool is_word_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Whether `part` stands in the name as words of its own: "A10" is not in "A100".
bool names(std::string_view device_name, std::string_view part) {
  for (std::size_t at = device_name.find(part); at != device_name.npos; at = device_name.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    if ((at == 0 || !is_word_character(device_name[at - 1])) &&
        (end == device_name.size() || !is_word_character(device_name[end])))
      return true;
  }
  return false;
}

}  // namespace

std::optional<DevicePeak> known_peak(std::string_view device_name) {
  const auto* row =
      std::ranges::find_if(kRows, [&](const Row& each) { return names(device_name, each.name); });
  return row == kRows.end() ? std::nullopt : std::optional(row->peak);
}

DevicePeak peak_of(torch::Device device) {
  if (!device.is_cuda()) return {};
  return known_peak(CudaDriver().device_name(std::max<int>(device.index(), 0))).value_or(DevicePeak{});
}

}  // namespace pixelsail
