# What `cmake --install` gives: the program, one shared library with everything the public headers declare, the headers,
# and a CMake package, so that another project says find_package(stepwell) and links stepwell::stepwell.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(folders base ir kernels ops passes converter runtime state verify view quantize apps_deepspeech apps_lm1b)
list(TRANSFORM folders PREPEND stepwell_)

file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/shared_library.cc" "// The library is made of the folders' archives.\n")
add_library(libstepwell SHARED "${CMAKE_CURRENT_BINARY_DIR}/shared_library.cc")
set_target_properties(libstepwell PROPERTIES OUTPUT_NAME stepwell EXPORT_NAME stepwell VERSION ${PROJECT_VERSION}
                                             SOVERSION ${PROJECT_VERSION_MAJOR})
# All of each archive, then the archives once more for what they link themselves.
foreach(folder IN LISTS folders)
  list(APPEND archives $<TARGET_FILE:${folder}>)
endforeach()
target_link_libraries(libstepwell PRIVATE "-Wl,--whole-archive" ${archives} "-Wl,--no-whole-archive" ${folders})
add_dependencies(libstepwell ${folders})
target_compile_features(libstepwell INTERFACE cxx_std_20)
target_include_directories(libstepwell INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                                 $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

install(TARGETS libstepwell EXPORT stepwellTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS stepwell RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# Headers that only kernels' sources include (they show Highway) and those of tests stay behind.
install(DIRECTORY "${PROJECT_SOURCE_DIR}/stepwell" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h"
        PATTERN "*-inl.h" EXCLUDE PATTERN "*test_support.h" EXCLUDE)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/stepwell)
install(EXPORT stepwellTargets NAMESPACE stepwell:: DESTINATION ${package_folder} FILE stepwellConfig.cmake)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/stepwellConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/stepwellConfigVersion.cmake" DESTINATION ${package_folder})
