# The addon: build/Release/escher_execution_engine.node. The headers of N-API come from two npm packages, or along with the
# published package, so nothing is fetched and the one binary loads in every Node.js from 20 on, and in Electron.

function(node_print result expression)
  find_program(NODE_EXECUTABLE node REQUIRED)
  execute_process(COMMAND "${NODE_EXECUTABLE}" -p "${expression}" WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    OUTPUT_VARIABLE output OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "node could not answer: ${expression}\nAre the npm packages installed (npm ci)?")
  endif()
  file(TO_CMAKE_PATH "${output}" output)
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

if(EXISTS "${PROJECT_SOURCE_DIR}/vendor/napi")
  set(napi_dirs "${PROJECT_SOURCE_DIR}/vendor/napi")
else()
  node_print(node_addon_api_dir "require('node-addon-api').include_dir")
  node_print(node_api_headers_dir "require('node-api-headers').include_dir")
  set(napi_dirs "${node_addon_api_dir}" "${node_api_headers_dir}")
endif()

# binding/generated/fields.hpp, from the tables in lib/core/fields/. A file that would not change is not written, so this
# runs when CMake configures, and again when a table changes. The published package contains the header.
set(fields_generator "${PROJECT_SOURCE_DIR}/tools/generate-fields.mjs")
if(EXISTS "${fields_generator}")
  find_program(NODE_EXECUTABLE node REQUIRED)
  file(GLOB fields_tables CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/lib/core/fields/*.ts" "${PROJECT_SOURCE_DIR}/tools/lib/field*.mjs")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${fields_generator}" ${fields_tables})
  execute_process(COMMAND "${NODE_EXECUTABLE}" "${fields_generator}" RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "tools/generate-fields.mjs failed")
  endif()
endif()

file(GLOB binding_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/binding/*.cpp")
if(WIN32)
  list(FILTER binding_sources EXCLUDE REGEX "/environment\\.cpp$")
else()
  list(FILTER binding_sources EXCLUDE REGEX "_windows\\.cpp$")
endif()
add_library(escher_execution_engine MODULE ${binding_sources})
target_include_directories(escher_execution_engine PRIVATE "${PROJECT_SOURCE_DIR}/binding")
target_include_directories(escher_execution_engine SYSTEM PRIVATE ${napi_dirs})
target_compile_definitions(escher_execution_engine PRIVATE
  ESCHER_VERSION="${ESCHER_VERSION}"
  NAPI_VERSION=8
  NODE_ADDON_API_CPP_EXCEPTIONS
  # While an environment is being torn down every N-API call fails; throwing there would end the whole process.
  NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
  BUILDING_NODE_EXTENSION)
target_link_libraries(escher_execution_engine PRIVATE execution_engine project_warnings)
set_target_properties(escher_execution_engine PROPERTIES
  PREFIX ""
  SUFFIX ".node"
  CXX_VISIBILITY_PRESET hidden
  VISIBILITY_INLINES_HIDDEN ON
  LIBRARY_OUTPUT_DIRECTORY "$<IF:$<AND:$<CONFIG:Release>,$<NOT:$<BOOL:${CMAKE_CROSSCOMPILING}>>>,${PROJECT_SOURCE_DIR}/build/Release,${PROJECT_BINARY_DIR}>")

if(APPLE)
  # N-API is found in the host at load time. What cannot be reached from the two exported functions is left out.
  set(exports "${PROJECT_SOURCE_DIR}/cmake/addon_exports_macos.txt")
  target_link_options(escher_execution_engine PRIVATE
    LINKER:-undefined,dynamic_lookup LINKER:-exported_symbols_list,${exports} LINKER:-dead_strip)
  if(ESCHER_ZIG_TOOLS)
    # Other programs than Zig's: tools/cross/mac-linker.mjs.
    set(CMAKE_CXX_CREATE_SHARED_MODULE
      "${ESCHER_ZIG_TOOLS}/ld <LINK_FLAGS> -o <TARGET> <OBJECTS> <LINK_LIBRARIES>"
      "${ESCHER_ZIG_TOOLS}/strip -x <TARGET>")
  else()
    target_link_options(escher_execution_engine PRIVATE $<$<CONFIG:Release>:LINKER:-x>)
  endif()
  set_target_properties(escher_execution_engine PROPERTIES LINK_DEPENDS "${exports}")
elseif(MINGW)
  # Bound to the running host when it is first called, whatever the file name of the host is (electron.exe, for example):
  # cmake/windows_delay_load.cpp. The runtimes of C++ and of threads go in.
  node_print(node_api_def "require('node-api-headers').def_paths.node_api_def")
  set(node_lib "${PROJECT_BINARY_DIR}/libnode-delayed.a")
  add_custom_command(OUTPUT "${node_lib}"
    COMMAND "${CMAKE_DLLTOOL}" -d "${node_api_def}" -D node.exe -y "${node_lib}"
    DEPENDS "${node_api_def}" VERBATIM)
  add_custom_target(node_import_library DEPENDS "${node_lib}")
  add_dependencies(escher_execution_engine node_import_library)
  target_sources(escher_execution_engine PRIVATE "${PROJECT_SOURCE_DIR}/cmake/windows_delay_load.cpp")
  target_link_libraries(escher_execution_engine PRIVATE "${node_lib}" delayimp)
  target_link_options(escher_execution_engine PRIVATE -static LINKER:--gc-sections $<$<CONFIG:Release>:-s>)
elseif(WIN32)
  # The import library for node.exe is made from the list of N-API symbols; the hook binds them to the running
  # host, whatever its file name is (electron.exe, for example).
  node_print(node_api_def "require('node-api-headers').def_paths.node_api_def")
  set(node_lib "${PROJECT_BINARY_DIR}/node.lib")
  execute_process(COMMAND "${CMAKE_AR}" "/def:${node_api_def}" "/out:${node_lib}" /machine:${CMAKE_SYSTEM_PROCESSOR}
    COMMAND_ERROR_IS_FATAL ANY)
  target_sources(escher_execution_engine PRIVATE "${PROJECT_SOURCE_DIR}/cmake/windows_delay_load.cpp")
  target_link_libraries(escher_execution_engine PRIVATE "${node_lib}" delayimp)
  target_link_options(escher_execution_engine PRIVATE /DELAYLOAD:NODE.EXE)
elseif(ESCHER_ZIG_TOOLS)
  # As below. Zig's linker always takes its own C++ runtime in.
  set(exports "${PROJECT_SOURCE_DIR}/cmake/addon_exports.map")
  target_link_options(escher_execution_engine PRIVATE
    LINKER:--version-script,${exports} LINKER:--gc-sections LINKER:-z,now $<$<CONFIG:Release>:-s>)
  set_target_properties(escher_execution_engine PROPERTIES LINK_DEPENDS "${exports}")
elseif(NOT ESCHER_SANITIZE)
  # The C++ runtime goes in, so the binary also loads where the system's one is older, and none of it comes out
  # again, so it cannot meet the runtime of the host or of another addon. What cannot be reached from the two exported
  # functions is left out: half of the binary.
  set(exports "${PROJECT_SOURCE_DIR}/cmake/addon_exports.map")
  target_link_options(escher_execution_engine PRIVATE
    -static-libstdc++ -static-libgcc LINKER:--version-script,${exports} LINKER:--gc-sections LINKER:-z,now
    $<$<CONFIG:Release>:-s>)
  set_target_properties(escher_execution_engine PROPERTIES LINK_DEPENDS "${exports}")
endif()
