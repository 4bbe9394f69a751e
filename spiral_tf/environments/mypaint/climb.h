// Hill climbing for many pictures at once, on several threads.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMB_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMB_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
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
};

// A picture to make: programs to begin with, and what becomes of the best.
struct Task {
  const uint8_t* target;
  std::vector<Program> starts;
  uint64_t seed;
  Program program;
  int64_t error;
};

// Climbs from the best `climbers` of a task's starts. Half of them, the farther
// ones, are given up each time that an equal share of the tries is used up.
class TaskClimber {
 public:
  TaskClimber(const Setting& setting, int climbers) : setting_(setting) {
    for (int i = 0; i < climbers; ++i) {
      climbers_.push_back(std::make_unique<Climber>(
          setting.width, setting.channels, setting.brush, setting.paper,
          setting.space));
    }
  }

  // Stops early, with what there is then, once `stop` is true.
  void Run(Task& task, int64_t tries, const std::atomic<bool>& stop) {
    Random random(task.seed);
    std::vector<Climber*> climbing = Begin(task);
    int rounds = 1;
    for (size_t n = climbing.size(); n > 1; n = (n + 1) / 2) ++rounds;
    int64_t used = 0;
    for (int round = 1; round <= rounds; ++round) {
      const int64_t end = tries * round / rounds;
      for (size_t turn = 0; used < end && !stop; ++used) {
        climbing[turn]->Try(random);
        turn = turn + 1 < climbing.size() ? turn + 1 : 0;
      }
      std::stable_sort(climbing.begin(), climbing.end(),
                       [](const Climber* a, const Climber* b) {
                         return a->error() < b->error();
                       });
      climbing.resize((climbing.size() + 1) / 2);
    }
    task.program = climbing[0]->program();
    task.error = climbing[0]->error();
  }

 private:
  // Has each climber begin with one of the best starts.
  std::vector<Climber*> Begin(const Task& task) {
    std::vector<std::pair<int64_t, size_t>> order;
    for (size_t i = 0; i < task.starts.size(); ++i) {
      order.emplace_back(climbers_[0]->Begin(task.starts[i], task.target), i);
    }
    std::stable_sort(order.begin(), order.end());
    std::vector<Climber*> begun;
    for (size_t i = 0; i < std::min(order.size(), climbers_.size()); ++i) {
      climbers_[i]->Begin(task.starts[order[i].second], task.target);
      begun.push_back(climbers_[i].get());
    }
    return begun;
  }

  const Setting& setting_;
  std::vector<std::unique_ptr<Climber>> climbers_;
};

// Works on tasks in threads, for as long as this exists.
class Climb {
 public:
  Climb(const Setting& setting, int climbers, int64_t tries, int threads,
        std::vector<Task>* tasks)
      : running_(threads) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([=, &setting] {
        Work(setting, climbers, tries, tasks);
      });
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
  void Work(const Setting& setting, int climbers, int64_t tries,
            std::vector<Task>* tasks) {
    try {
      TaskClimber climber(setting, climbers);
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
