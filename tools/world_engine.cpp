#include "tools/world_engine.hpp"

#include <utility>

#include "events/policy.hpp"

namespace inmail::tools {
namespace {

constexpr std::chrono::days one_day{1};

Timestamp midnight_after(Timestamp time) {
  return std::chrono::floor<std::chrono::days>(time) + one_day;
}

/// What is on record only for orders that make sense: the drivers give no others.
bool is_expected(const Answer& answer) {
  if (answer.ok()) return true;
  return answer.kind == AnswerKind::rejected && answer.refusal.code != Rejection::malformed &&
         answer.refusal.code != Rejection::command_id_reused;
}

/// A document, or the preset of that name. Errors: invalid_argument, not_found.
Result<Policy> policy_of(const std::string& policy) {
  if (policy.find_first_of("=\n") == std::string::npos) return preset(policy);
  return parse_policy(policy, "policy");
}

}  // namespace

VirtualEngine::VirtualEngine(Engine engine, std::shared_ptr<ManualClock> clock)
    : clock_(std::move(clock)),
      next_midnight_(midnight_after(clock_->now())),
      answers_(std::make_unique<std::vector<Answer>>()),
      engine_(std::move(engine)) {}

Result<VirtualEngine> VirtualEngine::open(const VirtualEngineOptions& options) {
  if (const auto policy = policy_of(options.policy); !policy)
    return Error{ErrorCode::invalid_argument, policy.error().message};
  auto clock = std::make_shared<ManualClock>(options.start);
  EngineOptions engine_options;
  engine_options.path = options.store;
  engine_options.policy = options.policy;
  engine_options.clock = clock;
  engine_options.logger = options.logger;
  engine_options.deterministic = EngineOptions::Deterministic{.seed = 0, .key_seed = options.key_seed};
  auto engine = Engine::open(std::move(engine_options));
  if (!engine) return engine.error();

  VirtualEngine opened(std::move(engine).value(), std::move(clock));
  if (const Status is_new = opened.check_is_new(options); !is_new) return is_new.error();
  return opened;
}

Status VirtualEngine::check_is_new(const VirtualEngineOptions& options) const {
  bool is_empty = true;
  const auto read = for_each_record(log(), Position{1}, [&](const Record& record) {
    is_empty = record.header.stream == StreamId::policy();
    return is_empty;
  });
  if (!read) return read.error();
  const std::string store = options.store.string();
  if (!is_empty)
    return Error{ErrorCode::invalid_argument,
                 store + " already has members; this wants a store that is new or empty"};

  const auto wanted = policy_of(options.policy);
  if (!wanted) return wanted.error();
  if (engine_.policy_document() != to_toml(*wanted))
    return Error{ErrorCode::invalid_argument,
                 store + " exists and has another policy than is asked for; name a new folder"};
  return {};
}

Status VirtualEngine::move_to(Timestamp time) {
  for (; next_midnight_ <= time; next_midnight_ += one_day) {
    clock_->set(next_midnight_);
    if (const Status woken = wake(); !woken) return woken;
  }
  if (clock_->now() < time) clock_->set(time);
  return {};
}

Status VirtualEngine::wake() {
  engine_.wake_due();
  engine_.run_until_quiet();
  if (auto failure = engine_.failure()) return std::move(*failure);
  return {};
}

void VirtualEngine::submit(Command command, const CommandId& id) {
  const std::size_t place = answers_->size();
  answers_->emplace_back();
  engine_.submit({.command = std::move(command), .id = id, .asked_by = {}},
                 [answers = answers_.get(), place](const Answer& answer) {
                   (*answers)[place] = answer;
                 });
}

Result<std::vector<Answer>> VirtualEngine::settle() {
  engine_.run_until_quiet();
  if (auto failure = engine_.failure()) return std::move(*failure);
  for (const Answer& answer : *answers_) {
    if (is_expected(answer)) continue;
    const std::string why = answer.kind == AnswerKind::rejected
                                ? std::string(name_of(answer.refusal.code)) + " " + answer.sentence
                                : "it takes no more";
    return Error{ErrorCode::closed, "the engine did not decide a command: " + why};
  }
  return std::exchange(*answers_, {});
}

Status VirtualEngine::close() { return engine_.close(std::chrono::minutes{5}); }

}  // namespace inmail::tools
