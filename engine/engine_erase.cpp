#include <future>
#include <map>

#include "engine/engine_impl.hpp"
#include "engine/erasure_list.hpp"
#include "projections/notices.hpp"

// How a key of an erased member goes, certainly and not too early:
//
// 1. The member's actor records MemberErased, and with it what ends; then or later ReceivedErased,
//    if what others wrote to the member is to go as well. From here on the member is a stranger,
//    and the duty to destroy the key is an open notice in the log: one for each of the two keys.
// 2. When that is durable, and not before, the journal tells the actor of its duty.
// 3. The actor has the key destroyed: overwritten and synced, its name remembered as erased.
// 4. It records MemberKeyDestroyed, or ReceivedKeyDestroyed, which settles the notice.
//
// Whatever dies in between, the notice is open and is sent again: when the store is opened, and
// while it is open if step 3 failed. A crash before 2 costs no key; one after 3 destroys it once
// more, which changes nothing. Comparing the log's erased members with the keys at each opening
// would be as certain, but costs more with every member ever erased, and leaves no record that the
// key is gone.

namespace inmail {

bool Engine::Impl::destroy_key(KeyId key) {
  const Status erased = keys->erase(key);
  if (erased) return true;
  const std::string sentence = "the key of what " + to_text(StreamId{key.member}) +
                               (key.use == KeyUse::received ? " received" : " wrote") +
                               " could not be destroyed: " + erased.error().message;
  const ErrorCode code = erased.error().code;
  if (!options.keys && (code == ErrorCode::io || code == ErrorCode::closed)) {
    reopen_because(sentence);
  } else {
    logger->write(Logger::Level::error, sentence + "; this will be tried again");
    owes_keys = true;
  }
  return false;
}

void Engine::Impl::destroy_owed_keys() {
  if (!owes_keys || !first_views) return;
  keys_tried_at = std::chrono::steady_clock::now();
  if (options.deterministic) catch_up_views();
  const Status known = first_views->wait_until(NoticesView::name, log->head().position,
                                               keys_tried_at + std::chrono::seconds{1});
  if (!known) return;
  owes_keys = false;
  for (const NoticeKind duty : {NoticeKind::destroy_key, NoticeKind::destroy_received})
    if (const Status sent = resend_open_notices(duty); !sent)
      return reopen_because(sent.error().message);
}

bool Engine::Impl::seal_for_reader(Command& command, MemberId reader) {
  const Status sealed = inmail::seal_for_reader(command, reader, *keys);
  // Who was erased with what they received is there for nobody to write to, whatever is known of
  // them elsewhere: what comes of the command says that.
  if (sealed || sealed.error().code == ErrorCode::not_found) return true;
  const std::string sentence = "a text could not be sealed: " + sealed.error().message;
  options.keys ? fail(sentence) : reopen_because(sentence);
  return false;
}

Status Engine::Impl::erase_again() {
  const auto list = read_erasures(layout.erasures(), files);
  if (!list) return list.error();
  if (list->empty()) return {};
  std::vector<std::future<Answer>> settled;
  std::map<MemberId, bool> members;
  for (const KeyId& key : *list) members[key.member] |= key.use == KeyUse::received;
  for (const auto& [member, also_received] : members) {
    const auto done = std::make_shared<std::promise<Answer>>();
    settled.push_back(done->get_future());
    submit(
        {.command = EraseMember{member, also_received}, .id = {}, .asked_by = {}},
        [](const Answer&) {}, [done](const Answer& answer) { done->set_value(answer); });
  }
  if (options.deterministic) run_until_quiet();
  for (std::future<Answer>& each : settled)
    if (const Answer answer = each.get(); !answer.ok())
      return Error{ErrorCode::io,
                   "members that were erased before the restore could not be erased "
                   "again; opening the store tries that once more"};
  if (const Status removed = files.remove(layout.erasures()); !removed) return removed;
  return files.sync_directory_of(layout.erasures());
}

}  // namespace inmail
