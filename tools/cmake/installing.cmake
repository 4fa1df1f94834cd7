# Makes find_package(inmail) work after `cmake --install`: it offers inmail::engine, with the
# headers under include/inmail.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/inmail)

install(TARGETS inmail_events inmail_actors inmail_projections inmail_engine
        EXPORT inmail-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT inmail-targets NAMESPACE inmail:: DESTINATION ${package_dir})
install(DIRECTORY events actors projections engine DESTINATION include/inmail
        FILES_MATCHING PATTERN "*.hpp")
if(INMAIL_BUILD_TOOLS)
  install(TARGETS inmail RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

configure_package_config_file(tools/cmake/inmail-config.cmake.in inmail-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(inmail-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/inmail-config.cmake
              ${PROJECT_BINARY_DIR}/inmail-config-version.cmake
              ${PROJECT_SOURCE_DIR}/tools/cmake/dependencies.cmake
        DESTINATION ${package_dir})
