# Installs the build, checks that the README shows the example as it is, builds the example as a project of its own that
# finds the installed package, and runs it on a converted model.
#   cmake -DBUILD=<build folder> -DSOURCE=<source folder> -P run.cmake
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(READ "${SOURCE}/tests/find_package/example.cc" example)
file(READ "${SOURCE}/README.md" readme)
string(FIND "${readme}" "${example}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "README.md does not show tests/find_package/example.cc as it is")
endif()

set(work "${BUILD}/find_package")
file(REMOVE_RECURSE "${work}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${work}/prefix")
run("${CMAKE_COMMAND}" -G Ninja -S "${SOURCE}/tests/find_package" -B "${work}/build" "-DCMAKE_PREFIX_PATH=${work}/prefix"
    -DCMAKE_BUILD_TYPE=Release)
run("${CMAKE_COMMAND}" --build "${work}/build")
run("${work}/prefix/bin/stepwell" convert "${SOURCE}/models/deepspeech/0.8.2-64/output_graph.pb" --output_dir "${work}"
    --silent)
execute_process(COMMAND "${work}/build/example" "${work}/output_graph.xml" OUTPUT_VARIABLE said
                COMMAND_ERROR_IS_FATAL ANY)
if(NOT said MATCHES "2 states, [0-9]+ bytes saved after call 1")
  message(FATAL_ERROR "the example said: ${said}")
endif()
