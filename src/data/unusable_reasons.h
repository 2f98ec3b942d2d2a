#pragma once

/// The names of reasons for which a sample cannot be used.

#include <string_view>

namespace pixelsail {

/// The names, in the order of docs/datasets.md. The last one is for errors without a name.
inline constexpr std::string_view kUnusableReasons[] = {"image_missing",
                                                        "id_map_missing",
                                                        "json_missing",
                                                        "no_objects",
                                                        "no_regions",
                                                        "too_many_regions",
                                                        "counts_differ",
                                                        "no_masks",
                                                        "no_questions",
                                                        "no_text",
                                                        "no_description_key",
                                                        "answer_marks_differ",
                                                        "empty_answer_list",
                                                        "empty_expression",
                                                        "crowd_run_lengths",
                                                        "compressed_run_lengths",
                                                        "segment_without_pixels",
                                                        "mask_sizes_differ",
                                                        "prompt_grid_differs",
                                                        "unknown_role",
                                                        "nothing_scored",
                                                        "too_long",
                                                        "image_too_large",
                                                        "malformed_record",
                                                        "unnamed"};

}  // namespace pixelsail
