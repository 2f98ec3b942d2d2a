# LibTorch as the imported target PixelSail::torch, without the CMake files that come with it: those of the PyPI wheel
# demand a CUDA toolkit. Only libtorch_cpu and libc10 are linked; the CUDA part is loaded at run time when a GPU and
# its libraries are there (src/model/device.cpp), so one build serves both.
#
# Where it is looked for: PIXELSAIL_TORCH_ROOT (a folder with include/ and lib/), CMAKE_PREFIX_PATH (a LibTorch zip or
# a wheel's share/cmake folder), then .venv of this repository.

set(PIXELSAIL_TORCH_VERSION 2.11)
set(PIXELSAIL_TORCH_ROOT "" CACHE PATH "Folder of LibTorch (with include/ and lib/)")

set(_candidates ${PIXELSAIL_TORCH_ROOT})
if(NOT PIXELSAIL_TORCH_ROOT)
  foreach(prefix IN LISTS CMAKE_PREFIX_PATH)
    list(APPEND _candidates ${prefix} ${prefix}/.. ${prefix}/../..)
  endforeach()
  file(GLOB _wheels ${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch)
  list(APPEND _candidates ${_wheels})
endif()

set(_torch_root "")
foreach(candidate IN LISTS _candidates)
  if(EXISTS ${candidate}/lib/libtorch_cpu.so AND EXISTS ${candidate}/include/ATen/ATen.h)
    get_filename_component(_torch_root ${candidate} REALPATH)
    break()
  endif()
endforeach()
if(NOT _torch_root)
  message(FATAL_ERROR "LibTorch ${PIXELSAIL_TORCH_VERSION} was not found: run tools/bootstrap.sh, or pass "
                      "-DCMAKE_PREFIX_PATH=/path/to/libtorch or -DPIXELSAIL_TORCH_ROOT=/path/to/torch.")
endif()

include(${CMAKE_CURRENT_LIST_DIR}/TorchTargets.cmake)
pixelsail_torch_version(${_torch_root} _found)
pixelsail_torch_description(${_torch_root} PIXELSAIL_TORCH_FOUND)
if(NOT _found VERSION_EQUAL PIXELSAIL_TORCH_VERSION)
  message(FATAL_ERROR "LibTorch in ${_torch_root} is ${PIXELSAIL_TORCH_FOUND}, but PixelSail needs "
                      "${PIXELSAIL_TORCH_VERSION} (LibTorch has no ABI stability between releases): run "
                      "tools/bootstrap.sh, or pass -DPIXELSAIL_TORCH_ROOT=/path/to/torch-${PIXELSAIL_TORCH_VERSION}.")
endif()
message(STATUS "LibTorch ${PIXELSAIL_TORCH_FOUND}: ${_torch_root}")
set(PIXELSAIL_TORCH_FOUND_ROOT ${_torch_root})

pixelsail_add_torch_target(PixelSail::torch ${_torch_root})
