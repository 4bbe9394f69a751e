// Climbing for many pictures at once, on several threads.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMB_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMB_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "climber.h"

namespace spiral {

// Who draws, and what actions mean.
struct Setting {
  int width;
  int channels;
  std::string brush;
  Paper paper;
  ActionSpace space;
  double stroke_cost;  // A share of the blank canvas's error.
  size_t mask_bytes;   // That a thread remembers of what strokes cover.
};

// A picture to make: programs to begin with, and what becomes of the best.
struct Task {
  const uint8_t* target;
  std::vector<Program> starts;
  uint64_t seed;
  Program program;
  int64_t error;
};

// How large a share of the error a variation may add at first, more or less;
// the share goes to nothing along the tries (docs/search.md).
constexpr double kHeat = 0.03;

// Climbs from the nearest of a task's starts.
class TaskClimber {
 public:
  explicit TaskClimber(const Setting& setting)
      : masks_(MakeMasks(setting)),
        climber_(setting.width, setting.channels, setting.brush, setting.paper,
                 setting.space, setting.stroke_cost,
                 masks_ ? &*masks_ : nullptr) {}

  // Stops early, with what there is then, once `stop` is true.
  void Run(Task& task, int64_t tries, const std::atomic<bool>& stop) {
    Random random(task.seed);
    size_t best = 0;
    int64_t least = std::numeric_limits<int64_t>::max();
    for (size_t i = 0; i < task.starts.size(); ++i) {
      const int64_t energy = climber_.Begin(task.starts[i], task.target);
      if (energy < least) std::tie(least, best) = std::pair(energy, i);
    }
    climber_.Begin(task.starts[best], task.target);
    for (int64_t used = 0; used < tries && !stop; ++used) {
      climber_.Try(kHeat * (tries - used) / tries, random);
    }
    task.program = climber_.best().program;
    task.error = climber_.best().error;
  }

 private:
  // None if what strokes leave depends on more than what they cover.
  static std::optional<Masks> MakeMasks(const Setting& setting) {
    const BrushTemplate brush(setting.brush);
    const bool has_alpha = !setting.paper.opaque && setting.channels != 1;
    if (has_alpha || !brush.has_only_states() || !brush.only_covers()) {
      return std::nullopt;
    }
    return std::optional<Masks>(std::in_place, setting.width, setting.brush,
                                setting.space, setting.mask_bytes);
  }

  std::optional<Masks> masks_;
  Climber climber_;
};

// Works on tasks in threads, for as long as this exists.
class Climb {
 public:
  Climb(const Setting& setting, int64_t tries, int threads,
        std::vector<Task>* tasks)
      : running_(threads) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back(
          [=, &setting] { Work(setting, tries, tasks); });
    }
  }

  ~Climb() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

  // Waits a little; returns whether all is done.
  bool Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait_for(lock, std::chrono::milliseconds(50),
                   [this] { return running_ == 0; });
    if (running_ == 0 && error_) std::rethrow_exception(error_);
    return running_ == 0;
  }

 private:
  void Work(const Setting& setting, int64_t tries, std::vector<Task>* tasks) {
    try {
      TaskClimber climber(setting);
      size_t i;
      while (!stop_ && (i = next_++) < tasks->size()) {
        climber.Run((*tasks)[i], tries, stop_);
      }
    } catch (...) {
      std::lock_guard<std::mutex> lock(mutex_);
      error_ = std::current_exception();
      stop_ = true;
    }
    std::lock_guard<std::mutex> lock(mutex_);
    if (--running_ == 0) done_.notify_all();
  }

  std::atomic<bool> stop_{false};
  std::atomic<size_t> next_{0};
  std::mutex mutex_;
  std::condition_variable done_;
  std::exception_ptr error_;
  int running_;
  std::vector<std::thread> threads_;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMB_H_
