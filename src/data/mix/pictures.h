#pragma once

/// Where the pictures of the training mix are: below ROOT/images, and beside some annotation files.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "image/image_size.h"

namespace pixelsail::detail {

/// The four folders of COCO.
inline constexpr std::string_view kCocoFolders[] = {"train2014", "val2014", "train2017", "val2017"};

/// Sets image and image_key of the sample to the picture called `name`: below `folder` of ROOT/images; a name with
/// folders of its own below ROOT/images. Throws UnusableSample (image_missing) when it is not there or leads out of
/// the folder.
void find_picture(const std::filesystem::path& root, std::string_view folder, const std::string& name,
                  Sample& sample);
/// The same for a name whose folder is not sure: as it stands below ROOT/images (a leading "coco/" may be left out),
/// then its last part in each of `folders`.
void find_picture_in(const std::filesystem::path& root, std::span<const std::string_view> folders,
                     const std::string& name, Sample& sample);
/// The picture at this path.
void use_picture(const std::filesystem::path& path, const std::string& key, Sample& sample);

/// Of the sample's picture, from its header. Throws UnusableSample (image_missing) for one that cannot be read.
ImageSize picture_size(const Sample& sample);

}  // namespace pixelsail::detail
