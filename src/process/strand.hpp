// Where the handlers of an execution run: the executor of one io thread. Each io thread has its own
// io_context, so the handlers of one execution never run concurrently, without a lock and without
// waking another thread. It is a concrete type, so that Asio needs no type erasure.
#pragma once

#include <boost/asio/io_context.hpp>

namespace escher {

using Strand = boost::asio::io_context::executor_type;

}  // namespace escher
