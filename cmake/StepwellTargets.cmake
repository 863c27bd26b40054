# One function per kind of target, so that a folder's CMakeLists.txt says only what the folder is called and what
# it may depend on. Link dependencies are the arrows of docs/architecture.md: a folder sees nothing it does not name.

add_library(stepwell_options INTERFACE)
target_compile_options(stepwell_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor)
if(STEPWELL_SANITIZE)
  target_compile_options(stepwell_options INTERFACE -fsanitize=${STEPWELL_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  target_link_options(stepwell_options INTERFACE -fsanitize=${STEPWELL_SANITIZE})
endif()
if(STEPWELL_BUILD_FUZZ)
  target_compile_options(stepwell_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# stepwell_library(<folder> [DEPENDS <folder>...] [PRIVATE_LINK <lib>...] [EXTRA_SOURCES <file>...])
# Every .cc of the folder and of its sub-folders, without *_test.cc and *_bench.cc, becomes the static library
# stepwell_<folder>; every *_test.cc becomes part of the test program stepwell_<folder>_tests.
function(stepwell_library folder)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE_LINK;TEST_LINK;EXTRA_SOURCES" ${ARGN})
  string(REPLACE "/" "_" name "${folder}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_(test|bench)|/main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(APPEND sources ${ARG_EXTRA_SOURCES})
  set(target stepwell_${name})
  list(TRANSFORM ARG_DEPENDS PREPEND stepwell_)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_LINK} fmt::fmt
                          $<BUILD_INTERFACE:stepwell_options>)
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${ARG_DEPENDS})
    target_include_directories(${target} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  endif()
  if(STEPWELL_BUILD_TESTS AND tests)
    stepwell_test(${target}_tests SOURCES ${tests} LINK ${target} ${ARG_TEST_LINK})
  endif()
endfunction()

# stepwell_test(<name> SOURCES <file>... LINK <lib>... [LABEL <label>]): one GoogleTest program, one CTest entry per test.
# Tests find the files they read below STEPWELL_SOURCE_DIR.
function(stepwell_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} fmt::fmt GTest::gtest_main GTest::gmock stepwell_options)
  target_compile_definitions(${name} PRIVATE STEPWELL_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             STEPWELL_BINARY_DIR="${PROJECT_BINARY_DIR}")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 120 PROPERTIES TIMEOUT 600 LABELS "${ARG_LABEL}")
endfunction()
