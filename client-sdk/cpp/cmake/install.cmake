# What a management server builds against: find_package(porthole-client), or pkg-config.
include(CMakePackageConfigHelpers)

set_target_properties(porthole_proto_control PROPERTIES
  EXPORT_NAME control-api OUTPUT_NAME porthole-control-api)
set_target_properties(porthole-client PROPERTIES EXPORT_NAME client)
set_target_properties(porthole-client-testing PROPERTIES EXPORT_NAME client-testing)

install(TARGETS porthole-client porthole-client-testing porthole_proto_control
  EXPORT porthole-client-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY include/porthole testing/include/porthole
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(DIRECTORY ${PORTHOLE_PROTO_BINARY_DIR}/porthole/control
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/porthole COMPONENT development
  FILES_MATCHING PATTERN "*.h")

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/porthole-client)
configure_package_config_file(cmake/porthole-client-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/porthole-client-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/porthole-client-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(EXPORT porthole-client-targets NAMESPACE porthole:: DESTINATION ${package}
  COMPONENT development)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/porthole-client-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/porthole-client-config-version.cmake
  DESTINATION ${package} COMPONENT development)

# ${pcfiledir} keeps the files right wherever the tree is moved to.
file(RELATIVE_PATH pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
foreach(name porthole-client porthole-client-testing)
  configure_file(cmake/${name}.pc.in ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endforeach()
