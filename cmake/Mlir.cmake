# MLIR and LLVM 22 from Debian's packages, and the two precompiled headers:
# one with the MLIR that ir/, frontend/ and compiler/ need, one with LLVM's IR
# builder for the code generators.

find_package(MLIR REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
find_package(LLVM REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/llvm)
if(NOT LLVM_VERSION_MAJOR EQUAL 22)
  message(FATAL_ERROR "Landfall needs LLVM 22, found ${LLVM_VERSION}")
endif()
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# Their headers are not held to our warnings.
add_library(landfall_mlir_headers INTERFACE)
target_include_directories(landfall_mlir_headers SYSTEM INTERFACE
                           ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
add_library(landfall_mlir INTERFACE)
target_link_libraries(landfall_mlir INTERFACE landfall_mlir_headers MLIR LLVM)
add_library(landfall_llvm INTERFACE)
target_link_libraries(landfall_llvm INTERFACE landfall_mlir_headers LLVM)
add_library(landfall_lld INTERFACE)
target_link_libraries(landfall_lld INTERFACE landfall_llvm
                      /usr/lib/llvm-22/lib/liblldELF.a
                      /usr/lib/llvm-22/lib/liblldCommon.a z zstd)
