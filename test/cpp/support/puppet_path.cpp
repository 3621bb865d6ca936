#include "support/puppet_path.hpp"

namespace escher::test {

const char* const kPuppetPath = PUPPET_FILE;
const char* const kFugitivePath = FUGITIVE_FILE;

}  // namespace escher::test
