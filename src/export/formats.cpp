#include "core/registry.h"
#include "export/format.h"

namespace pixelsail {
namespace {

constexpr AnnotationFormat kFormats[] = {
    {"folder", "this project's own layout: samples.jsonl and images/", read_folder_format,
     write_folder_format},
    {"coco", "COCO instances: polygons and run lengths", read_coco, write_coco},
    {"labelme", "LabelMe: one JSON file a picture", read_labelme, write_labelme},
    {"yolo", "Ultralytics YOLO: data.yaml and one text file a picture, of segmentation or detection",
     read_yolo, write_yolo},
    {"label_studio", "Label Studio's JSON export: polygons, brushes, rectangles", read_label_studio,
     write_label_studio},
    {"cvat", "CVAT for images 1.1 (XML): polygons, boxes, masks", read_cvat, write_cvat},
    {"mask_folder", "pictures and PNG masks of the same name", read_mask_folder, write_mask_folder},
};

}  // namespace

std::span<const AnnotationFormat> annotation_formats() {
  return kFormats;
}

std::vector<std::string> annotation_format_names() {
  return row_names(annotation_formats());
}

const AnnotationFormat& annotation_format(std::string_view name) {
  return find_row(annotation_formats(), name, "format of annotations");
}

}  // namespace pixelsail
