// Threads that share work, which whoever asked for it may end.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_CREW_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_CREW_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace spiral {

// One `Hand` a thread: what it works with.
template <typename Hand>
class Crew {
 public:
  // `check` is called now and then while there is work, by the thread that asked
  // for it; what it throws ends the work.
  Crew(std::vector<std::unique_ptr<Hand>> hands, std::function<void()> check)
      : hands_(std::move(hands)), check_(std::move(check)) {}

  // Whether work in hand is to be left.
  bool stopped() const { return stopped_; }

  // Asks whether to go on, if this is the hand of the thread that asked.
  void Check(const Hand& hand) {
    if (&hand != hands_[0].get()) return;
    try {
      check_();
    } catch (...) {
      Stop();
    }
  }

  // Calls `work(i, hand)` for numbers from 0 on, before `number`. Throws what one
  // of the calls, or `check`, has thrown.
  template <typename Work>
  void ForEach(size_t number, Work work) {
    std::atomic<size_t> next{0};
    const auto go_on = [&](Hand& hand) {
      try {
        for (size_t i; !stopped_ && (i = next++) < number;) {
          Check(hand);
          if (!stopped_) work(i, hand);
        }
      } catch (...) {
        Stop();
      }
    };
    std::vector<std::thread> threads;
    for (size_t i = 1; i < std::min(hands_.size(), number); ++i) {
      threads.emplace_back([&, i] { go_on(*hands_[i]); });
    }
    go_on(*hands_[0]);
    for (std::thread& thread : threads) thread.join();
    if (!stopped_) return;
    stopped_ = false;
    std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  void Stop() {
    std::lock_guard<std::mutex> lock(mutex_);
    error_ = std::current_exception();
    stopped_ = true;
  }

  const std::vector<std::unique_ptr<Hand>> hands_;
  const std::function<void()> check_;
  std::mutex mutex_;
  std::exception_ptr error_;
  std::atomic<bool> stopped_{false};
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_CREW_H_
