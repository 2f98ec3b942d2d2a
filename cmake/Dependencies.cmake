# Third-party libraries. Debian's packages by default; the minimal build takes header-only ones from a folder.

find_package(Threads REQUIRED)
include(TorchLibrary)

set(PIXELSAIL_DEPS_DIR "" CACHE PATH "Folder with header-only libraries and GoogleTest (for the minimal build)")
if(PIXELSAIL_DEPS_DIR)
  list(PREPEND CMAKE_PREFIX_PATH ${PIXELSAIL_DEPS_DIR})
endif()

find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
if(PIXELSAIL_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()

if(NOT PIXELSAIL_MINIMAL)
  find_package(spdlog REQUIRED)
  find_package(yaml-cpp REQUIRED)
  if(NOT TARGET yaml-cpp::yaml-cpp)
    add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
  endif()

  # Debian splits OpenCV: its CMake files come only with the 1 GB libopencv-dev, so look for the three parts we use.
  find_package(OpenCV QUIET COMPONENTS core imgproc imgcodecs)
  add_library(pixelsail_opencv INTERFACE)
  if(OpenCV_FOUND)
    target_link_libraries(pixelsail_opencv INTERFACE opencv_core opencv_imgproc opencv_imgcodecs)
  else()
    find_path(PIXELSAIL_OPENCV_INCLUDE opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
    target_include_directories(pixelsail_opencv SYSTEM INTERFACE ${PIXELSAIL_OPENCV_INCLUDE})
    foreach(part core imgproc imgcodecs)
      find_library(PIXELSAIL_OPENCV_${part} opencv_${part} REQUIRED)
      target_link_libraries(pixelsail_opencv INTERFACE ${PIXELSAIL_OPENCV_${part}})
    endforeach()
  endif()

  find_path(PIXELSAIL_SENTENCEPIECE_INCLUDE sentencepiece_processor.h REQUIRED)
  find_library(PIXELSAIL_SENTENCEPIECE sentencepiece REQUIRED)
  add_library(pixelsail_sentencepiece INTERFACE)
  target_include_directories(pixelsail_sentencepiece SYSTEM INTERFACE ${PIXELSAIL_SENTENCEPIECE_INCLUDE})
  # Only into programs that use it: see FLAGS_minloglevel in src/text/sentencepiece_tokenizer.cpp.
  target_link_libraries(pixelsail_sentencepiece
    INTERFACE "-Wl,--push-state,--as-needed,${PIXELSAIL_SENTENCEPIECE},--pop-state")

  find_path(PIXELSAIL_UTF8PROC_INCLUDE utf8proc.h REQUIRED)
  find_library(PIXELSAIL_UTF8PROC utf8proc REQUIRED)
  add_library(pixelsail_utf8proc INTERFACE)
  target_include_directories(pixelsail_utf8proc SYSTEM INTERFACE ${PIXELSAIL_UTF8PROC_INCLUDE})
  target_link_libraries(pixelsail_utf8proc INTERFACE ${PIXELSAIL_UTF8PROC})

  find_path(PIXELSAIL_STEMMER_INCLUDE libstemmer.h REQUIRED)
  find_library(PIXELSAIL_STEMMER stemmer REQUIRED)
  add_library(pixelsail_stemmer INTERFACE)
  target_include_directories(pixelsail_stemmer SYSTEM INTERFACE ${PIXELSAIL_STEMMER_INCLUDE})
  target_link_libraries(pixelsail_stemmer INTERFACE ${PIXELSAIL_STEMMER})

  find_path(PIXELSAIL_ZLIB_INCLUDE zlib.h REQUIRED)
  find_library(PIXELSAIL_ZLIB z REQUIRED)
  add_library(pixelsail_zlib INTERFACE)
  target_include_directories(pixelsail_zlib SYSTEM INTERFACE ${PIXELSAIL_ZLIB_INCLUDE})
  target_link_libraries(pixelsail_zlib INTERFACE ${PIXELSAIL_ZLIB})

  find_path(PIXELSAIL_LIBZIP_INCLUDE zip.h REQUIRED)
  find_library(PIXELSAIL_LIBZIP zip REQUIRED)
  add_library(pixelsail_libzip INTERFACE)
  target_include_directories(pixelsail_libzip SYSTEM INTERFACE ${PIXELSAIL_LIBZIP_INCLUDE})
  target_link_libraries(pixelsail_libzip INTERFACE ${PIXELSAIL_LIBZIP})

  find_path(PIXELSAIL_GIF_INCLUDE gif_lib.h REQUIRED)
  find_library(PIXELSAIL_GIF gif REQUIRED)
  add_library(pixelsail_giflib INTERFACE)
  target_include_directories(pixelsail_giflib SYSTEM INTERFACE ${PIXELSAIL_GIF_INCLUDE})
  target_link_libraries(pixelsail_giflib INTERFACE ${PIXELSAIL_GIF})

  find_path(PIXELSAIL_PUGIXML_INCLUDE pugixml.hpp REQUIRED)
  find_library(PIXELSAIL_PUGIXML pugixml REQUIRED)
  add_library(pixelsail_pugixml INTERFACE)
  target_include_directories(pixelsail_pugixml SYSTEM INTERFACE ${PIXELSAIL_PUGIXML_INCLUDE})
  target_link_libraries(pixelsail_pugixml INTERFACE ${PIXELSAIL_PUGIXML})

  find_path(PIXELSAIL_MD_INCLUDE md5.h REQUIRED)
  find_library(PIXELSAIL_MD md REQUIRED)
  add_library(pixelsail_md INTERFACE)
  target_include_directories(pixelsail_md SYSTEM INTERFACE ${PIXELSAIL_MD_INCLUDE})
  target_link_libraries(pixelsail_md INTERFACE ${PIXELSAIL_MD})
endif()
