#pragma once

/// Small annotation files as they should be, of every layout that predictions are scored against.

#include <string>

namespace pixelsail::fuzz {

inline constexpr const char* kRefs =
    R"([{"ref_id":1,"ann_id":10,"image_id":5,"split":"val","file_name":"a_0.jpg","category_id":3,"sent_ids":[0,1],)"
    R"("sentences":[{"sent_id":0,"sent":"left cup","raw":"Left cup","tokens":["left","cup"]},)"
    R"({"sent_id":1,"sent":"a cup","raw":"a cup","tokens":["a","cup"]}]},)"
    R"({"ref_id":2,"ann_id":11,"image_id":5,"split":"testA","sentences":[{"sent_id":2,"sent":"dog"}]}])";
inline constexpr const char* kGrefs =
    R"([{"ref_id":1,"ann_id":[10,11],"image_id":5,"split":"val","no_target":false,"kind":"two",)"
    R"("sentences":[{"sent_id":0,"sent":"both cups","raw":"both cups"}]},)"
    R"({"ref_id":2,"ann_id":[-1],"image_id":5,"split":"val","sentences":[{"sent_id":1,"sent":"no cat","kind":"x"}]},)"
    R"({"ref_id":3,"ann_id":[11],"image_id":5,"split":"train","sentences":[]}])";
inline constexpr const char* kInstances =
    R"({"info":{"year":2014},"images":[{"id":5,"file_name":"a.jpg","height":9,"width":12,"license":1}],)"
    R"("annotations":[{"id":10,"image_id":5,"category_id":3,"iscrowd":0,"area":12.5,"bbox":[0,0,4,4],)"
    R"("segmentation":[[0,0,4,0,4,4,0,4],[2,2,6,2,6,6]]},)"
    R"({"id":11,"image_id":5,"category_id":3,"iscrowd":0,"segmentation":{"size":[9,12],"counts":[10,6,92]}}],)"
    R"("categories":[{"id":3,"name":"cup"}]})";
inline constexpr const char* kGcgMasks =
    R"({"images":[{"id":7,"file_name":"a.jpg","height":4,"width":6},{"id":9,"height":3,"width":7}],)"
    R"("annotations":[{"id":1,"image_id":7,"category_id":1,"iscrowd":0,"segmentation":{"size":[4,6],"counts":[2,3,19]}},)"
    R"({"id":2,"image_id":9,"category_id":1,"segmentation":[[0,0,3,0,3,2]]}]})";
inline constexpr const char* kGcgCaptions =
    R"({"images":[{"id":7}],"annotations":[{"id":1,"image_id":7,"caption":"A cup on a table.","labels":["cup"]}]})";
inline constexpr const char* kMuse =
    R"([{"file_name":"train2017/a.jpg","height":4,"width":6,"image_id":1,"questions":["What holds tea?","And milk?"],)"
    R"("answers":[[{"segmentation":[[0,0,3,0,3,2],[1,1,5,1,5,3]],"bbox":[0,0,3,2]}],[]],"text_answers":["{seg}",""]}])";
inline constexpr const char* kReasonSeg =
    R"({"text":["something to drink from","b"],"is_sentence":true,"shapes":[)"
    R"({"label":"target","points":[[1,1],[20,1],[20.5,12],[1,12]]},{"label":"Ignore","points":[[3,3],[9,9]]},)"
    R"({"label":"flag","points":[]}]})";
inline constexpr const char* kPerBenchCaptions =
    R"([{"image_name":"sa_1.jpg","object_annotations":[{"segmentation":{"size":[3,7],"counts":"52>"},)"
    R"("caption":"a cup"},{"segmentation":{"size":[2,2],"counts":[1,2,1]},"caption":"x"}]}])";
inline constexpr const char* kPerBenchChoices =
    R"([{"image_name":"sa_1.jpg","mcqs":[{"object":{"size":[3,7],"counts":"52>"},)"
    R"("question":"What? A. x B. y","answer":"A"}]}])";
inline constexpr const char* kPerBenchSegmentations =
    R"([{"image_name":"a/sa_1.jpg","question":"Find what obj1 holds.","answer":"It is obj2.",)"
    R"("segmentations":{"obj1":{"size":[3,7],"counts":"52>"},"obj2":{"size":[3,7],"counts":[1,20]}}}])";
inline constexpr const char* kCaptions =
    R"({"images":[{"id":1},{"id":"b"}],"annotations":[{"image_id":1,"caption":"a cup"},)"
    R"({"image_id":"b","caption":"dogs"},{"image_id":1,"caption":"the cup"}]})";
/// A baseline JPEG of 16 x 32 up to its frame: sizes are read from the header.
inline const std::string kJpegHeader("\xff\xd8\xff\xc0\0\x0b\x08\0\x10\0\x20\1\1\x11\0", 15);

}  // namespace pixelsail::fuzz
