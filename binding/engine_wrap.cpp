#include "engine_wrap.hpp"

#include <utility>

#include "arguments.hpp"
#include "convert.hpp"

namespace escher::binding {

Napi::Function EngineWrap::define(Napi::Env env) {
  using W = EngineWrap;
  return DefineClass(env, "Engine",
                     {InstanceMethod<&W::execute>("execute"),
                      InstanceMethod<&W::validate>("validate"),
                      InstanceMethod<&W::cancel>("cancel"),
                      InstanceMethod<&W::kill>("kill"),
                      InstanceMethod<&W::renew>("renew"),
                      InstanceMethod<&W::add_secret>("addSecret"),
                      InstanceMethod<&W::set_concurrency>("setConcurrency"),
                      InstanceMethod<&W::set_key_limit>("setKeyLimit"),
                      InstanceMethod<&W::pause>("pause"),
                      InstanceMethod<&W::resume>("resume"),
                      InstanceMethod<&W::send_input>("sendInput"),
                      InstanceMethod<&W::close_input>("closeInput"),
                      InstanceMethod<&W::resize>("resize"),
                      InstanceMethod<&W::cleanup>("cleanup"),
                      InstanceMethod<&W::recovered>("recovered"),
                      InstanceMethod<&W::replay>("replay"),
                      InstanceMethod<&W::shutdown>("shutdown"),
                      InstanceMethod<&W::status>("status"),
                      InstanceMethod<&W::result>("result"),
                      InstanceMethod<&W::output>("output"),
                      InstanceMethod<&W::exact_output>("exactOutput"),
                      InstanceMethod<&W::remove>("remove"),
                      InstanceMethod<&W::list>("list"),
                      InstanceMethod<&W::running_count>("runningCount"),
                      InstanceMethod<&W::queued_count>("queuedCount"),
                      InstanceMethod<&W::stats>("stats"),
                      InstanceMethod<&W::watch_all>("watchAll"),
                      InstanceMethod<&W::watch>("watch"),
                      InstanceMethod<&W::watch_removals>("watchRemovals"),
                      InstanceMethod<&W::identity>("identity"),
                      InstanceMethod<&W::hold>("hold"),
                      InstanceMethod<&W::release>("release"),
                      InstanceMethod<&W::start_cleanup_task>("startCleanupTask"),
                      InstanceMethod<&W::stop_cleanup_task>("stopCleanupTask"),
                      InstanceMethod<&W::ref>("ref"),
                      InstanceMethod<&W::unref>("unref"),
                      InstanceMethod<&W::close>("close"),
                      InstanceMethod<&W::abort>("abort"),
                      StaticMethod<&W::default_config>("defaultConfig"),
                      StaticMethod<&W::empty_result>("emptyResult")});
}

EngineWrap::EngineWrap(const Napi::CallbackInfo& info)
    : ObjectWrap(info), environment_(info.Env()) {
  const Config config = to_config(info[0]);
  channel_ = EventChannel::open(info.Env(), info[1].As<Napi::Function>());
  auto engine = Engine::create(config, *channel_);
  if (!engine) {
    channel_->close();
    auto error = Napi::Error::New(info.Env(), engine.error().message);
    error.Set("reason", from_error(info.Env(), engine.error()));
    throw error;
  }
  engine_ = std::move(*engine);
  channel_->connect(
      {[this](std::uint64_t token, std::uint64_t bytes) { engine_->release(token, bytes); },
       [this](Millis delay, std::function<void()> function) {
         engine_->defer(delay, std::move(function));
       }});
  napi_add_env_cleanup_hook(environment_, &EngineWrap::on_environment_end, this);
  hooked_ = true;
}

EngineWrap::~EngineWrap() {
  if (hooked_) napi_remove_env_cleanup_hook(environment_, &EngineWrap::on_environment_end, this);
  end();
}

void EngineWrap::on_environment_end(void* wrap) {
  auto* self = static_cast<EngineWrap*>(wrap);
  self->hooked_ = false;
  self->end();
}

void EngineWrap::end() {
  channel_->close();
  if (!engine_) return;
  engine_->abort(kAbortPatience);
  engine_->join();
}

Engine& EngineWrap::engine() const {
  if (engine_) return *engine_;
  auto error = Napi::Error::New(Env(), "Execution engine is shut down");
  error.Set("code", "ERR_ENGINE_CLOSED");
  throw error;
}

Napi::Value EngineWrap::execute(const Napi::CallbackInfo& info) {
  ExecutionRequest request = to_request(info, 2);
  request.token = token(info, 0);
  const bool awaited = info[1].ToBoolean().Value();
  const bool is_known =
      engine().execute(std::move(request), admission_through(channel_, number(info, 0), awaited));
  return Napi::Boolean::New(info.Env(), is_known);
}

void EngineWrap::validate(const Napi::CallbackInfo& info) {
  engine().validate(to_request(info, 2), info[1].ToBoolean().Value(),
                    answer<void>(number(info, 0)));
}

void EngineWrap::cancel(const Napi::CallbackInfo& info) {
  engine().cancel(Key(info, 1, 2), answer<bool>(number(info, 0)));
}

void EngineWrap::kill(const Napi::CallbackInfo& info) {
  engine().kill(Key(info, 1, 3), info[2].ToNumber().Int32Value(), answer<bool>(number(info, 0)));
}

void EngineWrap::renew(const Napi::CallbackInfo& info) {
  engine().renew(Key(info, 1, 2), answer<bool>(number(info, 0)));
}

void EngineWrap::add_secret(const Napi::CallbackInfo& info) {
  engine().add_secret(text(info, 1), answer<void>(number(info, 0)));
}

void EngineWrap::set_concurrency(const Napi::CallbackInfo& info) {
  engine().set_concurrency(static_cast<std::size_t>(number(info, 1)),
                           answer<void>(number(info, 0)));
}

void EngineWrap::set_key_limit(const Napi::CallbackInfo& info) {
  std::optional<std::size_t> limit;
  if (info[2].IsNumber()) limit = static_cast<std::size_t>(number(info, 2));
  engine().set_key_limit(text(info, 1), limit, answer<void>(number(info, 0)));
}

void EngineWrap::pause(const Napi::CallbackInfo& info) {
  engine().pause(answer<void>(number(info, 0)));
}

void EngineWrap::resume(const Napi::CallbackInfo& info) {
  engine().resume(answer<void>(number(info, 0)));
}

void EngineWrap::send_input(const Napi::CallbackInfo& info) {
  engine().send_input(Key(info, 1, 3), to_bytes(info[2]), answer<void>(number(info, 0)));
}

void EngineWrap::close_input(const Napi::CallbackInfo& info) {
  engine().close_input(Key(info, 1, 2), answer<void>(number(info, 0)));
}

void EngineWrap::resize(const Napi::CallbackInfo& info) {
  engine().resize(Key(info, 1, 4), {info[2].ToNumber(), info[3].ToNumber()},
                  answer<void>(number(info, 0)));
}

void EngineWrap::recovered(const Napi::CallbackInfo& info) {
  engine().recovered(answer<std::vector<RecoveredExecution>>(number(info, 0)));
}

void EngineWrap::cleanup(const Napi::CallbackInfo& info) {
  engine().cleanup(answer<std::size_t>(number(info, 0)));
}

void EngineWrap::replay(const Napi::CallbackInfo& info) {
  engine().replay(Key(info, 1, 2), answer<std::vector<OutputBatch>>(number(info, 0)),
                  channel_->untold_output(token(info, 2)));
}

void EngineWrap::shutdown(const Napi::CallbackInfo& info) {
  engine().shut_down(Millis(number(info, 1)), answer<std::vector<int>>(number(info, 0)));
}

Napi::Value EngineWrap::status(const Napi::CallbackInfo& info) {
  const auto status = engine().status(text(info, 0));
  if (!status) return info.Env().Undefined();
  return Napi::String::New(info.Env(), std::string(to_string(*status)));
}

Napi::Value EngineWrap::result(const Napi::CallbackInfo& info) {
  const Key key(info, 0, 1);
  const auto record = engine().record(key);
  if (!record) return engine().status(key) ? info.Env().Null() : info.Env().Undefined();
  return from_result(info.Env(), *record->result, record->output == nullptr);
}

std::shared_ptr<const CapturedOutput> EngineWrap::output_of(const ExecutionKey& key) const {
  if (key.token) {
    if (auto output = channel_->untold_output(*key.token)) return output;
  }
  const auto record = engine().record(key);
  if (!record) return nullptr;
  return record->output ? record->output : std::make_shared<const CapturedOutput>();
}

Napi::Value EngineWrap::output(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Key key(info, 0, 2);
  const auto output = output_of(key);
  if (!output) return engine().status(key) ? env.Null() : env.Undefined();
  return from_output(env, *output, text(info, 1) == "buffer");
}

Napi::Value EngineWrap::exact_output(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Key key(info, 0, 2);
  const auto capture = engine().capture(key);
  if (!capture) return env.Undefined();
  if (*capture != CaptureMode::raw) return Napi::Boolean::New(env, false);
  const auto record = engine().record(key);
  if (!record) return engine().status(key) ? env.Null() : env.Undefined();
  const ExactOutput* exact = record->output ? record->output->exact.get() : nullptr;
  return from_exact(env, *record->result, exact, text(info, 1) == "buffer");
}

Napi::Value EngineWrap::remove(const Napi::CallbackInfo& info) {
  const auto removed = engine().remove(text(info, 0));
  return removed ? info.Env().Null() : from_error(info.Env(), removed.error());
}

Napi::Value EngineWrap::list(const Napi::CallbackInfo& info) {
  return from_summaries(info.Env(), engine().list(to_filter(info[0])));
}

Napi::Value EngineWrap::default_config(const Napi::CallbackInfo& info) {
  return from_default_config(info.Env());
}

Napi::Value EngineWrap::empty_result(const Napi::CallbackInfo& info) {
  return from_result(info.Env(), ExecutionResult(), false);
}

Napi::Value EngineWrap::running_count(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(engine().running_count()));
}

Napi::Value EngineWrap::queued_count(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(engine().queued_count()));
}

Napi::Value EngineWrap::stats(const Napi::CallbackInfo& info) {
  return from_stats(info.Env(), engine());
}

void EngineWrap::watch_all(const Napi::CallbackInfo& info) {
  engine().watch_all(info[0].ToBoolean().Value());
}

void EngineWrap::watch(const Napi::CallbackInfo& info) {
  engine().watch(Key(info, 0, 2), info[1].ToBoolean().Value());
}

void EngineWrap::watch_removals(const Napi::CallbackInfo& info) {
  engine().watch_removals(info[0].ToBoolean().Value());
}

// Of a finished execution; its output shows whether it came from a terminal.
Napi::Value EngineWrap::identity(const Napi::CallbackInfo& info) {
  const auto token = engine().token(text(info, 0));
  if (!token) return info.Env().Undefined();
  const auto output = output_of({text(info, 0), token});
  FlatWriter out(info.Env());
  out.put(*token);
  out.put(output != nullptr && output->of_terminal);
  return out.array();
}

void EngineWrap::hold(const Napi::CallbackInfo& info) {
  engine().hold(token(info, 0), token(info, 1));
}

void EngineWrap::release(const Napi::CallbackInfo& info) {
  engine().release(token(info, 0), token(info, 1));
}

void EngineWrap::start_cleanup_task(const Napi::CallbackInfo&) { engine().start_cleanup_task(); }
void EngineWrap::stop_cleanup_task(const Napi::CallbackInfo&) { engine().stop_cleanup_task(); }
void EngineWrap::ref(const Napi::CallbackInfo& info) { channel_->set_referenced(info.Env(), true); }
void EngineWrap::unref(const Napi::CallbackInfo& info) {
  channel_->set_referenced(info.Env(), false);
}

// Called after the last turn of the channel, since every turn calls the engine.
void EngineWrap::close(const Napi::CallbackInfo&) {
  if (!engine_) return;
  engine_->join();
  channel_->close();
  engine_.reset();
}

void EngineWrap::abort(const Napi::CallbackInfo&) { end(); }

}  // namespace escher::binding
