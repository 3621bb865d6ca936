// Where an execution runs: the executor of one io thread. Each io thread has an io_context of its
// own, so what belongs to one of them never runs at the same time, without a lock and without
// waking another thread. Spelled out so that Asio needs no type erasure.
#pragma once

#include <boost/asio/io_context.hpp>

namespace escher {

using Strand = boost::asio::io_context::executor_type;

}  // namespace escher
