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

# landfall_room(<name> [SOURCES_IN dirs...] [DEPENDS targets...])
# Makes the static library landfall_<name> from every .cpp of the folders (not
# *_test.cpp), and the test program <name>_test from the *_test.cpp there. A
# folder's sub-rooms are named too, or as "folder/*" all at once.
function(landfall_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES_IN;DEPENDS;TEST_DEPENDS" ${ARGN})
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
  else()
    add_library(landfall_${name} INTERFACE)
    target_link_libraries(landfall_${name} INTERFACE ${ARG_DEPENDS})
  endif()
  if(tests AND LANDFALL_TESTS)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE landfall_${name}
                          ${ARG_TEST_DEPENDS} GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit)
    add_dependencies(unit_tests ${name}_test)
  endif()
endfunction()
