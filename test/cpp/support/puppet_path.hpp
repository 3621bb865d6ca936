// The paths of the child programs of the tests.
#pragma once

namespace escher::test {

extern const char* const kPuppetPath;
extern const char* const kFugitivePath;

}  // namespace escher::test
