# Puts a folder of installed files in the order of a package, from cpack or by itself:
#   cmake -DCPACK_PIXELSAIL_LAUNCH=FILE -DCPACK_TEMPORARY_INSTALL_DIRECTORY=FOLDER -P cmake/PackageLayout.cmake
# Programs go to lib/pixelsail/programs; bin has links to the script that finds LibTorch for them. Paths of the machine
# that built them go away. For TGZ the libraries that are not of glibc, the compiler or LibTorch come along.
cmake_minimum_required(VERSION 3.25)

set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
if(CPACK_GENERATOR STREQUAL "DEB")
  string(APPEND root /usr)
endif()
set(home ${root}/lib/pixelsail)
file(MAKE_DIRECTORY ${home}/programs)
file(COPY_FILE ${CPACK_PIXELSAIL_LAUNCH} ${home}/launch)
file(CHMOD ${home}/launch PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

file(GLOB programs ${root}/bin/*)
foreach(program IN LISTS programs)
  get_filename_component(name ${program} NAME)
  if(IS_SYMLINK ${program})
    continue()
  endif()
  file(RENAME ${program} ${home}/programs/${name})
  file(RPATH_REMOVE FILE ${home}/programs/${name})
  # Started by pixelsail-doctor only.
  if(NOT name STREQUAL "pixelsail-doctor-devices")
    file(CREATE_LINK ../lib/pixelsail/launch ${program} SYMBOLIC)
  endif()
endforeach()
file(GLOB programs ${home}/programs/*)
if(NOT programs)
  message(FATAL_ERROR "${root}/bin has no programs")
endif()

file(GLOB libraries ${root}/${CPACK_PIXELSAIL_LIBDIR}/libpixelsail.so.*)
foreach(library IN LISTS libraries)
  if(NOT IS_SYMLINK ${library})
    file(RPATH_CHANGE FILE ${library} OLD_RPATH "$ORIGIN:${CPACK_PIXELSAIL_TORCH_ROOT}/lib" NEW_RPATH "$ORIGIN")
  endif()
endforeach()
file(GLOB_RECURSE configs ${root}/${CPACK_PIXELSAIL_LIBDIR}/cmake/PixelSail/PixelSailConfig.cmake)
foreach(config IN LISTS configs)
  file(READ ${config} text)
  string(REPLACE "${CPACK_PIXELSAIL_TORCH_ROOT}" "" text "${text}")
  file(WRITE ${config} "${text}")
endforeach()

if(CPACK_GENERATOR STREQUAL "TGZ")
  file(GET_RUNTIME_DEPENDENCIES
    EXECUTABLES ${programs}
    RESOLVED_DEPENDENCIES_VAR found
    UNRESOLVED_DEPENDENCIES_VAR missing
    PRE_EXCLUDE_REGEXES "^lib(torch|c10|cu|nv|gomp)" "^lib(c|m|dl|pthread|rt|resolv|util|mvec|stdc\\+\\+|gcc_s)\\.so" "^ld-linux")
  if(missing)
    message(FATAL_ERROR "libraries that were not found: ${missing}")
  endif()
  foreach(library IN LISTS found)
    file(COPY ${library} DESTINATION ${home}/libs FOLLOW_SYMLINK_CHAIN)
  endforeach()
endif()
