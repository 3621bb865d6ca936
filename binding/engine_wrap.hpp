// The class `Engine` of the addon: one method for each call of the engine. Owns the engine and its
// channel. It belongs to one environment and ends with it. JavaScript thread.
#pragma once

#include <napi.h>

#include <memory>

#include "engine/engine.hpp"
#include "event_channel.hpp"
#include "replies.hpp"

namespace escher::binding {

class EngineWrap final : public Napi::ObjectWrap<EngineWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  // The values of a configuration and of a result in which nothing is set.
  static Napi::Value default_config(const Napi::CallbackInfo& info);
  static Napi::Value empty_result(const Napi::CallbackInfo& info);

  explicit EngineWrap(const Napi::CallbackInfo& info);
  ~EngineWrap() override;

 private:
  Napi::Value execute(const Napi::CallbackInfo& info);
  void validate(const Napi::CallbackInfo& info);
  void cancel(const Napi::CallbackInfo& info);
  void kill(const Napi::CallbackInfo& info);
  void renew(const Napi::CallbackInfo& info);
  void add_secret(const Napi::CallbackInfo& info);
  void set_concurrency(const Napi::CallbackInfo& info);
  void set_key_limit(const Napi::CallbackInfo& info);
  void pause(const Napi::CallbackInfo& info);
  void resume(const Napi::CallbackInfo& info);
  void send_input(const Napi::CallbackInfo& info);
  void close_input(const Napi::CallbackInfo& info);
  void resize(const Napi::CallbackInfo& info);
  void recovered(const Napi::CallbackInfo& info);
  void cleanup(const Napi::CallbackInfo& info);
  void replay(const Napi::CallbackInfo& info);
  void shutdown(const Napi::CallbackInfo& info);

  Napi::Value status(const Napi::CallbackInfo& info);
  Napi::Value result(const Napi::CallbackInfo& info);
  Napi::Value output(const Napi::CallbackInfo& info);
  Napi::Value exact_output(const Napi::CallbackInfo& info);
  Napi::Value remove(const Napi::CallbackInfo& info);
  Napi::Value list(const Napi::CallbackInfo& info);
  Napi::Value running_count(const Napi::CallbackInfo& info);
  Napi::Value queued_count(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);

  void watch_all(const Napi::CallbackInfo& info);
  void watch(const Napi::CallbackInfo& info);
  void watch_removals(const Napi::CallbackInfo& info);
  Napi::Value identity(const Napi::CallbackInfo& info);
  void hold(const Napi::CallbackInfo& info);
  void release(const Napi::CallbackInfo& info);
  void start_cleanup_task(const Napi::CallbackInfo& info);
  void stop_cleanup_task(const Napi::CallbackInfo& info);
  void ref(const Napi::CallbackInfo& info);
  void unref(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);
  void abort(const Napi::CallbackInfo& info);

  // Throws ERR_ENGINE_CLOSED after `close`.
  Engine& engine() const;
  // A handler that replies to `ticket` through the channel. It may be called on any thread.
  template <typename T>
  std::function<void(Result<T>)> answer(double ticket) const {
    return answer_through<T>(channel_, ticket);
  }
  // Null for an unknown execution and for one that has not ended.
  std::shared_ptr<const CapturedOutput> output_of(const ExecutionKey& key) const;

  // How long the end of the environment waits for the processes that it has killed.
  static constexpr Millis kAbortPatience{2000};
  // Kills what runs and ends the threads; no JavaScript runs after that. Idempotent.
  void end();
  static void on_environment_end(void* wrap);

  std::shared_ptr<EventChannel> channel_;
  std::unique_ptr<Engine> engine_;  // null after `close`
  napi_env environment_;
  bool hooked_ = false;
};

}  // namespace escher::binding
