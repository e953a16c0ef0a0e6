# Simulated cards in processes of their own.

# landfall_card_program(<target>): the program landfall-<target>-card, beside the
# command line; the target's sim/card.h declares `run_card`
# (sim_kit/card_program.h). The driver starts it where it is asked for that.
function(landfall_card_program target)
  set(main ${CMAKE_CURRENT_BINARY_DIR}/card_main.cpp)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/card_main.cpp.in ${main} @ONLY)
  add_executable(landfall_${target}_card ${main})
  target_link_libraries(landfall_${target}_card PRIVATE landfall_${target}_sim)
  set_target_properties(landfall_${target}_card PROPERTIES
                        OUTPUT_NAME landfall-${target}-card)
  add_dependencies(landfall_${target}_driver landfall_${target}_card)
endfunction()
