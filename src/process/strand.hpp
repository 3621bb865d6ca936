// The executor types of the engine, spelled out so that Asio needs no type erasure.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

namespace escher {

using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;

}  // namespace escher
