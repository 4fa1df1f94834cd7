# How our own code is compiled. None of this reaches whoever links the libraries.

add_library(inmail_warnings INTERFACE)
target_compile_options(inmail_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(INMAIL_WERROR)
  target_compile_options(inmail_warnings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlapping copies within std::string's operator+ that are not there (bug 105651),
  # and minds that designated initialisers leave the other members to their defaults.
  target_compile_options(inmail_warnings INTERFACE -Wno-restrict -Wno-missing-field-initializers)
endif()

if(INMAIL_SANITIZE)
  add_compile_options(-fsanitize=${INMAIL_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${INMAIL_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC documents that instrumented code confuses this warning; the other builds keep it.
    target_compile_options(inmail_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

if(INMAIL_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

if(PROJECT_IS_TOP_LEVEL)
  find_program(INMAIL_CCACHE ccache)
  if(INMAIL_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${INMAIL_CCACHE})
  endif()
  find_program(INMAIL_MOLD mold)
  find_program(INMAIL_LLD ld.lld)
  if(INMAIL_MOLD)
    add_link_options(-fuse-ld=mold)
  elseif(INMAIL_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()

# jemalloc, for programs only: a library must leave the allocator to its host. The sanitizers bring
# their own. Linkers that keep only needed libraries may not see that it is.
add_library(inmail_allocator INTERFACE)
find_library(INMAIL_JEMALLOC jemalloc)
if(INMAIL_JEMALLOC AND NOT INMAIL_SANITIZE)
  target_link_libraries(inmail_allocator INTERFACE -Wl,--push-state,--no-as-needed
                                                   ${INMAIL_JEMALLOC} -Wl,--pop-state)
endif()

# inmail_library(<folder> SOURCES <file>... [PUBLIC <library>...] [PRIVATE <library>...]
#                [HEADER_ONLY <library>...])
# One static library a folder, so that a wrong include fails to link. HEADER_ONLY names libraries
# that are headers only and that no installed header shows.
function(inmail_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC;PRIVATE;HEADER_ONLY")
  set(target inmail_${folder})
  add_library(${target} STATIC ${arg_SOURCES} CMakeLists.txt)
  add_library(inmail::${folder} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${folder} LINKER_LANGUAGE CXX)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                              $<INSTALL_INTERFACE:include/inmail>)
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  foreach(library IN LISTS arg_HEADER_ONLY ITEMS inmail_warnings)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${library}>)
  endforeach()
endfunction()
