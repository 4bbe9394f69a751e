// Draws many programs at once, on several threads, for judges elsewhere.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_DRAFTER_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_DRAFTER_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "actions.h"
#include "canvas.h"
#include "crew.h"
#include "hand.h"
#include "variation.h"

namespace spiral {

class Drafter {
 public:
  Drafter(int width, int channels, const std::string& brush,
          const Paper& paper, ActionSpace space, int threads)
      : width_(width),
        channels_(channels),
        space_(std::move(space)),
        crew_(Canvases(width, brush, paper, threads), [] {}) {}

  Drafter(const Drafter&) = delete;
  Drafter& operator=(const Drafter&) = delete;

  int width() const { return width_; }
  int channels() const { return channels_; }
  const ActionSpace& space() const { return space_; }
  size_t picture_bytes() const {
    return static_cast<size_t>(width_) * width_ * channels_;
  }

  // Varies a program `number` times, each time anew. `picture` is what it
  // draws, and `target` what it should draw.
  std::vector<Program> Vary(const Program& program, const uint8_t* picture,
                            const uint8_t* target, int number,
                            uint64_t seed) const {
    const Variation variation(space_);
    Residual residual(space_.grid_width, width_);
    residual.Update(picture, target, channels_);
    Random random(seed);
    std::vector<Program> varied(number, program);
    for (Program& one : varied) variation(one, residual, random);
    return varied;
  }

  // Draws programs; writes their pictures one after the other.
  void Draw(const std::vector<Program>& programs, uint8_t* out) {
    std::lock_guard<std::mutex> lock(drawing_);
    crew_.ForEach(programs.size(), [&](size_t i, Canvas& canvas) {
      DrawOn(canvas, programs[i], out + i * picture_bytes());
    });
  }

 private:
  static std::vector<std::unique_ptr<Canvas>> Canvases(
      int width, const std::string& brush, const Paper& paper, int number) {
    std::vector<std::unique_ptr<Canvas>> canvases;
    for (int i = 0; i < number; ++i) {
      canvases.push_back(std::make_unique<Canvas>(width, brush, paper));
    }
    return canvases;
  }

  void DrawOn(Canvas& canvas, const Program& program, uint8_t* out) const {
    Begin(space_, &canvas);
    for (size_t place = 0; place < program.size(); ++place) {
      Act(space_, program[place], place, &canvas);
    }
    canvas.Read(channels_, out);
  }

  const int width_;
  const int channels_;
  const ActionSpace space_;
  std::mutex drawing_;
  Crew<Canvas> crew_;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_DRAFTER_H_
