# Warnings and sanitizers, as interface targets that our own targets link; and clang-tidy.

# One section per function: the linker drops unused functions from the addon.
if(NOT MSVC)
  add_compile_options(-ffunction-sections -fdata-sections)
endif()

add_library(project_warnings INTERFACE)
if(MSVC)
  target_compile_options(project_warnings INTERFACE /W4 /permissive- /utf-8)
  if(ESCHER_WERROR)
    target_compile_options(project_warnings INTERFACE /WX)
  endif()
else()
  # Without -Wsign-conversion: POSIX and Asio use signed sizes throughout.
  target_compile_options(project_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wcast-align -Wimplicit-fallthrough -Wundef
    # Checks the annotations of src/model/thread_annotations.hpp.
    $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wthread-safety>)
  if(MINGW)
    # GCC 12 finds an overlap in every `"text" + std::string` (its bug 105651).
    target_compile_options(project_warnings INTERFACE -Wno-restrict)
  endif()
  if(ESCHER_WERROR)
    target_compile_options(project_warnings INTERFACE -Werror)
  endif()
endif()

add_library(project_sanitizers INTERFACE)
if(ESCHER_SANITIZE)
  target_compile_options(project_sanitizers INTERFACE
    -fsanitize=${ESCHER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(project_sanitizers INTERFACE -fsanitize=${ESCHER_SANITIZE})
  if(ESCHER_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ warns about Asio's fences, which ThreadSanitizer does not model.
    target_compile_options(project_sanitizers INTERFACE -Wno-tsan)
  endif()
endif()

# The property makes CMake run clang-tidy before the compiler. The hash is in the command so that a change of the checks
# runs every unit again.
if(ESCHER_TIDY)
  set(checks "${PROJECT_SOURCE_DIR}/.clang-tidy")
  # Homebrew keeps LLVM out of PATH.
  find_program(CLANG_TIDY_PROGRAM clang-tidy HINTS /opt/homebrew/opt/llvm/bin REQUIRED)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${checks}")
  file(MD5 "${checks}" hash)
  set(CMAKE_CXX_CLANG_TIDY "${CLANG_TIDY_PROGRAM}" --quiet
    --extra-arg=-Wno-unknown-warning-option --extra-arg=-DESCHER_CHECKS_${hash})
endif()
