// The one translation unit that holds the compiled part of Asio (BOOST_ASIO_SEPARATE_COMPILATION).
// It makes every other unit that includes Asio a good deal quicker to compile.
#include <boost/asio/impl/src.hpp>
