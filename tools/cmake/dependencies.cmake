# The libraries that inmail is built on. This file is installed beside the package's configuration,
# because whoever links our static libraries needs the same ones.

function(inmail_missing what package)
  message(FATAL_ERROR "inmail needs ${what}, which was not found. Install the package ${package} "
                      "(that is its name in Debian), or run tools/install-dependencies.")
endfunction()

# inmail_find(<name> PACKAGE <Debian package> HEADER <header> [LIBRARY <library>])
# Makes the target inmail::<name> out of a header and a library. Most of these come without CMake
# files of their own, or with ones that demand packages which a user of the shared library lacks.
function(inmail_find name)
  if(TARGET inmail::${name})
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PACKAGE;HEADER;LIBRARY" "")
  find_path(INMAIL_${name}_INCLUDE_DIR ${arg_HEADER})
  mark_as_advanced(INMAIL_${name}_INCLUDE_DIR)
  if(NOT INMAIL_${name}_INCLUDE_DIR)
    inmail_missing("${name} (its header ${arg_HEADER})" ${arg_PACKAGE})
  endif()
  add_library(inmail::${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(inmail::${name} INTERFACE ${INMAIL_${name}_INCLUDE_DIR})
  if(NOT arg_LIBRARY)
    return()
  endif()
  find_library(INMAIL_${name}_LIBRARY ${arg_LIBRARY})
  mark_as_advanced(INMAIL_${name}_LIBRARY)
  if(NOT INMAIL_${name}_LIBRARY)
    inmail_missing("${name} (its library ${arg_LIBRARY})" ${arg_PACKAGE})
  endif()
  target_link_libraries(inmail::${name} INTERFACE ${INMAIL_${name}_LIBRARY})
endfunction()

# A library that brings its own CMake package and targets.
macro(inmail_find_package name package)
  set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
  find_package(${name} CONFIG QUIET)
  if(NOT ${name}_FOUND)
    inmail_missing(${name} ${package})
  endif()
endmacro()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
inmail_find(rocksdb PACKAGE librocksdb-dev HEADER rocksdb/db.h LIBRARY rocksdb)
inmail_find(sodium PACKAGE libsodium-dev HEADER sodium.h LIBRARY sodium)
inmail_find(utf8proc PACKAGE libutf8proc-dev HEADER utf8proc.h LIBRARY utf8proc)
inmail_find(caf PACKAGE libcaf-dev HEADER caf/actor_system.hpp LIBRARY caf_core)
inmail_find_package(spdlog libspdlog-dev)
inmail_find_package(tomlplusplus libtomlplusplus-dev)
