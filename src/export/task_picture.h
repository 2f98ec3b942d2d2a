#pragma once

/// How Label Studio names pictures.

#include <optional>
#include <string>

#include "export/picture_folder.h"
#include "io/json.h"

namespace pixelsail {

/// Which picture a task is about: data.image, else the only text in "data", without the address of a server and with
/// %20 and the like replaced: "/data/upload/1/3f2c1a7b-cup.jpg", "kitchen/cup.jpg" of "/data/local-files/?d=kitchen%2Fcup.jpg".
/// Throws DataError when there is none.
std::string task_picture(const Json& data);

/// The picture below the folders, also without the eight digits that an upload puts in front of its name.
std::optional<PictureFolder::Found> find_task_picture(const PictureFolder& pictures, const std::string& name);

}  // namespace pixelsail
