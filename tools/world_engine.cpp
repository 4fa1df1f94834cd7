#include "tools/world_engine.hpp"

#include <system_error>
#include <utility>

#include "engine/store_layout.hpp"
#include "events/policy.hpp"
#include "events/rocks_log.hpp"

namespace inmail::tools {
namespace {

/// Far below what an engine takes at a time.
constexpr std::size_t orders_under_way_max = 4'096;

/// What is on record only for orders that make sense: the drivers give no others.
bool is_expected(const Answer& answer) {
  if (answer.ok()) return true;
  return answer.kind == AnswerKind::rejected && answer.refusal.code != Rejection::malformed &&
         answer.refusal.code != Rejection::command_id_reused;
}

/// Looks at a store that is there already, without changing it: it may hold the policy that is
/// asked for, and nothing else. Errors: invalid_argument; as `RocksLog::open`.
Status check_is_new(const std::filesystem::path& store, const Policy& wanted) {
  const StoreLayout layout{store};
  std::error_code failed;
  if (!std::filesystem::exists(layout.log(), failed)) return {};
  const auto log = RocksLog::open({.path = layout.log(),
                                   .head_file = layout.head_file(),
                                   .access = LogAccess::read,
                                   .store = {}});
  if (!log && log.error().code == ErrorCode::not_found) return {};
  if (!log) return log.error();

  std::string complaint;
  const auto read = for_each_record(**log, Position{1}, [&](const Record& record) {
    const auto* adopted = std::get_if<PolicyAdopted>(&record.event);
    if (adopted == nullptr)
      complaint = " holds more than a policy; this wants a store that is new or empty";
    else if (adopted->document != to_toml(wanted))
      complaint = " has another policy than is asked for; name a new folder";
    return complaint.empty();
  });
  if (!read) return read.error();
  if (complaint.empty()) return {};
  return Error{ErrorCode::invalid_argument, store.string() + complaint};
}

}  // namespace

Result<Policy> policy_of(const std::string& policy) {
  if (policy.find_first_of("=\n") == std::string::npos) return preset(policy);
  return parse_policy(policy, "policy");
}

VirtualEngine::VirtualEngine(Engine engine, std::shared_ptr<ManualClock> clock)
    : clock_(std::move(clock)),
      answers_(std::make_unique<std::vector<Answer>>()),
      engine_(std::move(engine)) {}

Result<VirtualEngine> VirtualEngine::open(const VirtualEngineOptions& options) {
  const auto policy = policy_of(options.policy);
  if (!policy) return Error{ErrorCode::invalid_argument, policy.error().message};
  if (const Status is_new = check_is_new(options.store, *policy); !is_new) return is_new.error();

  auto clock = std::make_shared<ManualClock>(options.start);
  EngineOptions engine_options;
  engine_options.path = options.store;
  engine_options.policy = options.policy;
  engine_options.clock = clock;
  engine_options.logger = options.logger;
  engine_options.deterministic =
      EngineOptions::Deterministic{.seed = 0, .key_seed = options.key_seed};
  auto engine = Engine::open(std::move(engine_options));
  if (!engine) return engine.error();
  return VirtualEngine(std::move(engine).value(), std::move(clock));
}

Status VirtualEngine::move_to(Timestamp time) {
  while (true) {
    const auto next = engine_.next_due();
    if (!next) return next.error();
    if (!*next || **next > time) break;
    if (now() < **next) clock_->set(**next);
    if (const Status woken = wake(); !woken) return woken;
  }
  if (now() < time) clock_->set(time);
  return {};
}

Status VirtualEngine::wake() {
  engine_.wake_due();
  return settle();
}

void VirtualEngine::submit(Order order) {
  const std::size_t place = answers_->size();
  answers_->emplace_back();
  engine_.submit(
      {.command = std::move(order.command), .id = order.id, .asked_by = {}},
      [answers = answers_.get(), place](const Answer& answer) { (*answers)[place] = answer; });
}

Status VirtualEngine::settle() {
  engine_.run_until_quiet();
  if (auto failure = engine_.failure()) return std::move(*failure);
  return {};
}

Result<std::vector<Answer>> VirtualEngine::decide(std::vector<Order> orders) {
  answers_->clear();
  for (Order& each : orders) {
    submit(std::move(each));
    if (answers_->size() % orders_under_way_max != 0) continue;
    if (const Status settled = settle(); !settled) return settled.error();
  }
  if (const Status settled = settle(); !settled) return settled.error();
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
