// A surface for libmypaint to draw on, in tiles.
//
// libmypaint stores a pixel as four 15-bit fixed-point numbers (1.0 is 32768):
// red, green and blue, each multiplied by alpha, then alpha.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_SURFACE_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_SURFACE_H_

#include <algorithm>
#include <cstdint>
#include <vector>

extern "C" {
#include <mypaint-tiled-surface.h>
}

namespace spiral {

constexpr int kTileWidth = 64;  // MYPAINT_TILE_SIZE, which is not public.
constexpr int kTileValues = kTileWidth * kTileWidth * 4;
constexpr uint32_t kOne = 1 << 15;

// What a canvas is empty of paint with: paper of a colour, or nothing.
struct Paper {
  bool opaque;
  uint16_t rgb[3];  // 15-bit fixed point; all 0 without paper.

  bool white() const {
    return opaque && rgb[0] == kOne && rgb[1] == kOne && rgb[2] == kOne;
  }
};

// The surface's pixels, to go back to.
using Tiles = std::vector<uint16_t>;

class Surface {
 public:
  Surface(int width, int height, const Paper& paper)
      : width_(width),
        height_(height),
        tiles_per_row_((width + kTileWidth - 1) / kTileWidth),
        tiles_per_column_((height + kTileWidth - 1) / kTileWidth),
        paper_(paper),
        tiles_(static_cast<size_t>(tiles_per_row_) * tiles_per_column_ *
               kTileValues),
        outside_(kTileValues) {
    tiled_.self = this;
    mypaint_tiled_surface_init(&tiled_.parent, RequestStart, RequestEnd);
    tiled_.parent.parent.destroy = [](MyPaintSurface*) {};
    // One brush on small canvases: OpenMP would only fight TensorFlow's pool.
    tiled_.parent.threadsafe_tile_requests = FALSE;
    Clear();
  }
  ~Surface() { mypaint_tiled_surface_destroy(&tiled_.parent); }
  Surface(const Surface&) = delete;
  Surface& operator=(const Surface&) = delete;

  MyPaintSurface* get() { return &tiled_.parent.parent; }
  int width() const { return width_; }
  int height() const { return height_; }
  const Paper& paper() const { return paper_; }
  const Tiles& tiles() const { return tiles_; }

  // Makes every pixel the background again.
  void Clear() {
    if (!paper_.opaque || paper_.white()) {
      std::fill(tiles_.begin(), tiles_.end(), paper_.opaque ? kOne : 0);
      return;
    }
    for (size_t i = 0; i < tiles_.size(); i += 4) {
      std::copy(paper_.rgb, paper_.rgb + 3, tiles_.begin() + i);
      tiles_[i + 3] = kOne;
    }
  }

  // Makes every pixel what it was; `tiles` are of a surface of this size.
  void Restore(const Tiles& tiles) {
    std::copy(tiles.begin(), tiles.end(), tiles_.begin());
  }

  // Calls `row(rgba, columns, x)` for the part of row `y` in each tile, from
  // left to right: `columns` pixels from column `x` on.
  template <typename Row>
  void ForEachTileOfRow(int y, Row row) const {
    for (int tx = 0; tx < tiles_per_row_; ++tx) {
      const int x = tx * kTileWidth;
      row(Tile(tx, y / kTileWidth) + (y % kTileWidth) * kTileWidth * 4,
          std::min(kTileWidth, width_ - x), x);
    }
  }

 private:
  // What libmypaint sees; its first member makes it a MyPaintTiledSurface.
  struct Tiled {
    MyPaintTiledSurface parent;
    Surface* self;
  };

  const uint16_t* Tile(int tx, int ty) const {
    return tiles_.data() +
           static_cast<size_t>(ty * tiles_per_row_ + tx) * kTileValues;
  }

  static void RequestStart(MyPaintTiledSurface* tiled,
                           MyPaintTileRequest* request) {
    Surface* self = reinterpret_cast<Tiled*>(tiled)->self;
    if (request->tx >= 0 && request->tx < self->tiles_per_row_ &&
        request->ty >= 0 && request->ty < self->tiles_per_column_) {
      request->buffer =
          const_cast<uint16_t*>(self->Tile(request->tx, request->ty));
      return;
    }
    // Outside of the canvas nothing is kept: each request finds it empty.
    if (self->outside_used_) {
      std::fill(self->outside_.begin(), self->outside_.end(), 0);
    }
    self->outside_used_ = !request->readonly;
    request->buffer = self->outside_.data();
  }

  static void RequestEnd(MyPaintTiledSurface*, MyPaintTileRequest*) {}

  const int width_;
  const int height_;
  const int tiles_per_row_;
  const int tiles_per_column_;
  const Paper paper_;
  Tiles tiles_;
  std::vector<uint16_t> outside_;
  bool outside_used_ = false;
  Tiled tiled_{};
};

// A surface on which nothing can be drawn.
class Nowhere {
 public:
  Nowhere() {
    mypaint_surface_init(&surface_);
    surface_.draw_dab = [](MyPaintSurface*, float, float, float, float, float,
                           float, float, float, float, float, float, float,
                           float) { return 0; };
    surface_.get_color = [](MyPaintSurface*, float, float, float, float* r,
                            float* g, float* b, float* a) {
      *r = *g = *b = *a = 0;
    };
  }

  MyPaintSurface* get() { return &surface_; }

 private:
  MyPaintSurface surface_{};
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_SURFACE_H_
