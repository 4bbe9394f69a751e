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

// Where a brush is, and what it is doing there.
struct BrushPlace {
  double y = 0;
  double x = 0;
  double pressure = 0;
  bool drawing = false;  // Whether the next stroke continues a sequence.
  int drawn = 0;         // Pieces of a stroke that is not yet whole.
  bool is_new = true;    // Whether the brush has never drawn.
};

// What was on a canvas, and the brush.
struct Snapshot {
  int width = 0;
  int height = 0;
  Tiles tiles;
  BrushPlace place;
  BrushStates states{};
};

class Canvas {
 public:
  Canvas(int width, int height, const std::string& brush_json,
         const Paper& paper)
      : surface_(width, height, paper),
        pixels_(width, height),
        template_(brush_json),
        restores_brush_(template_.has_only_states()) {
    Reset(0, 0);
  }

  // A square one.
  Canvas(int width, const std::string& brush_json, const Paper& paper)
      : Canvas(width, width, brush_json, paper) {}

  int width() const { return surface_.width(); }
  int height() const { return surface_.height(); }

  // Writes the pixels as bytes, as `Pixels` says.
  void Read(int channels, uint8_t* out) {
    const std::vector<uint8_t>& bytes = pixels_.Bytes(surface_, channels);
    std::copy(bytes.begin(), bytes.end(), out);
  }

  // The same bytes, until the canvas changes.
  const uint8_t* Bytes(int channels) {
    return pixels_.Bytes(surface_, channels).data();
  }

  // Clears the surface, takes a new brush and puts it at (y, x), pixels.
  void Reset(double y, double x) {
    surface_.Clear();
    pixels_.Changed(0, height());
    Renew(y, x);
  }

  // Lifts the brush, puts it down at (y, x), pixels, and ends the sequence of
  // strokes. Draws nothing.
  void MoveTo(double y, double x) {
    mypaint_brush_reset(brush_.get());
    mypaint_brush_new_stroke(brush_.get());
    // Consumes the reset and returns without drawing.
    Event(surface_.get(), y, x, 0);
    place_ = {y, x, 0, false, 0, place_.is_new};
  }

  // How many pieces of a curve are drawn that is not drawn to its end; else 0.
  int drawn() const { return place_.drawn; }

  // Whether `Restore` goes back to the very brush, not only to where it was.
  bool restores_brush() const { return restores_brush_; }

  Snapshot Save() const {
    Snapshot snapshot;
    SaveTo(&snapshot);
    return snapshot;
  }

  // The same, in the memory of an older snapshot.
  void SaveTo(Snapshot* snapshot) const {
    snapshot->width = width();
    snapshot->height = height();
    snapshot->tiles = surface_.tiles();
    snapshot->place = place_;
    snapshot->states = GetStates(brush_.get());
  }

  // Puts back the pixels of a canvas of this size, and the brush. One that has
  // more than `BrushStates` is a new one, lifted, where the brush was.
  void Restore(const Snapshot& snapshot) {
    surface_.Restore(snapshot.tiles);
    pixels_.Changed(0, height());
    const BrushPlace& place = snapshot.place;
    if (place.is_new || !restores_brush_) {
      // Where a brush is that has not drawn is all that there is to it.
      Renew(place.y, place.x);
      // To the last bit, that depends on where it came from: libmypaint's slow
      // tracking draws it back a little, also when it is lifted.
      if (place.is_new) SetStates(brush_.get(), snapshot.states);
      return;
    }
    if (place_.is_new) Event(nowhere_.get(), 0, 0, 1);  // Takes its settings.
    SetStates(brush_.get(), snapshot.states);
    place_ = place;
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
    const double start_pressure = place_.drawing ? place_.pressure : pressure;
    // Without it the pressure would rise from 0 along the first piece.
    if (!place_.drawing && first == 0) {
      Event(surface_.get(), place_.y, place_.x, start_pressure);
    }
    for (int i = first + 1; i <= last; ++i) {
      const double t = static_cast<double>(i) / substrokes;
      const double s = 1 - t;
      const double from = s * s, through = 2 * s * t, to = t * t;
      Event(surface_.get(),
            from * place_.y + through * control_y + to * end_y,
            from * place_.x + through * control_x + to * end_x,
            s * start_pressure + t * pressure);
    }
    MyPaintRectangle changed;
    mypaint_surface_end_atomic(surface_.get(), &changed);
    pixels_.Changed(changed.y, changed.y + changed.height);
    place_.is_new = false;
    place_.drawn = last < substrokes ? last : 0;
    if (place_.drawn) return;
    place_ = {end_y, end_x, pressure, true, 0, false};
  }

 private:
  void Event(MyPaintSurface* surface, double y, double x, double pressure) {
    mypaint_brush_stroke_to(brush_.get(), surface, x, y, pressure,
                            /*xtilt=*/0, /*ytilt=*/0, kEventSeconds);
  }

  // Takes a new brush and puts it at (y, x), pixels.
  void Renew(double y, double x) {
    brush_ = template_.New(surface_.get());
    place_.is_new = true;
    MoveTo(y, x);
  }

  Surface surface_;
  Nowhere nowhere_;
  Pixels pixels_;
  const BrushTemplate template_;
  const bool restores_brush_;
  BrushPtr brush_;
  BrushPlace place_;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_CANVAS_H_
