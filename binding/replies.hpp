// Handlers that reply to a ticket through the channel. They may be called on any thread.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "event_channel.hpp"
#include "model/error.hpp"

namespace escher::binding {

template <typename T>
std::function<void(Result<T>)> answer_through(std::shared_ptr<EventChannel> channel,
                                              double ticket) {
  return [channel = std::move(channel), ticket](Result<T> result) {
    Reply reply;
    reply.ticket = ticket;
    if (!result) {
      reply.error = std::move(result).error();
    } else if constexpr (std::is_same_v<T, std::size_t>) {
      reply.value = static_cast<double>(*result);
    } else if constexpr (!std::is_void_v<T>) {
      reply.value = std::move(*result);
    }
    channel->reply(std::move(reply));
  };
}

// For `execute`. `awaited`: a promise waits for the reply and must settle before any later record
// is delivered. A success that no promise waits for comes with the next record.
inline std::function<void(Result<void>)> admission_through(std::shared_ptr<EventChannel> channel,
                                                           double ticket, bool awaited) {
  return [channel = std::move(channel), ticket, awaited](const Result<void>& result) {
    Reply reply;
    reply.ticket = ticket;
    reply.is_admission = true;
    reply.heard_first = awaited;
    if (!awaited && result) reply.urgency = Urgency::soon;
    if (!result) reply.error = result.error();
    channel->reply(std::move(reply));
  };
}

}  // namespace escher::binding
