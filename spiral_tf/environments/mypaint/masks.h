// What a stroke covers by itself, remembered.
//
// A stroke of paint lets a share of what is beneath through, pixel by pixel,
// which depends on nothing but the stroke, nearly: within a sequence of strokes
// a brush remembers a little of the one before. A search that tries the same
// strokes over and over need not have them drawn each time.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_MASKS_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_MASKS_H_

#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actions.h"
#include "box.h"
#include "coverage.h"
#include "curve.h"

namespace spiral {

// How much of what is beneath a stroke covers, 255 for all, row by row in a box.
struct StrokeMask {
  Box box;
  std::vector<uint8_t> covers;
};

// A mask, and where it is: so many pixels below and to the right of its box.
struct PlacedMask {
  const StrokeMask* mask;
  int down;
  int right;

  bool operator==(const PlacedMask& other) const {
    return mask == other.mask && down == other.down && right == other.right;
  }
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

// Strokes of one shape have one mask, wherever on the grid they are.
class Masks {
 public:
  // `space` is kept by the caller. Forgets all when it has this many bytes.
  Masks(int width, const std::string& brush, const ActionSpace& space,
        size_t max_bytes)
      : width_(width),
        space_(space),
        max_bytes_(max_bytes),
        coverage_(brush, space.substrokes) {
    const int grid = space.grid_width;
    cells_ = coverage_.heeds_place() ? grid : grid / std::gcd(grid, width);
    pixels_ = cells_ * width / grid;
  }

  // Forgets all, if it is much. Masks are valid up to the next call only; tells
  // whether they still are.
  bool Trim() {
    if (bytes_ < max_bytes_) return true;
    masks_.clear();
    bytes_ = 0;
    return false;
  }

  PlacedMask Get(const StrokeKey& key) {
    const int grid = space_.grid_width;
    const int down = key.start / grid / cells_;
    const int right = key.start % grid / cells_;
    const auto shifted = [&](int cell) {
      return (cell / grid - down * cells_ + grid) * 2 * grid + cell % grid -
             right * cells_ + grid;
    };
    const StrokeKey shape{shifted(key.start), shifted(key.control),
                          shifted(key.end),   key.size,
                          key.from,           key.to};
    const auto [found, is_new] = masks_.try_emplace(shape);
    if (is_new) {
      Draw(shape, &found->second);
      bytes_ += kNodeBytes + found->second.covers.size();
    }
    return {&found->second, down * pixels_, right * pixels_};
  }

 private:
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

  void Draw(const StrokeKey& shape, StrokeMask* mask) {
    const int grid = space_.grid_width;
    const float cell = static_cast<float>(width_) / grid;
    const auto center = [&](int row) { return (row - grid + 0.5f) * cell; };
    const auto y = [&](int place) { return center(place / (2 * grid)); };
    const auto x = [&](int place) { return center(place % (2 * grid)); };
    const Curve curve{y(shape.start),
                      x(shape.start),
                      y(shape.control),
                      x(shape.control),
                      y(shape.end),
                      x(shape.end),
                      static_cast<float>(space_.sizes[shape.size]),
                      static_cast<float>(space_.pressures[shape.to])};
    std::optional<float> before;
    if (shape.from != kPutDown) before = space_.pressures[shape.from];
    // Where the canvas may be, if the stroke starts there.
    const Box visible{pixels_ - width_, pixels_ - width_, width_, width_};
    coverage_.Draw(curve, visible, &drawn_, before);
    const Box& box = mask->box = drawn_.box;
    mask->covers.reserve(box.area());
    for (int row = box.top; row < box.bottom; ++row) {
      const float* alpha = drawn_.Row(row);
      for (int i = 0; i < box.width(); ++i) {
        mask->covers.push_back(static_cast<uint8_t>(alpha[i] * 255 + 0.5f));
      }
    }
  }

  const int width_;
  const ActionSpace& space_;
  const size_t max_bytes_;
  Coverage coverage_;
  // The grid is the same again after so many cells, and so many pixels.
  int cells_;
  int pixels_;
  Mask drawn_;
  std::unordered_map<StrokeKey, StrokeMask, Hash> masks_;
  size_t bytes_ = 0;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_MASKS_H_
