// A painting of a photograph, stroke by stroke: strokes are added, varied where
// they lie between others, and taken away.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_PHOTO_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_PHOTO_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "actions.h"
#include "box.h"
#include "crew.h"
#include "curve.h"
#include "photo_hand.h"
#include "region.h"

namespace spiral {

class Photo {
 public:
  // `check`: see `Crew`.
  Photo(Images images, const std::string& brush, int substrokes, Rgb paper,
        CurveBounds bounds, int threads, uint64_t seed,
        std::function<void()> check)
      : images_(std::move(images)),
        paper_(paper),
        random_(seed),
        vary_(bounds, images_.box),
        crew_(Hands(brush, substrokes, threads), std::move(check)) {
    images_.picture.resize(images_.target.size());
    Compose();
  }

  const Images& images() const { return images_; }
  const std::vector<Layer>& layers() const { return layers_; }

  double Error() const {
    double sum = 0;
    for (size_t i = 0; i < images_.weights.size(); ++i) {
      float pixel = 0;
      for (int c = 0; c < 3; ++c) {
        const float d = images_.target[3 * i + c] - images_.picture[3 * i + c];
        pixel += d * d;
      }
      sum += images_.weights[i] * pixel;
    }
    return sum;
  }

  // What each stroke covers of a box, in one array.
  void Draw(const std::vector<Curve>& curves, const Box& box, float* out) {
    crew_.ForEach(curves.size(), [&](size_t i, PhotoHand& hand) {
      hand.coverage.Forget();
      hand.coverage.Draw(curves[i], box, &hand.mask);
      const Mask& mask = hand.mask;
      float* alpha = out + i * box.area();
      for (int y = mask.box.top; y < mask.box.bottom; ++y) {
        std::copy_n(mask.Row(y), mask.box.width(),
                    alpha + static_cast<size_t>(y - box.top) * box.width() +
                        (mask.box.left - box.left));
      }
    });
  }

  // Lays strokes on top, in these colours.
  void Lay(const std::vector<Curve>& curves, const std::vector<Rgb>& colors) {
    const size_t first = layers_.size();
    layers_.resize(first + curves.size());
    crew_.ForEach(curves.size(), [&](size_t i, PhotoHand& hand) {
      Layer& layer = layers_[first + i];
      layer = {curves[i], colors[i], {}, kFirstStep};
      hand.coverage.Forget();
      hand.coverage.Draw(curves[i], images_.box, &layer.mask);
    });
    Compose();
  }

  // Lays strokes on top that make the error smaller: of some candidates the best
  // and those near to it that do not meet a better one, `most` at most, each
  // varied first. Returns how many there were.
  size_t Add(const std::vector<Curve>& candidates, int tries, size_t most,
             double least) {
    std::vector<Layer> offers(candidates.size());
    std::vector<double> gains(candidates.size());
    crew_.ForEach(candidates.size(), [&](size_t i, PhotoHand& hand) {
      offers[i] = {candidates[i], {}, {}, kFirstStep};
      hand.coverage.Forget();
      hand.coverage.Draw(candidates[i], images_.box, &offers[i].mask);
      if (offers[i].mask.box.empty()) return;
      hand.region.Look(offers[i].mask.box, images_, layers_, layers_.size(), paper_);
      gains[i] = -hand.Colored(images_, &offers[i]);
    });
    std::vector<size_t> order(candidates.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return gains[a] > gains[b]; });
    std::vector<Job> jobs;
    for (size_t i : order) {
      if (jobs.size() >= most || gains[i] <= kLeastGain) break;
      if (gains[i] < least * gains[order[0]]) break;
      Job job{layers_.size(), Around(offers[i]), random_.Below(1 << 30), &offers[i]};
      if (Meets(jobs, job.box)) continue;
      jobs.push_back(job);
    }
    Climb(jobs, tries);
    size_t added = 0;
    for (Job& job : jobs) {
      if (job.layer->mask.box.empty()) continue;
      layers_.push_back(std::move(*job.layer));
      ++added;
    }
    return added;
  }

  // Varies each stroke where it lies, from the lowest to the highest.
  void Refine(int tries) {
    std::vector<size_t> left(layers_.size());
    std::iota(left.begin(), left.end(), 0);
    while (!left.empty()) {
      std::vector<Job> jobs;
      std::vector<size_t> later;
      std::vector<Box> passed;
      for (size_t place : left) {
        const Box box = Around(layers_[place]);
        // Who meets one that waits waits, too: the order of strokes that see
        // each other is always the same.
        const bool waits = jobs.size() >= kBatch || Meets(jobs, box) ||
                           std::any_of(passed.begin(), passed.end(),
                                       [&](const Box& b) { return b.Meets(box); });
        if (waits) {
          later.push_back(place);
          passed.push_back(box);
        } else {
          jobs.push_back({place, box, random_.Below(1 << 30), &layers_[place]});
        }
      }
      Climb(jobs, tries);
      left.swap(later);
    }
  }

  // By how much the error would grow without each stroke.
  std::vector<double> Worths() {
    std::vector<double> worths(layers_.size());
    crew_.ForEach(layers_.size(), [&](size_t i, PhotoHand& hand) {
      const Layer& layer = layers_[i];
      if (layer.mask.box.empty()) return;
      hand.region.Look(layer.mask.box, images_, layers_, i, paper_);
      worths[i] = -hand.region.Change(layer.mask).At(layer.color);
    });
    return worths;
  }

  // Takes the strokes away that are worth least.
  void Drop(size_t number) {
    const std::vector<double> worths = Worths();
    std::vector<size_t> order(layers_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return worths[a] < worths[b]; });
    order.resize(std::min(number, order.size()));
    std::sort(order.begin(), order.end());
    for (size_t i = order.size(); i-- > 0;) {
      layers_.erase(layers_.begin() + order[i]);
    }
    Compose();
  }

 private:
  static constexpr size_t kBatch = 16;  // Strokes that are varied at once.
  static constexpr float kFirstStep = 0.7f;
  // Of the squared error: less cannot be seen, and is no more than rounding.
  static constexpr double kLeastGain = 1e-3;
  static constexpr int kPatience = 256;  // Tries between checks.

  struct Job {
    size_t place;  // In `layers_`, or on top.
    Box box;
    int seed;
    Layer* layer;
  };

  static std::vector<std::unique_ptr<PhotoHand>> Hands(
      const std::string& brush, int substrokes, int number) {
    std::vector<std::unique_ptr<PhotoHand>> hands;
    for (int i = 0; i < number; ++i) {
      hands.push_back(std::make_unique<PhotoHand>(brush, substrokes));
    }
    return hands;
  }

  static bool Meets(const std::vector<Job>& jobs, const Box& box) {
    return std::any_of(jobs.begin(), jobs.end(),
                       [&](const Job& job) { return job.box.Meets(box); });
  }

  // Where variations of a stroke may lie.
  Box Around(const Layer& layer) const {
    const int margin = 6 + static_cast<int>(
        2 * layer.step * std::max(layer.curve.radius, 1.5f));
    return layer.mask.box.Grown(margin).Intersection(images_.box);
  }

  void Climb(std::vector<Job>& jobs, int tries) {
    crew_.ForEach(jobs.size(), [&](size_t i, PhotoHand& hand) {
      Job& job = jobs[i];
      Random random(job.seed);
      hand.coverage.Forget();
      hand.region.Look(job.box, images_, layers_, job.place, paper_);
      Layer* layer = job.layer;
      double error = hand.Colored(images_, layer);
      Layer varied;
      for (int t = 0; t < tries && !crew_.stopped(); ++t) {
        if (t % kPatience == kPatience - 1) crew_.Check(hand);
        varied.curve = vary_(layer->curve, layer->step, &random);
        hand.coverage.Draw(varied.curve, images_.box, &varied.mask);
        const bool better =
            !varied.mask.box.empty() && job.box.Contains(varied.mask.box) &&
            hand.Improve(images_, &varied, &error);
        if (better) {
          layer->curve = varied.curve;
          layer->color = varied.color;
          std::swap(layer->mask, varied.mask);
        }
        layer->step = std::clamp(layer->step * (better ? 1.4f : 0.94f), 0.03f, 1.0f);
      }
      hand.region.Write(layer->mask, layer->color, &images_);
    });
  }

  void Compose() {
    for (size_t i = 0; i < images_.picture.size(); ++i) {
      images_.picture[i] = paper_[i % 3];
    }
    for (const Layer& layer : layers_) {
      const Box& box = layer.mask.box;
      for (int y = box.top; y < box.bottom; ++y) {
        const float* a = layer.mask.Row(y);
        float* out = &images_.picture[3 * images_.At(y, box.left)];
        for (int x = 0; x < box.width(); ++x) {
          for (int c = 0; c < 3; ++c) {
            out[3 * x + c] += a[x] * (layer.color[c] - out[3 * x + c]);
          }
        }
      }
    }
  }

  Images images_;
  const Rgb paper_;
  Random random_;
  const CurveVariation vary_;
  Crew<PhotoHand> crew_;
  std::vector<Layer> layers_;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_PHOTO_H_
