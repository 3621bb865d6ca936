// The one translation unit that holds the compiled part of Boost.Process v2 before Boost 1.86, see
// src/process/boost_process.hpp.
#include "process/boost_process.hpp"

#include <boost/process/v2/src.hpp>
