// A brush that can be had new, exactly alike, as often as episodes begin.
//
// mypaint_brush_reset leaves a brush's random generator where it was, so a
// brush that was used once never draws the same again. A new brush does, but
// parsing its JSON anew takes longer than a stroke. Here the JSON is parsed
// once, and what it set is copied.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_BRUSH_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_BRUSH_H_

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
#include <mypaint-brush.h>
}

namespace spiral {

struct BrushDeleter {
  void operator()(MyPaintBrush* brush) const { mypaint_brush_unref(brush); }
};
using BrushPtr = std::unique_ptr<MyPaintBrush, BrushDeleter>;

// What a brush remembers while it draws: speed, direction, smudged colour, ...
using BrushStates = std::array<float, MYPAINT_BRUSH_STATES_COUNT>;

inline BrushStates GetStates(MyPaintBrush* brush) {
  BrushStates states;
  for (int i = 0; i < MYPAINT_BRUSH_STATES_COUNT; ++i) {
    states[i] =
        mypaint_brush_get_state(brush, static_cast<MyPaintBrushState>(i));
  }
  return states;
}

inline void SetStates(MyPaintBrush* brush, const BrushStates& states) {
  for (int i = 0; i < MYPAINT_BRUSH_STATES_COUNT; ++i) {
    mypaint_brush_set_state(brush, static_cast<MyPaintBrushState>(i),
                            states[i]);
  }
}

// Has glibc keep the memory of the last brush for the next, some 600 KB in small
// pieces. Otherwise it may hand it back to the kernel and fault it in again
// each time, which takes ten times as long as all else. It keeps twice as much
// as the largest block it has seen mapped and freed: mallopt(3),
// M_MMAP_THRESHOLD. (Setting M_TRIM_THRESHOLD would end that adjustment.)
inline void KeepFreedMemory() {
  void* volatile block = std::malloc(2 << 20);
  std::free(block);
}

class BrushTemplate {
 public:
  // Parses a .myb file's text. Its mappings must have been checked:
  // libmypaint aborts the process on some that are broken.
  explicit BrushTemplate(const std::string& json) {
    KeepFreedMemory();
    BrushPtr parsed(mypaint_brush_new());
    mypaint_brush_from_defaults(parsed.get());
    if (!mypaint_brush_from_string(parsed.get(), json.c_str())) {
      throw std::invalid_argument("libmypaint does not accept this brush");
    }
    for (int s = 0; s < MYPAINT_BRUSH_SETTINGS_COUNT; ++s) {
      const auto setting = static_cast<MyPaintBrushSetting>(s);
      base_values_.push_back(
          mypaint_brush_get_base_value(parsed.get(), setting));
      for (int i = 0; i < MYPAINT_BRUSH_INPUTS_COUNT; ++i) {
        const auto input = static_cast<MyPaintBrushInput>(i);
        Mapping mapping{setting, input, {}};
        const int n =
            mypaint_brush_get_mapping_n(parsed.get(), setting, input);
        for (int k = 0; k < n; ++k) {
          Point point;
          mypaint_brush_get_mapping_point(parsed.get(), setting, input, k,
                                          &point.x, &point.y);
          mapping.points.push_back(point);
        }
        if (n > 0) mappings_.push_back(mapping);
      }
    }
  }

  // Whether `BrushStates` are all that tells two brushes of this template apart
  // that have both drawn. libmypaint has no access to two things more: a random
  // generator, of which a brush may make no use, and what a few settings were at
  // the event before, which is always the same unless something maps onto them.
  bool has_only_states() const {
    for (const Mapping& m : mappings_) {
      if (m.input == MYPAINT_BRUSH_INPUT_RANDOM) return false;
    }
    for (const auto setting : {MYPAINT_BRUSH_SETTING_OFFSET_BY_RANDOM,
                               MYPAINT_BRUSH_SETTING_RADIUS_BY_RANDOM,
                               MYPAINT_BRUSH_SETTING_TRACKING_NOISE}) {
      if (base_values_[setting] != 0 || is_mapped(setting)) return false;
    }
    for (const auto setting : {MYPAINT_BRUSH_SETTING_DABS_PER_BASIC_RADIUS,
                               MYPAINT_BRUSH_SETTING_DABS_PER_ACTUAL_RADIUS,
                               MYPAINT_BRUSH_SETTING_DABS_PER_SECOND,
                               MYPAINT_BRUSH_SETTING_GRIDMAP_SCALE,
                               MYPAINT_BRUSH_SETTING_GRIDMAP_SCALE_X,
                               MYPAINT_BRUSH_SETTING_GRIDMAP_SCALE_Y}) {
      if (is_mapped(setting)) return false;
    }
    return true;
  }

  // Whether a dab depends on where on the canvas it is.
  bool heeds_place() const {
    return std::any_of(mappings_.begin(), mappings_.end(), [](const Mapping& m) {
      return m.input == MYPAINT_BRUSH_INPUT_GRIDMAP_X ||
             m.input == MYPAINT_BRUSH_INPUT_GRIDMAP_Y;
    });
  }

  // Whether strokes lay paint of their colour over what is there, and do nothing
  // else to it.
  bool only_covers() const {
    const auto is_never = [this](MyPaintBrushSetting setting) {
      return base_values_[setting] == 0 && !is_mapped(setting);
    };
    return is_never(MYPAINT_BRUSH_SETTING_SMUDGE) &&
           is_never(MYPAINT_BRUSH_SETTING_ERASER) &&
           is_never(MYPAINT_BRUSH_SETTING_LOCK_ALPHA) &&
           is_never(MYPAINT_BRUSH_SETTING_COLORIZE) &&
           is_never(MYPAINT_BRUSH_SETTING_CHANGE_COLOR_H) &&
           is_never(MYPAINT_BRUSH_SETTING_CHANGE_COLOR_L) &&
           is_never(MYPAINT_BRUSH_SETTING_CHANGE_COLOR_HSL_S) &&
           is_never(MYPAINT_BRUSH_SETTING_CHANGE_COLOR_V) &&
           is_never(MYPAINT_BRUSH_SETTING_CHANGE_COLOR_HSV_S);
  }

  // Returns a new brush; `surface` is not drawn on.
  BrushPtr New(MyPaintSurface* surface) const {
    BrushPtr brush(mypaint_brush_new());
    MyPaintBrush* b = brush.get();
    // libmypaint 1.6 leaves a new brush's settings_value as malloc found them,
    // and reads three of them (the grid map's) before it first sets them. With
    // all base values still 0, moving on the spot sets them and makes no dab:
    // the first call resets, the second updates, and neither has pressure.
    mypaint_brush_stroke_to(b, surface, 0, 0, 0, 0, 0, 0.001);
    mypaint_brush_stroke_to(b, surface, 0, 0, 0, 0, 0, 0.001);
    for (size_t s = 0; s < base_values_.size(); ++s) {
      mypaint_brush_set_base_value(b, static_cast<MyPaintBrushSetting>(s),
                                   base_values_[s]);
    }
    for (const Mapping& m : mappings_) {
      mypaint_brush_set_mapping_n(b, m.setting, m.input, m.points.size());
      for (size_t k = 0; k < m.points.size(); ++k) {
        mypaint_brush_set_mapping_point(b, m.setting, m.input, k,
                                        m.points[k].x, m.points[k].y);
      }
    }
    return brush;
  }

 private:
  struct Point {
    float x, y;
  };
  struct Mapping {
    MyPaintBrushSetting setting;
    MyPaintBrushInput input;
    std::vector<Point> points;
  };

  bool is_mapped(MyPaintBrushSetting setting) const {
    return std::any_of(mappings_.begin(), mappings_.end(),
                       [=](const Mapping& m) { return m.setting == setting; });
  }

  std::vector<float> base_values_;
  std::vector<Mapping> mappings_;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_BRUSH_H_
