#pragma once

/// Readers of the files of annotation tools (src/export).

#include "mutator.h"

namespace pixelsail::fuzz {

Material coco_tool_material();
void run_coco_tool(const std::string& input);
Material labelme_material();
void run_labelme(const std::string& input);
Material yolo_material();
void run_yolo(const std::string& input);
Material label_studio_material();
void run_label_studio(const std::string& input);
Material brush_material();
void run_brush(const std::string& input);
Material cvat_material();
void run_cvat(const std::string& input);
Material mask_names_material();
void run_mask_names(const std::string& input);
Material folder_things_material();
void run_folder_things(const std::string& input);

}  // namespace pixelsail::fuzz
