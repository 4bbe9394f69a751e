// A surface and a brush that draws whole Bezier curves on it.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_CANVAS_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_CANVAS_H_

#include <algorithm>
#include <cmath>
#include <string>

#include "brush.h"
#include "pixels.h"
#include "surface.h"

namespace spiral {

// Seconds between two events of the pen. Above 0.1, libmypaint inserts events.
constexpr double kEventSeconds = 0.1;

struct Hsv {
  double hue, saturation, value;
};

// Hue, saturation and value, each in [0, 1], of a colour in [0, 1].
inline Hsv ToHsv(double red, double green, double blue) {
  const double high = std::max({red, green, blue});
  const double range = high - std::min({red, green, blue});
  if (range == 0) return {0, 0, high};
  double sixths;
  if (high == red) {
    sixths = (green - blue) / range + (green < blue ? 6 : 0);
  } else if (high == green) {
    sixths = (blue - red) / range + 2;
  } else {
    sixths = (red - green) / range + 4;
  }
  return {sixths / 6, range / high, high};
}

// What was on a canvas, and where the brush was.
struct Snapshot {
  int width;
  Tiles tiles;
  double y, x;
};

class Canvas {
 public:
  Canvas(int width, const std::string& brush_json, const Paper& paper)
      : surface_(width, paper), pixels_(width), template_(brush_json) {
    Reset(0, 0);
  }

  int width() const { return surface_.width(); }

  // Writes the pixels as bytes, as `Pixels` says.
  void Read(int channels, uint8_t* out) {
    pixels_.Read(surface_, channels, out);
  }

  // Clears the surface, takes a new brush and puts it at (y, x), pixels.
  void Reset(double y, double x) {
    surface_.Clear();
    pixels_.Changed(0, surface_.width());
    brush_ = template_.New(surface_.get());
    MoveTo(y, x);
  }

  // Lifts the brush, puts it down at (y, x), pixels, and ends the sequence of
  // strokes. Draws nothing.
  void MoveTo(double y, double x) {
    mypaint_brush_reset(brush_.get());
    mypaint_brush_new_stroke(brush_.get());
    Event(y, x, 0);  // Consumes the reset and returns without drawing.
    y_ = y;
    x_ = x;
    drawing_ = false;
    drawn_ = 0;
  }

  // How many pieces of a curve are drawn that is not drawn to its end; else 0.
  int drawn() const { return drawn_; }

  Snapshot Save() const {
    return {width(), surface_.tiles(), y_, x_};
  }

  // Puts back the pixels of a canvas of this width, and a new brush, lifted,
  // where the brush was.
  void Restore(const Snapshot& snapshot) {
    surface_.Restore(snapshot.tiles);
    pixels_.Changed(0, width());
    brush_ = template_.New(surface_.get());
    MoveTo(snapshot.y, snapshot.x);
  }

  // Draws a quadratic Bezier curve from where the brush is, of `substrokes`
  // straight pieces, or only those after `first`, up to `last`: then the next
  // call goes on with the same curve. The pressure goes linearly from that of
  // the stroke before in the same sequence to `pressure`; a sequence starts
  // with its own.
  void Stroke(double control_y, double control_x, double end_y, double end_x,
              double pressure, double radius, double red, double green,
              double blue, int substrokes, int first, int last) {
    MyPaintBrush* brush = brush_.get();
    const Hsv color = ToHsv(red, green, blue);
    mypaint_brush_set_base_value(
        brush, MYPAINT_BRUSH_SETTING_RADIUS_LOGARITHMIC, std::log(radius));
    mypaint_brush_set_base_value(brush, MYPAINT_BRUSH_SETTING_COLOR_H,
                                 color.hue);
    mypaint_brush_set_base_value(brush, MYPAINT_BRUSH_SETTING_COLOR_S,
                                 color.saturation);
    mypaint_brush_set_base_value(brush, MYPAINT_BRUSH_SETTING_COLOR_V,
                                 color.value);
    mypaint_surface_begin_atomic(surface_.get());
    const double start_pressure = drawing_ ? pressure_ : pressure;
    // Without it the pressure would rise from 0 along the first piece.
    if (!drawing_ && first == 0) Event(y_, x_, start_pressure);
    for (int i = first + 1; i <= last; ++i) {
      const double t = static_cast<double>(i) / substrokes;
      const double s = 1 - t;
      const double from = s * s, through = 2 * s * t, to = t * t;
      Event(from * y_ + through * control_y + to * end_y,
            from * x_ + through * control_x + to * end_x,
            s * start_pressure + t * pressure);
    }
    MyPaintRectangle changed;
    mypaint_surface_end_atomic(surface_.get(), &changed);
    pixels_.Changed(changed.y, changed.y + changed.height);
    drawn_ = last < substrokes ? last : 0;
    if (drawn_) return;
    y_ = end_y;
    x_ = end_x;
    pressure_ = pressure;
    drawing_ = true;
  }

 private:
  void Event(double y, double x, double pressure) {
    mypaint_brush_stroke_to(brush_.get(), surface_.get(), x, y, pressure,
                            /*xtilt=*/0, /*ytilt=*/0, kEventSeconds);
  }

  Surface surface_;
  Pixels pixels_;
  const BrushTemplate template_;
  BrushPtr brush_;
  double y_ = 0;
  double x_ = 0;
  double pressure_ = 0;
  bool drawing_ = false;  // Whether the next stroke continues a sequence.
  int drawn_ = 0;         // Pieces of a stroke that is not yet whole.
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_CANVAS_H_
