# Files as data of a program.

# landfall_embed(OUTPUT HEADER NAMESPACE TYPE FUNCTION INPUTS...): see
# embed_script.cmake.
function(landfall_embed output header namespace type function)
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed_script.cmake)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DHEADER=${header}
            -DNAMESPACE=${namespace} -DTYPE=${type} -DFUNCTION=${function}
            "-DINPUTS=${ARGN}" -P ${script}
    DEPENDS ${ARGN} ${script} VERBATIM)
endfunction()

# landfall_embed_chips(<target>): the descriptions chips/*.chip of a target's
# folder as its `built_in_chips` (chip_file/chip_file.h), in its room `chip`.
function(landfall_embed_chips target)
  file(GLOB chips CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/chips/*.chip)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/chips.cpp)
  landfall_embed(${output} targets/${target}/chip/chip_description.h
                 landfall::${target} chip_file::BuiltInChip built_in_chips
                 ${chips})
  target_sources(landfall_${target}_chip PRIVATE ${output})
endfunction()
