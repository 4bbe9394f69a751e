// What a picture would look like, from what its strokes cover: nearly exact, and
// far quicker than drawing them.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_ESTIMATE_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_ESTIMATE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "actions.h"
#include "box.h"
#include "masks.h"
#include "pixels.h"

namespace spiral {

// The picture of one program, as it is and as it would be after a change, and
// how far each is from a target.
//
// Where a real picture of the program was seen, by `Correct`, what the estimate
// was wrong by is taken off later ones.
class Estimate {
 public:
  // `masks` and `space` are kept by the caller.
  Estimate(int width, int channels, const Paper& paper,
           const ActionSpace& space, Masks* masks)
      : width_(width),
        channels_(channels),
        space_(space),
        masks_(masks),
        ink_(!paper.opaque),
        now_(width * width * channels),
        goal_(now_.size()) {
    for (int c = 0; c < 3; ++c) {
      paper_[c] = Value(static_cast<double>(paper.rgb[c]) / kOne);
    }
    if (channels == 1) paper_[0] = Value(Luma(paper.rgb) / (256.0 * kOne));
  }

  // Begins with a program, of which there is a real picture.
  void Begin(const Program& program, const uint8_t* picture,
             const uint8_t* target) {
    target_ = target;
    Plan(program, &strokes_);
    const Box all{0, 0, width_, width_};
    Compose(strokes_, all);
    Store(all);
    Correct(picture);
  }

  // Learns what a real picture of the program is.
  void Correct(const uint8_t* picture) {
    for (size_t i = 0; i < now_.size(); ++i) {
      goal_[i] = static_cast<int16_t>(target_[i] - picture[i] + now_[i]);
    }
  }

  // Estimates by how much a varied program's error is more.
  int64_t Try(const Program& varied) {
    if (!masks_->Trim()) Remember();
    Plan(varied, &varied_);
    changed_ = {0, 0, 0, 0};
    for (size_t i = 0; i < std::max(strokes_.size(), varied_.size()); ++i) {
      const Stroke* a = i < strokes_.size() ? &strokes_[i] : nullptr;
      const Stroke* b = i < varied_.size() ? &varied_[i] : nullptr;
      if (a && b && a->placed == b->placed && a->color == b->color) continue;
      if (a) changed_ = changed_.Union(a->box);
      if (b) changed_ = changed_.Union(b->box);
    }
    if (changed_.empty()) return 0;
    Compose(varied_, changed_);
    return Difference();
  }

  // The program that was tried last is the program from now on.
  void Keep() {
    strokes_.swap(varied_);
    if (!changed_.empty()) Store(changed_);
  }

  // The estimate less what it is known to be wrong by is as far from the target
  // as this is from `goal`.
  const uint8_t* picture() const { return now_.data(); }
  const int16_t* goal() const { return goal_.data(); }

 private:
  struct Stroke {
    StrokeKey key;
    PlacedMask placed;
    Box box;  // Where on the canvas it is.
    std::array<uint16_t, 3> color;
  };

  // A share as a 16-bit number whose upper byte, rounded, is the picture's.
  static uint16_t Value(double share) {
    return static_cast<uint16_t>(share * 255 * 256 + 0.5);
  }

  // The strokes of a program. What `strokes` has already is not looked up.
  void Plan(const Program& program, std::vector<Stroke>* strokes) {
    strokes->clear();
    int start = 0, from = kPutDown;
    size_t known = 0;
    for (size_t i = 0; i < program.size(); ++i) {
      const Action& a = program[i];
      if (!Draws(space_, a, static_cast<int>(i))) {
        from = kPutDown;
      } else {
        const StrokeKey key{start, a.control, a.end, a.size, from, a.pressure};
        if (known < strokes_.size() && strokes_[known].key == key) {
          strokes->push_back(strokes_[known]);
          strokes->back().color = Color(a);
        } else {
          strokes->push_back(Place(key, Color(a)));
        }
        ++known;
        from = a.pressure;
      }
      start = a.end;
    }
  }

  Stroke Place(const StrokeKey& key, const std::array<uint16_t, 3>& color) {
    const PlacedMask placed = masks_->Get(key);
    const Box& of = placed.mask->box;
    const Box box{of.top + placed.down, of.left + placed.right,
                  of.bottom + placed.down, of.right + placed.right};
    return {key, placed, box.Intersection({0, 0, width_, width_}), color};
  }

  std::array<uint16_t, 3> Color(const Action& action) const {
    if (ink_) return {Value(1), 0, 0};
    if (space_.colors.empty()) return {0, 0, 0};
    const auto level = [&](int c) { return space_.colors[action.color[c]]; };
    if (channels_ == 1) {
      return {Value((77 * level(0) + 150 * level(1) + 29 * level(2)) / 256), 0,
              0};
    }
    return {Value(level(0)), Value(level(1)), Value(level(2))};
  }

  void Remember() {
    for (Stroke& stroke : strokes_) stroke = Place(stroke.key, stroke.color);
  }

  // Lays the strokes on paper, in a box: `scratch_`, a channel after the other.
  void Compose(const std::vector<Stroke>& strokes, const Box& box) {
    const int columns = box.width();
    const int area = columns * box.height();
    scratch_.resize(area * channels_);
    for (int c = 0; c < channels_; ++c) {
      std::fill_n(scratch_.begin() + c * area, area, paper_[c]);
    }
    for (const Stroke& stroke : strokes) {
      const Box meet = stroke.box.Intersection(box);
      if (meet.empty()) continue;
      const StrokeMask& mask = *stroke.placed.mask;
      const int down = mask.box.top + stroke.placed.down;
      const int right = mask.box.left + stroke.placed.right;
      const int stride = mask.box.width();
      for (int c = 0; c < channels_; ++c) {
        const uint32_t color = stroke.color[c];
        for (int y = meet.top; y < meet.bottom; ++y) {
          const uint8_t* covers =
              mask.covers.data() + (y - down) * stride - right;
          uint16_t* out = scratch_.data() + c * area +
                          (y - box.top) * columns - box.left;
          for (int x = meet.left; x < meet.right; ++x) {
            const uint16_t cover = covers[x] * 257;
            const uint16_t lets = 65535 - cover;
            out[x] = static_cast<uint16_t>(
                (uint32_t{out[x]} * lets >> 16) + (color * cover >> 16));
          }
        }
      }
    }
  }

  // What `scratch_` adds to the error.
  int64_t Difference() const {
    const Box& box = changed_;
    const int columns = box.width();
    const int area = columns * box.height();
    int64_t sum = 0;
    for (int y = box.top; y < box.bottom; ++y) {
      for (int c = 0; c < channels_; ++c) {
        const uint16_t* in =
            scratch_.data() + c * area + (y - box.top) * columns;
        size_t i = (y * width_ + box.left) * channels_ + c;
        int32_t row = 0;  // At most 4096 * 255 * 1020.
        for (int x = 0; x < columns; ++x, i += channels_) {
          const int before = now_[i] - goal_[i];
          const int after = ((in[x] + 128) >> 8) - goal_[i];
          row += (after - before) * (after + before);
        }
        sum += row;
      }
    }
    return sum;
  }

  void Store(const Box& box) {
    const int columns = box.width();
    const int area = columns * box.height();
    for (int c = 0; c < channels_; ++c) {
      const uint16_t* in = scratch_.data() + c * area;
      for (int y = box.top; y < box.bottom; ++y) {
        size_t i = (y * width_ + box.left) * channels_ + c;
        for (int x = box.left; x < box.right; ++x, i += channels_) {
          now_[i] = static_cast<uint8_t>((*in++ + 128) >> 8);
        }
      }
    }
  }

  const int width_;
  const int channels_;
  const ActionSpace& space_;
  Masks* const masks_;
  const bool ink_;
  std::array<uint16_t, 3> paper_;
  const uint8_t* target_ = nullptr;
  std::vector<Stroke> strokes_;
  std::vector<Stroke> varied_;
  Box changed_{0, 0, 0, 0};
  std::vector<uint16_t> scratch_;
  std::vector<uint8_t> now_;   // The estimate, of the program as it is.
  std::vector<int16_t> goal_;  // The target, and what the estimate is wrong by.
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_ESTIMATE_H_
