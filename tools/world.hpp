#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "actors/mail.hpp"
#include "events/policy.hpp"
#include "tools/world_acts.hpp"
#include "tools/world_chance.hpp"
#include "tools/world_people.hpp"

namespace inmail::tools {

struct WorldOptions {
  std::uint64_t members = 0;
  std::uint64_t days = 0;
  std::uint64_t seed = 0;
  Policy policy{};  ///< Nobody orders what it does not know: no packs, drafts or plans for later.
};

/// 2026-01-01, when simulated worlds begin.
inline constexpr Timestamp world_start = std::chrono::sys_days{std::chrono::January / 1 / 2026};

/// An order that somebody gives, and what it is about.
struct Deed {
  Command command;
  CommandId id{};
  Act act;
};

/// People who write to each other, as it might be: they join, subscribe, found companies, sit down
/// to write, open, answer (or not), go on talking, ask again, block, change their minds, and try
/// what cannot work. Seldom they schedule, keep drafts, tidy up, choose, buy, and miss a payment.
/// Knows no engine: it says what is done at which time and is told what came of it. Time goes in
/// steps of a `Tick`. The same options and answers give the same deeds, on every machine. One
/// thread.
class World {
 public:
  using Tick = std::chrono::duration<std::int64_t, std::ratio<600>>;

  /// Requires: at least one member.
  explicit World(const WorldOptions& options);

  /// When something is done next; nothing when the days are over.
  std::optional<Timestamp> next() const;
  Timestamp end() const { return end_; }

  /// All that is done at `next()`, in order. Requires: there is a `next()`.
  std::vector<Deed> act();

  /// What came of a deed. Requires: it is one of the last `act()`, and each of them comes in its
  /// turn.
  void learn(const Deed& deed, const Answer& answer);

 private:
  void settle_people();
  void settle_companies();
  /// Puts an act on the agenda: for the step that holds `at`, or for the next one if that has
  /// begun. Behind the world's end nothing is planned.
  void plan(Timestamp at, Act act);
  void sit_down(Timestamp from, std::size_t sender, std::chrono::minutes mean);

  void perform(const Sitting& act);
  void perform(const FollowUp& act);
  void perform(const FinishDraft& act);
  void perform(const Blunder& act);
  void perform(const Dawn& act);
  template <class Plain>
  void perform(const Plain& act);
  void give(Command command, Act act);
  void send(std::size_t sender, MemberId to, std::optional<std::uint64_t> left,
            std::optional<DraftId> draft = {});
  Sent letter_to(MemberId to, std::size_t sender, std::optional<std::uint64_t> left);

  void draw_ties(Timestamp today);
  void draw_changes_of_plan(Timestamp today);
  void draw_bonuses(Timestamp today);
  Command wrong_send();
  Command wrong_order();

  void arrives(const Sent& sent, Timestamp at);
  void meets_silence(const Sent& sent, Timestamp at);
  void goes_on(const Sent& sent, const Answer& answer);
  void talks_on(const Reply& reply);

  // What few people do (world_habits.cpp).
  void draw_habits(Timestamp today);
  void draw_troubles(Timestamp today);
  bool writes_for_later(const Sender& who);
  void think_again(const Sent& sent);
  void put_aside(std::size_t sender);
  void tidies(const Sent& sent, Timestamp noticed_at);
  void runs_dry(const Sent& sent);
  void is_scheduled(const Schedule& act);
  void has_draft(const KeepDraft& act, DraftId draft);
  void learn_habit(const Act& act, const Answer& answer, const CommandId& id);

  MemberId anybody();
  MemberId somebody_popular_but(MemberId member);

  const std::uint64_t members_;
  const std::uint64_t days_;
  const Timestamp end_;
  Chance chance_;
  const Policy policy_;
  const People people_;
  std::map<Timestamp, std::vector<Act>> agenda_;
  Timestamp now_ = world_start;
  Timestamp soonest_ = world_start;  ///< The first step that can still be planned for.
  std::vector<Deed> deeds_;          ///< Of this step.
  std::uint64_t orders_ = 0;
  std::uint64_t payments_ = 0;
  Letter last_letter_;
  std::optional<Timestamp> answered_at_;  ///< When the last one that arrived will be answered.
};

}  // namespace inmail::tools
