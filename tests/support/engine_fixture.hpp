#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string_view>

#include "engine/engine.hpp"
#include "tests/support/at_once.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail::test {

/// For engines that are to have much to complain of.
class SilentLogger final : public Logger {
 public:
  void write(Level, std::string_view) override {}
};

/// A store in a folder of its own, under a clock that only the test moves.
class EngineTest : public testing::Test {
 protected:
  const std::filesystem::path& path() const { return store_; }
  ManualClock& clock() { return *clock_; }

  virtual EngineOptions options() {
    EngineOptions options;
    options.path = store_;
    options.policy = delivers_at_once;
    options.clock = clock_;
    return options;
  }

  Engine open() {
    auto engine = Engine::open(options());
    if (!engine) throw std::runtime_error(engine.error().message);
    return std::move(engine).value();
  }

  /// The answer, once it is durable.
  Answer do_now(Engine& engine, Command command) {
    return submit(engine, std::move(command)).reply.get();
  }

  /// The answer, once everything that the command set off is on record.
  Answer settle(Engine& engine, Command command) {
    return submit(engine, std::move(command)).settled.get();
  }

  InMailId last_inmail() const { return inmail_of(last_); }

  void introduce(Engine& engine, std::initializer_list<std::uint64_t> members) {
    for (const std::uint64_t member : members)
      ASSERT_TRUE(do_now(engine, RegisterMember{MemberId{member}, "Somebody", "Something"}).ok());
  }

  void expect_equal_views(Engine& engine) {
    const auto checks = engine.verify();
    ASSERT_TRUE(checks.ok()) << checks.error().message;
    EXPECT_GE(checks->size(), 7u);
    for (const ViewCheck& check : *checks) EXPECT_TRUE(check.equal) << check.view << check.failure;
  }

 private:
  Submission submit(Engine& engine, Command command) {
    Submission submission = engine.submit({std::move(command), {}, {}});
    last_ = submission.id;
    if (options().deterministic) engine.run_until_quiet();
    return submission;
  }

  TempDir folder_;
  std::filesystem::path store_ = folder_.path() / "store";
  std::shared_ptr<ManualClock> clock_ =
      std::make_shared<ManualClock>(*timestamp_from_text("2026-01-05T09:00:00Z"));
  CommandId last_;
};

}  // namespace inmail::test
