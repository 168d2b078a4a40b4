# What is installed, the packages that find it (CMake's and pkg-config's), and the two .deb that `cpack` makes in the build
# folder: framex (component `runtime`) and libframex-dev (component `dev`).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(framex_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/framex)

# The installed program finds its library wherever the prefix is.
file(RELATIVE_PATH framex_from_bin /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
set_target_properties(framex_cli PROPERTIES INSTALL_RPATH $ORIGIN/${framex_from_bin})
install(TARGETS framex_cli RUNTIME COMPONENT runtime)
install(TARGETS framex EXPORT framex-targets LIBRARY COMPONENT runtime NAMELINK_COMPONENT dev
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE DESTINATION share/doc/framex RENAME copyright COMPONENT runtime)

install(DIRECTORY include/framex DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(EXPORT framex-targets NAMESPACE framex:: DESTINATION ${framex_cmake_dir} COMPONENT dev)
configure_package_config_file(packaging/framex-config.cmake.in framex-config.cmake INSTALL_DESTINATION ${framex_cmake_dir})
# Until 1.0 each minor version is an interface of its own.
write_basic_package_version_file(framex-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES packaging/framex_add_plugin.cmake ${PROJECT_BINARY_DIR}/framex-config.cmake
    ${PROJECT_BINARY_DIR}/framex-config-version.cmake DESTINATION ${framex_cmake_dir} COMPONENT dev)

file(RELATIVE_PATH framex_prefix_of_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
get_target_property(framex_pc_definitions framex INTERFACE_COMPILE_DEFINITIONS)
list(APPEND framex_pc_definitions BOOST_JSON_DYN_LINK BOOST_URL_DYN_LINK)
list(TRANSFORM framex_pc_definitions PREPEND -D)
list(JOIN framex_pc_definitions " " framex_pc_definitions)
configure_file(packaging/framex.pc.in framex.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/framex.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
# A program finds the library in a prefix that the system's loader does not search; packages for /usr must not have an rpath.
install(CODE "set(framex_pc \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig/framex.pc\")"
    COMPONENT dev)
install(CODE [[
if(NOT CMAKE_INSTALL_PREFIX MATCHES "(^|/)usr(/local)?/?$")
    file(READ "${framex_pc}" text)
    string(REPLACE "-L\${libdir}" "-L\${libdir} -Wl,-rpath,\${libdir}" text "${text}")
    file(WRITE "${framex_pc}" "${text}")
endif()
]] COMPONENT dev)

if(NOT PROJECT_IS_TOP_LEVEL)
    return() # what is packed is the other project's matter
endif()
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME framex)
set(CPACK_PACKAGE_VENDOR "The framex authors")
set(CPACK_PACKAGE_CONTACT "The framex authors <authors@framex.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Coroutine-first plugin framework and HTTP server")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME framex)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION net)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "The program, and the library that it and programs of others are linked to.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libframex-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "framex (= ${PROJECT_VERSION})")
foreach(library libboost libboost-json libboost-url)
    string(APPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS ", ${library}${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR}-dev")
endforeach()
set(CPACK_DEBIAN_DEV_DESCRIPTION "What plugins and programs that embed framex are built with.")
include(CPack)
