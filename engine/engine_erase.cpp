#include <future>

#include "engine/engine_impl.hpp"
#include "engine/erasure_list.hpp"
#include "projections/notices.hpp"

// How the key of an erased member goes, certainly and not too early:
//
// 1. The member's actor records MemberErased, and with it what ends. From here on the member is a
//    stranger, and the duty to destroy the key is an open notice in the log.
// 2. When that is durable, and not before, the journal tells the actor of its duty.
// 3. The actor has the key destroyed: overwritten and synced, its member remembered as erased.
// 4. It records MemberKeyDestroyed, which settles the notice.
//
// Whatever dies in between, the notice is open and is sent again: when the store is opened, and
// while it is open if step 3 failed. A crash before 2 costs no key; one after 3 destroys it once
// more, which changes nothing. Comparing the log's erased members with the keys at each opening
// would be as certain, but costs more with every member ever erased, and leaves no record that the
// key is gone.

namespace inmail {

bool Engine::Impl::destroy_key(MemberId member) {
  const Status erased = keys->erase(member);
  if (erased) return true;
  const std::string sentence = "the key of " + to_text(StreamId{member}) +
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
  if (const Status sent = resend_open_notices(NoticeKind::destroy_key); !sent)
    reopen_because(sent.error().message);
}

Status Engine::Impl::erase_again() {
  const auto list = read_erasures(layout.erasures(), files);
  if (!list) return list.error();
  if (list->empty()) return {};
  std::vector<std::future<Answer>> settled;
  for (const MemberId member : *list) {
    const auto done = std::make_shared<std::promise<Answer>>();
    settled.push_back(done->get_future());
    submit(
        {.command = EraseMember{member}, .id = {}, .asked_by = {}}, [](const Answer&) {},
        [done](const Answer& answer) { done->set_value(answer); });
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
