// Drawings that go on in several ways, each from where another one stopped.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_BRANCH_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_BRANCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "canvas.h"

namespace spiral {

// A move, or a curve from where the brush is.
struct Mark {
  bool draws;
  double end_y, end_x, control_y, control_x, pressure, radius, color[3];
};

// What is drawn so far, and where the brush was at first, pixels.
struct Branch {
  double start_y, start_x;
  std::vector<Mark> marks;     // All of it,
  Snapshot snapshot;           // what it left,
  std::vector<uint8_t> bytes;  // and how that looks.
};

// Who draws them. The same marks leave the same, whatever is drawn between.
class BranchPainter {
 public:
  BranchPainter(int width, int channels, const std::string& brush,
                const Paper& paper, int substrokes)
      : canvas_(width, brush, paper),
        channels_(channels),
        substrokes_(substrokes) {}

  int width() const { return canvas_.width(); }
  int channels() const { return channels_; }

  // Paper without a mark, and the brush over it at (y, x), pixels.
  Branch Root(double y, double x) {
    canvas_.Reset(y, x);
    Branch branch{y, x, {}, {}, {}};
    Keep(&branch);
    return branch;
  }

  // One mark more.
  Branch Extend(const Branch& parent, const Mark& mark) {
    Branch branch{parent.start_y, parent.start_x, parent.marks, {}, {}};
    if (canvas_.restores_brush()) {
      canvas_.Restore(parent.snapshot);
    } else {
      // The snapshot lacks the brush, so all is drawn again.
      canvas_.Reset(parent.start_y, parent.start_x);
      for (const Mark& each : parent.marks) Draw(each);
    }
    Draw(mark);
    branch.marks.push_back(mark);
    Keep(&branch);
    return branch;
  }

  // Sum of the squared differences of all bytes; `target` has as many.
  static int64_t Error(const Branch& branch, const uint8_t* target) {
    return SquaredError(branch.bytes.data(), target, branch.bytes.size());
  }

 private:
  void Draw(const Mark& mark) {
    if (!mark.draws) {
      canvas_.MoveTo(mark.end_y, mark.end_x);
      return;
    }
    canvas_.Stroke(mark.control_y, mark.control_x, mark.end_y, mark.end_x,
                   mark.pressure, mark.radius, mark.color[0], mark.color[1],
                   mark.color[2], substrokes_, 0, substrokes_);
  }

  void Keep(Branch* branch) {
    canvas_.SaveTo(&branch->snapshot);
    const size_t size = static_cast<size_t>(width()) * width() * channels_;
    branch->bytes.resize(size);
    canvas_.Read(channels_, branch->bytes.data());
  }

  Canvas canvas_;
  const int channels_;
  const int substrokes_;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_BRANCH_H_
