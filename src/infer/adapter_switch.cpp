#include "infer/adapter_switch.h"

namespace pixelsail {

AdapterSwitch::AdapterSwitch(PixelSailImpl& model) {
  for (const auto& [name, linear] : linear_layers(model)) layers_[name] = {linear, linear->lora};
}

void AdapterSwitch::use(const Adapter* adapter) {
  for (const auto& [name, layer] : layers_) {
    if (adapter == nullptr) {
      layer.linear->lora = layer.first;
      continue;
    }
    const auto found = adapter->layers().find(name);
    layer.linear->lora = found == adapter->layers().end() ? nullptr : found->second;
  }
}

}  // namespace pixelsail
