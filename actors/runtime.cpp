#include "actors/runtime.hpp"

#include <algorithm>
#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/logger.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <random>

namespace inmail {
using MailPtr = std::shared_ptr<Mail>;
}

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(inmail::MailPtr)

namespace inmail {
namespace {

/// A mailbox around an entity.
class EntityActor final : public caf::event_based_actor {
 public:
  EntityActor(caf::actor_config& config, std::unique_ptr<Entity> entity,
              const std::function<void(const std::string&, bool)>& on_failure)
      : caf::event_based_actor(config), entity_(std::move(entity)) {
    set_exception_handler([&on_failure](std::exception_ptr& thrown) -> caf::error {
      try {
        std::rethrow_exception(thrown);
      } catch (const Defect& defect) {
        on_failure(defect.what(), true);
      } catch (const std::exception& failure) {
        on_failure(failure.what(), false);
      } catch (...) {
        on_failure("an actor threw something that is no exception", false);
      }
      return caf::exit_reason::unhandled_exception;
    });
  }

  caf::behavior make_behavior() override {
    return {[this](MailPtr& mail) {
      if (!entity_->receive(std::move(*mail))) quit();
    }};
  }

  void on_exit() override { entity_.reset(); }

 private:
  std::unique_ptr<Entity> entity_;
};

class CafMailbox final : public Mailbox {
 public:
  explicit CafMailbox(caf::actor actor) : actor_(std::move(actor)) {}

  void send(Mail mail) override { caf::anon_send(actor_, std::make_shared<Mail>(std::move(mail))); }
  void kill() override { caf::anon_send_exit(actor_, caf::exit_reason::kill); }

 private:
  caf::actor actor_;
};

/// CAF remembers the system's logger for each thread that has to do with the system, and a system
/// only ends when no thread remembers it any more. So a thread of the host's would hold up any
/// other that closes the engine.
void forget_system() { caf::logger::set_current_actor_system(nullptr); }

}  // namespace

struct Runtime::Impl {
  explicit Impl(RuntimeOptions given)
      : options(std::move(given)), random(options.seed.value_or(0)) {
    if (options.seed) {
      config.set("scheduler.policy", caf::atom("testing"));
      config.set("scheduler.max-throughput", std::size_t{1});
    } else {
      config.set("scheduler.policy", caf::atom("sharing"));
      config.set("scheduler.max-threads", std::max<std::size_t>(options.threads, 1));
    }
    config.set("logger.verbosity", caf::atom("quiet"));
    system = std::make_unique<caf::actor_system>(config);
    forget_system();
    if (options.seed)
      seeded = dynamic_cast<caf::scheduler::test_coordinator*>(&system->scheduler());
  }

  RuntimeOptions options;
  std::mt19937_64 random;
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  caf::scheduler::test_coordinator* seeded = nullptr;
};

Runtime::Runtime(RuntimeOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Runtime::~Runtime() { stop(); }

std::shared_ptr<Mailbox> Runtime::spawn(std::unique_ptr<Entity> entity) {
  auto mailbox = std::make_shared<CafMailbox>(impl_->system->spawn<EntityActor, caf::lazy_init>(
      std::move(entity), impl_->options.on_failure));
  forget_system();
  return mailbox;
}

bool Runtime::step() {
  auto& scheduler = *impl_->seeded;
  if (!scheduler.has_job()) return false;
  if (*impl_->options.seed != 0 && scheduler.jobs.size() > 1) {
    const auto pick = static_cast<std::ptrdiff_t>(impl_->random() % scheduler.jobs.size());
    std::swap(*scheduler.jobs.begin(), *(scheduler.jobs.begin() + pick));
  }
  scheduler.run_once();
  return true;
}

void Runtime::stop() {
  if (!impl_->system) return;
  while (impl_->seeded != nullptr && step()) {
  }
  impl_->system.reset();
}

}  // namespace inmail
