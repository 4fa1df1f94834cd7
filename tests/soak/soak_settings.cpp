#include "tests/soak/soak_settings.hpp"
#include "tests/support/at_once.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <utility>

namespace inmail::soak {
namespace {

/// The system's time, so many times as fast, from a fixed day on.
class FastClock final : public Clock {
 public:
  FastClock(std::int64_t started_ms, std::int64_t speed) : started_ms_(started_ms), speed_(speed) {}

  Timestamp now() const override {
    const std::int64_t passed = to_ms(system_.now()) - started_ms_;
    return day_one_ + Milliseconds{passed * speed_};
  }

 private:
  const SystemClock system_;
  const Timestamp day_one_ = *timestamp_from_text("2026-01-05T09:00:00Z");
  const std::int64_t started_ms_;
  const std::int64_t speed_;
};

constexpr std::uint64_t minutes_a_day = 24 * 60;

std::map<std::string, std::string> flags_from(int count, char** arguments) {
  std::map<std::string, std::string> flags;
  for (int i = 1; i < count; i += 2) {
    if (i + 1 == count) give_up(std::string(arguments[i]) + " wants a value");
    flags[arguments[i]] = arguments[i + 1];
  }
  return flags;
}

/// Takes flags out of those given; what is left at the end nobody knows.
class Flags {
 public:
  Flags(int count, char** arguments) : given_(flags_from(count, arguments)) {}
  Flags(const Flags&) = delete;
  Flags& operator=(const Flags&) = delete;
  ~Flags() {
    if (!given_.empty()) give_up("there is no flag " + given_.begin()->first);
  }

  std::string take(const std::string& name, const std::string& otherwise) {
    auto found = given_.extract(name);
    return found ? found.mapped() : otherwise;
  }
  std::uint64_t number(const std::string& name, std::uint64_t otherwise) {
    const std::string text = take(name, std::to_string(otherwise));
    try {
      return std::stoull(text);
    } catch (const std::exception&) {
      give_up(name + " wants a number");
    }
  }
  std::chrono::seconds seconds(const std::string& name, std::chrono::seconds otherwise) {
    const auto count = number(name, static_cast<std::uint64_t>(otherwise.count()));
    return std::chrono::seconds{count};
  }

 private:
  std::map<std::string, std::string> given_;
};

}  // namespace

void give_up(const std::string& sentence) {
  (void)std::fprintf(stderr, "soak: %s\n", sentence.c_str());
  std::_Exit(2);
}

Settings settings_from(int count, char** arguments) {
  Flags flags(count, arguments);
  Settings settings;
  settings.store = flags.take("--store", "");
  settings.duration = flags.seconds("--seconds", settings.duration);
  settings.kill_every = flags.seconds("--kill-every", settings.kill_every);
  settings.rate = flags.number("--rate", settings.rate);
  settings.members = flags.number("--members", settings.members);
  settings.residents = flags.number("--residents", settings.residents);
  settings.resident_mb = flags.number("--resident-mb", settings.resident_mb);
  settings.days_per_minute = flags.number("--days-per-minute", settings.days_per_minute);
  settings.verify_views = flags.number("--verify-views", 1) != 0;
  settings.keep = flags.number("--keep", 0) != 0;
  settings.life = flags.number("--life", 0);
  settings.clock_started_ms = static_cast<std::int64_t>(flags.number("--clock-started-ms", 0));
  if (settings.members < 100 || settings.rate == 0 || settings.kill_every.count() == 0)
    give_up("--members wants at least 100, --rate and --kill-every more than 0");
  return settings;
}

std::vector<std::string> worker_arguments(const Settings& settings, std::uint64_t life) {
  return {"--store",
          settings.store.string(),
          "--rate",
          std::to_string(settings.rate),
          "--members",
          std::to_string(settings.members),
          "--residents",
          std::to_string(settings.residents),
          "--resident-mb",
          std::to_string(settings.resident_mb),
          "--days-per-minute",
          std::to_string(settings.days_per_minute),
          "--life",
          std::to_string(life),
          "--clock-started-ms",
          std::to_string(settings.clock_started_ms)};
}

EngineOptions engine_options(const Settings& settings) {
  EngineOptions options;
  options.path = settings.store;
  options.policy = test::delivers_at_once;
  options.residents_max = settings.residents;
  options.resident_bytes_max = settings.resident_mb << 20;
  options.clock = std::make_shared<FastClock>(
      settings.clock_started_ms,
      static_cast<std::int64_t>(settings.days_per_minute * minutes_a_day));
  return options;
}

}  // namespace inmail::soak
