# Per-target compile options and the functions that declare rooms, programs and tests.

# ccache, where it is installed and works, makes a second build from a clean folder quick.
if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(PIXELSAIL_CCACHE ccache)
  if(PIXELSAIL_CCACHE)
    execute_process(COMMAND ${PIXELSAIL_CCACHE} -s RESULT_VARIABLE _ccache_status OUTPUT_QUIET ERROR_QUIET)
    if(_ccache_status EQUAL 0)
      # A precompiled header has no text to hash: ccache needs to be told to trust its checksum instead.
      set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${PIXELSAIL_CCACHE})
      set(PIXELSAIL_CCACHE_USED ON)
    endif()
  endif()
endif()

function(pixelsail_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${PIXELSAIL_WERROR}>:-Werror>)
  # clang counts signs among -Wconversion, g++ does not.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>)
  # -Wpedantic has nothing to say about designated initializers in C++20; partly initialized aggregates are our style.
  target_compile_options(${target} PRIVATE -Wno-missing-field-initializers)
  # g++ 12 sees overlapping or oversized copies in std::string's operator+ where there are none (GCC bug 105651).
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-stringop-overflow)
  endif()
  if(PIXELSAIL_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  endif()
endfunction()

# A file that includes torch costs about 25 s without this: one precompiled header, made by the model room.
function(pixelsail_torch_pch target)
  if(NOT PIXELSAIL_PCH)
    return()
  endif()
  if(PIXELSAIL_CCACHE_USED AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)  # ccache hashes what the preprocessor prints
  endif()
  if(target STREQUAL "pixelsail_model")
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src/model/pch.h)
  else()
    # Programs are compiled with -fPIE by default, which the header made with -fPIC does not fit.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
    target_precompile_headers(${target} REUSE_FROM pixelsail_model)
  endif()
endfunction()

# A file costs two to five seconds before its first line of ours: the headers of the standard library, of JSON, of OpenCV and
# templates of torch's that are left to the end. Several files of a room, or of a test, share them.
function(pixelsail_unity target)
  if(PIXELSAIL_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
    # g++ takes every file but the first for a header, whose Impl must not hold types of an anonymous namespace.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# pixelsail_room(NAME SOURCES a.cpp b.cpp [DEPS other rooms] [LINK libraries kept inside] [TORCH])
function(pixelsail_room name)
  cmake_parse_arguments(arg "TORCH" "" "SOURCES;DEPS;LINK" ${ARGN})
  set(target pixelsail_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  pixelsail_compile_options(${target})
  foreach(dep IN LISTS arg_DEPS)
    target_link_libraries(${target} PUBLIC pixelsail_${dep})
  endforeach()
  target_link_libraries(${target} PRIVATE ${arg_LINK})
  if(arg_TORCH)
    target_link_libraries(${target} PUBLIC PixelSail::torch)
    pixelsail_torch_pch(${target})
  endif()
  pixelsail_unity(${target})
endfunction()

# Targets "programs" (all of them) and "demo_programs" (those that tools/demo.sh runs).
add_custom_target(programs)
add_custom_target(demo_programs)

# pixelsail_program(NAME SOURCES main.cpp DEPS rooms [TORCH]): build/.../bin/NAME
function(pixelsail_program name)
  cmake_parse_arguments(arg "TORCH" "" "SOURCES;DEPS" ${ARGN})
  foreach(dep IN LISTS arg_DEPS)
    if(NOT TARGET pixelsail_${dep})
      return()
    endif()
  endforeach()
  add_executable(${name} ${arg_SOURCES})
  add_dependencies(programs ${name})
  pixelsail_compile_options(${name})
  foreach(dep IN LISTS arg_DEPS)
    target_link_libraries(${name} PRIVATE pixelsail_${dep})
  endforeach()
  target_link_libraries(${name} PRIVATE CLI11::CLI11)
  if(arg_TORCH)
    pixelsail_torch_pch(${name})
  endif()
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "${PIXELSAIL_TORCH_FOUND_ROOT}/lib")
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT programs)
endfunction()

# pixelsail_test(NAME SOURCES x_test.cpp DEPS rooms [TORCH]): one GoogleTest program a room, each case a ctest.
# Tests find the repository's fixtures through PIXELSAIL_SOURCE_DIR.
function(pixelsail_test name)
  cmake_parse_arguments(arg "TORCH" "LABEL" "SOURCES;DEPS;LINK" ${ARGN})
  foreach(dep IN LISTS arg_DEPS)
    if(NOT TARGET pixelsail_${dep})
      return()
    endif()
  endforeach()
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  add_executable(${name} ${arg_SOURCES})
  pixelsail_compile_options(${name})
  foreach(dep IN LISTS arg_DEPS)
    target_link_libraries(${name} PRIVATE pixelsail_${dep})
  endforeach()
  target_link_libraries(${name} PRIVATE GTest::gtest_main ${arg_LINK})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)  # for "support/..."
  target_compile_definitions(${name} PRIVATE PIXELSAIL_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             PIXELSAIL_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(arg_TORCH)
    pixelsail_torch_pch(${name})
  endif()
  pixelsail_unity(${name})
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 900)
endfunction()
