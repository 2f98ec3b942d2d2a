# cpack --config build/release/CPackConfig.cmake (tools/package.sh): a .deb that depends on Debian's packages, and a
# .tar.gz that brings the libraries it needs. Neither has LibTorch in it: programs are started by a script that finds
# the one of the machine (cmake/launch.sh.in).

configure_file(cmake/launch.sh.in launch @ONLY)

set(CPACK_PACKAGE_NAME pixelsail)
set(CPACK_PACKAGE_VENDOR "The PixelSail authors")
set(CPACK_PACKAGE_CONTACT "The PixelSail authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Segments, describes and answers about regions of pictures, in C++")
set(CPACK_PACKAGE_DESCRIPTION "Pixel-SAIL in C++: programs to train, evaluate and ask it, and a library.
LibTorch ${PIXELSAIL_TORCH_VERSION} is taken from Python's torch package when a program starts.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_SYSTEM_NAME linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PIXELSAIL_TORCH_FOUND_ROOT}/lib)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3, wordnet-base")

# What stands in the staged folder is put in order before it is packed.
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/PackageLayout.cmake)
set(CPACK_PIXELSAIL_LAUNCH ${PROJECT_BINARY_DIR}/launch)
set(CPACK_PIXELSAIL_TORCH_ROOT ${PIXELSAIL_TORCH_FOUND_ROOT})
set(CPACK_PIXELSAIL_LIBDIR ${CMAKE_INSTALL_LIBDIR})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/configs DESTINATION ${CMAKE_INSTALL_DATADIR}/pixelsail COMPONENT programs)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/docs/third_party.md
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/pixelsail COMPONENT programs)
include(CPack)
