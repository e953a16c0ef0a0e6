# Compiler flags and the one way a room is declared.

add_compile_options(-Wall -Wextra -Werror -Wno-gnu-statement-expression
                    -Wno-deprecated-declarations # libstdc++ 12's own stable_sort
                    -fno-omit-frame-pointer)
# Debian's LLVM has neither the type information that vptr needs nor
# instrumentation; test/sanitize/sanitize.sh tells the run time of that.
if(LANDFALL_SANITIZE MATCHES "^(address|fuzzer)$")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr
                      -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
  if(LANDFALL_SANITIZE STREQUAL "fuzzer")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=fuzzer-no-link>)
  endif()
elseif(LANDFALL_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
elseif(LANDFALL_SANITIZE)
  message(FATAL_ERROR "LANDFALL_SANITIZE is '${LANDFALL_SANITIZE}'; it may be "
                      "address, thread or fuzzer")
endif()
# Precompiled headers that are the same bytes each time can be cached.
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
# By its build ID, the compiler knows whether cached code is its own.
add_link_options(-fuse-ld=lld -Wl,--build-id=sha1)
include_directories(${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include ${CMAKE_BINARY_DIR}
                    ${CMAKE_BINARY_DIR}/generated)

# All rooms' test programs; `ctest -L unit` runs them.
add_custom_target(unit_tests)

# landfall_test_options(<target>): tests are compiled quickly, what they test is
# compiled well. One kind of code, so that programs share precompiled headers.
function(landfall_test_options target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIE $<$<COMPILE_LANGUAGE:CXX>:-O0>)
endfunction()

# What most rooms and tests include; to parse it takes longer than all else.
function(landfall_precompiled_headers)
  set(empty ${CMAKE_BINARY_DIR}/generated/empty.cpp)
  file(WRITE ${empty} "")
  set(headers ${CMAKE_SOURCE_DIR}/cmake/precompiled.h <fmt/format.h> <nlohmann/json.hpp>)
  add_library(landfall_headers OBJECT ${empty})
  target_precompile_headers(landfall_headers PRIVATE ${headers})
  target_link_libraries(landfall_headers PRIVATE fmt::fmt nlohmann_json::nlohmann_json)
  if(LANDFALL_TESTS)
    add_library(landfall_test_headers OBJECT ${empty})
    landfall_test_options(landfall_test_headers)
    target_precompile_headers(landfall_test_headers PRIVATE ${headers} <gtest/gtest.h>)
    target_link_libraries(landfall_test_headers PRIVATE
                          fmt::fmt nlohmann_json::nlohmann_json GTest::gtest)
  endif()
endfunction()

# At the end: the owner may be a room that comes later.
function(landfall_reuse_headers target owner)
  cmake_language(EVAL CODE "cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR}
    CALL target_precompile_headers ${target} REUSE_FROM ${owner})")
endfunction()

# landfall_room(<name> [SOURCES_IN dirs...] [DEPENDS targets...]
#               [TEST_DEPENDS targets...] [HEADERS target [TEST_HEADERS target]])
# Makes the static library landfall_<name> from every .cpp of the folders (not
# *_test.cpp), and the test program <name>_test from the *_test.cpp there. A
# folder's sub-rooms are named too, or as "folder/*" all at once. Headers are
# precompiled by another target, by default the two above; a room with HEADERS OWN
# names its own.
function(landfall_room name)
  cmake_parse_arguments(ARG "" "HEADERS;TEST_HEADERS"
                        "SOURCES_IN;DEPENDS;TEST_DEPENDS" ${ARGN})
  if(NOT ARG_HEADERS)
    set(ARG_HEADERS landfall_headers)
  endif()
  if(NOT ARG_TEST_HEADERS)
    set(ARG_TEST_HEADERS landfall_test_headers)
  endif()
  if(NOT ARG_SOURCES_IN)
    set(ARG_SOURCES_IN .)
  endif()
  set(sources)
  set(tests)
  foreach(dir ${ARG_SOURCES_IN})
    set(glob GLOB)
    if(dir MATCHES "/\\*$")
      set(glob GLOB_RECURSE)
      string(REGEX REPLACE "/\\*$" "" dir ${dir})
    endif()
    file(${glob} found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.cpp)
    foreach(file ${found})
      if(file MATCHES "_test\\.cpp$")
        list(APPEND tests ${file})
      else()
        list(APPEND sources ${file})
      endif()
    endforeach()
  endforeach()
  if(sources)
    add_library(landfall_${name} STATIC ${sources})
    target_link_libraries(landfall_${name} PUBLIC ${ARG_DEPENDS})
    if(NOT ARG_HEADERS STREQUAL OWN)
      landfall_reuse_headers(landfall_${name} ${ARG_HEADERS})
    endif()
  else()
    add_library(landfall_${name} INTERFACE)
    target_link_libraries(landfall_${name} INTERFACE ${ARG_DEPENDS})
  endif()
  if(tests AND LANDFALL_TESTS)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE landfall_${name}
                          ${ARG_TEST_DEPENDS} GTest::gtest_main)
    landfall_test_options(${name}_test)
    if(NOT ARG_TEST_HEADERS STREQUAL OWN)
      landfall_reuse_headers(${name}_test ${ARG_TEST_HEADERS})
    endif()
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit)
    add_dependencies(unit_tests ${name}_test)
  endif()
endfunction()
