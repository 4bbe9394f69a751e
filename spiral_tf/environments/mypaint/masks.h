// What a stroke covers by itself, remembered.
//
// A stroke of paint lets a share of what is beneath through, pixel by pixel,
// which depends on nothing but the stroke, nearly: within a sequence of strokes
// a brush remembers a little of the one before. A search that tries the same
// strokes over and over need not have them drawn each time.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_MASKS_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_MASKS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actions.h"
#include "canvas.h"

namespace spiral {

// Pixels from (y0, x0) up to, not including, (y1, x1).
struct Box {
  int y0 = 0;
  int x0 = 0;
  int y1 = 0;
  int x1 = 0;

  bool empty() const { return y0 >= y1 || x0 >= x1; }

  // The smallest box that has both in it.
  void Include(const Box& other) {
    if (other.empty()) return;
    if (empty()) {
      *this = other;
      return;
    }
    y0 = std::min(y0, other.y0);
    x0 = std::min(x0, other.x0);
    y1 = std::max(y1, other.y1);
    x1 = std::max(x1, other.x1);
  }
};

// How much of what is beneath a stroke covers, 255 for all, row by row.
struct Mask {
  Box box;
  std::vector<uint8_t> covers;
};

// A stroke, as indices of an `ActionSpace`. `from` is the pressure of the stroke
// before in the same sequence, or `kPutDown`.
struct StrokeKey {
  int start, control, end, size, from, to;

  bool operator==(const StrokeKey& other) const {
    return start == other.start && control == other.control &&
           end == other.end && size == other.size && from == other.from &&
           to == other.to;
  }
};
constexpr int kPutDown = -1;

class Masks {
 public:
  // `space` is kept by the caller.
  Masks(int width, const std::string& brush, const ActionSpace& space)
      : canvas_(width, brush, Paper{false, {0, 0, 0}}), space_(space) {
    // The brush has drawn once, so that going back does not take a new one.
    canvas_.Stroke(0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1);
    canvas_.SaveTo(&blank_);
    std::fill(blank_.tiles.begin(), blank_.tiles.end(), 0);
  }

  // Forgets all, if it is much. Masks are valid up to the next call only; tells
  // whether they still are.
  bool Trim() {
    if (bytes_ < kMaxBytes) return true;
    masks_.clear();
    bytes_ = 0;
    return false;
  }

  const Mask* Get(const StrokeKey& key) {
    const auto [found, is_new] = masks_.try_emplace(key);
    if (is_new) {
      Draw(key, &found->second);
      bytes_ += kNodeBytes + found->second.covers.size();
    }
    return &found->second;
  }

 private:
  static constexpr size_t kMaxBytes = 64 << 20;
  static constexpr size_t kNodeBytes = 128;

  struct Hash {
    size_t operator()(const StrokeKey& key) const {
      uint64_t hash = 0;
      for (int value : {key.start, key.control, key.end, key.size, key.from,
                        key.to}) {
        hash = (hash ^ static_cast<uint32_t>(value)) * 0x9e3779b97f4a7c15;
        hash ^= hash >> 32;
      }
      return hash;
    }
  };

  void Draw(const StrokeKey& key, Mask* mask) {
    canvas_.Restore(blank_);
    const auto& start = space_.centers[key.start];
    canvas_.MoveTo(start.first, start.second);
    // On the spot, to begin with the pressure of the stroke before.
    if (key.from != kPutDown) Stroke(start, start, key.from, key.size, 1);
    const auto& control = space_.centers[key.control];
    const auto& end = space_.centers[key.end];
    Stroke(control, end, key.to, key.size, space_.substrokes);
    const int width = canvas_.width();
    const uint8_t* ink = canvas_.Bytes(1);
    Box& box = mask->box;
    box = {width, width, 0, 0};
    for (int y = 0; y < width; ++y) {
      for (int x = 0; x < width; ++x) {
        if (ink[y * width + x] == 0) continue;
        box.y0 = std::min(box.y0, y);
        box.x0 = std::min(box.x0, x);
        box.y1 = y + 1;
        box.x1 = std::max(box.x1, x + 1);
      }
    }
    if (box.empty()) {
      box = {};
      return;
    }
    mask->covers.reserve((box.y1 - box.y0) * (box.x1 - box.x0));
    for (int y = box.y0; y < box.y1; ++y) {
      mask->covers.insert(mask->covers.end(), ink + y * width + box.x0,
                          ink + y * width + box.x1);
    }
  }

  void Stroke(const std::pair<double, double>& control,
              const std::pair<double, double>& end, int pressure, int size,
              int substrokes) {
    canvas_.Stroke(control.first, control.second, end.first, end.second,
                   space_.pressures[pressure], space_.sizes[size], 0, 0, 0,
                   substrokes, 0, substrokes);
  }

  Canvas canvas_;
  const ActionSpace& space_;
  Snapshot blank_;
  std::unordered_map<StrokeKey, Mask, Hash> masks_;
  size_t bytes_ = 0;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_MASKS_H_
