# `cmake --install build --prefix DIR`: a tree that may be moved as a whole.
#
#   bin/landfall, bin/landfall-*-card
#   include/landfall/landfall.h, landfall.hpp and their parts
#   lib/liblandfall.so.0             what programs link; runs packages
#   lib/liblandfall_compiler.so.0    loaded by it to compile a model
#   lib/liblandfall_images.so.0      loaded by it to decode images
#   lib/liblandfall_onnxruntime.so   loaded by ONNX Runtime (docs/onnxruntime.md)
#   lib/cmake/Landfall, lib/pkgconfig
#   lib/python3.*/site-packages/landfall
#
# Components: runtime (enough to run packages), compiler, program, development,
# python.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Landfall)

target_include_directories(landfall INTERFACE
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(landfall INTERFACE c_std_99)
install(TARGETS landfall EXPORT LandfallTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        COMPONENT runtime NAMELINK_COMPONENT development)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
# What decodes images for models that do.
set_target_properties(landfall_images_plugin PROPERTIES INSTALL_RPATH $ORIGIN)
install(TARGETS landfall_images_plugin
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        COMPONENT runtime NAMELINK_SKIP)
# What ONNX Runtime loads; it finds liblandfall.so beside it.
set_target_properties(landfall_onnxruntime_provider PROPERTIES
                      INSTALL_RPATH $ORIGIN)
install(TARGETS landfall_onnxruntime_provider
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
# Cards of simulated chips that run in processes of their own.
get_property(cards GLOBAL PROPERTY LANDFALL_CARD_PROGRAMS)
if(cards)
  install(TARGETS ${cards} COMPONENT runtime)
endif()

if(LANDFALL_PROGRAM)
  install(TARGETS landfall_program COMPONENT program)
  set_target_properties(landfall_program PROPERTIES
                        INSTALL_RPATH $ORIGIN/../${CMAKE_INSTALL_LIBDIR})
endif()

if(LANDFALL_COMPILER)
  # MLIR and LLVM stay where they are.
  set_target_properties(landfall_compiler_plugin PROPERTIES
                        INSTALL_RPATH $ORIGIN
                        INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS landfall_compiler_plugin
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
          COMPONENT compiler NAMELINK_SKIP)

  # Importable where the prefix is a virtual environment.
  find_package(Python 3.9 COMPONENTS Interpreter REQUIRED)
  set(python_dir ${CMAKE_INSTALL_LIBDIR}/python${Python_VERSION_MAJOR}.${Python_VERSION_MINOR}/site-packages/landfall)
  set_target_properties(landfall_python PROPERTIES INSTALL_RPATH $ORIGIN/../../..)
  install(TARGETS landfall_python LIBRARY DESTINATION ${python_dir}
          COMPONENT python)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/apps/python/landfall/
          DESTINATION ${python_dir} COMPONENT python
          PATTERN __pycache__ EXCLUDE)
  # By which PyTorch finds its backend.
  set(dist_info landfall-${PROJECT_VERSION}.dist-info)
  install(DIRECTORY ${CMAKE_BINARY_DIR}/python/${dist_info}
          DESTINATION ${python_dir}/.. COMPONENT python)
endif()

install(FILES include/landfall/landfall.h include/landfall/values.h
              include/landfall/landfall.hpp include/landfall/call.hpp
              include/landfall/error.hpp include/landfall/package.hpp
              include/landfall/values.hpp
              ${CMAKE_BINARY_DIR}/generated/landfall/version.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/landfall COMPONENT development)
install(EXPORT LandfallTargets NAMESPACE Landfall:: DESTINATION ${package_dir}
        COMPONENT development)
write_basic_package_version_file(
  ${CMAKE_BINARY_DIR}/generated/LandfallConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES cmake/LandfallConfig.cmake
              ${CMAKE_BINARY_DIR}/generated/LandfallConfigVersion.cmake
        DESTINATION ${package_dir} COMPONENT development)

# The prefix, as seen from lib/pkgconfig.
file(RELATIVE_PATH up ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
     ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/landfall.pc.in ${CMAKE_BINARY_DIR}/generated/landfall.pc
               @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/generated/landfall.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
