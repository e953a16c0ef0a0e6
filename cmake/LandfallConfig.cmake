# find_package(Landfall) gives Landfall::landfall: landfall.h (C) and
# landfall.hpp (C++17).
include(${CMAKE_CURRENT_LIST_DIR}/LandfallTargets.cmake)
