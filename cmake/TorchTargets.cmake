# Functions about a LibTorch folder (with include/ and lib/); used by the build and by the installed package.

# Sets `out` to "MAJOR.MINOR", empty when the folder has no torch headers.
function(pixelsail_torch_version root out)
  set(version "")
  foreach(header ${root}/include/torch/headeronly/version.h ${root}/include/torch/csrc/api/include/torch/version.h)
    if(EXISTS ${header})
      file(STRINGS ${header} lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR) ")
      if(lines)
        string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*" "\\1.\\2" version "${lines}")
        break()
      endif()
    endif()
  endforeach()
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

# The imported target `name`: headers, libtorch_cpu and libc10.
function(pixelsail_add_torch_target name root)
  if(TARGET ${name})
    return()
  endif()
  add_library(${name} INTERFACE IMPORTED GLOBAL)
  foreach(part torch_cpu c10)
    add_library(${name}_${part} SHARED IMPORTED GLOBAL)
    set_target_properties(${name}_${part} PROPERTIES IMPORTED_LOCATION ${root}/lib/lib${part}.so IMPORTED_NO_SONAME OFF)
    target_link_libraries(${name} INTERFACE ${name}_${part})
  endforeach()
  target_include_directories(${name} SYSTEM INTERFACE ${root}/include ${root}/include/torch/csrc/api/include)
  # libtorch_cpu of a CUDA wheel needs the CUDA runtime wheels, found through its own run path.
  target_link_options(${name} INTERFACE -Wl,--allow-shlib-undefined)
endfunction()
