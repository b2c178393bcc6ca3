#pragma once

#include "context.h"
#include "porthole/client/session_watcher.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace porthole::cli {

// Shows what a watcher tells, until there is no use in waiting any longer.
class WatchOutput : public client::SessionObserver {
 public:
  // Returns OK after `most`, or the error that ended it: one of the caller's making, or any before
  // the first view was there. A node that goes away later is waited for.
  absl::Status Show(const client::SessionWatcher& watcher,
                    std::optional<std::chrono::milliseconds> most);

  void OnSynced() override;
  void OnLost(const absl::Status& why) override;

 protected:
  // How long Show() sleeps between two draws.
  static constexpr std::chrono::milliseconds kStep{200};

  // On Show()'s thread, every step.
  virtual void Draw(const client::SessionWatcher& /*watcher*/) {}

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  absl::Status why_;
  bool synced_ = false;
};

// One line of JSON for each thing that happens.
std::unique_ptr<WatchOutput> MakeJsonLines(const Context& context);

// A table that is drawn again and again in the same place.
std::unique_ptr<WatchOutput> MakeLiveTable(const Context& context);

}  // namespace porthole::cli
