/* The least time that given strokes can take: libmypaint's calls, nothing else.
 *
 * usage: strokes BRUSH COMMANDS WIDTH SUBSTROKES CHECKED
 *
 * COMMANDS is a text file of one command a line, ten numbers each: whether it
 * paints or moves the lifted brush, control y x, end y x, pressure, radius,
 * hue, saturation, value. The surface is libmypaint's own.
 *
 * Prints the seconds the commands took, and a checksum of the canvas after the
 * first CHECKED of them: each red byte times its number, from 1, added.
 */

#include <math.h>
#include <mypaint-brush.h>
#include <mypaint-fixed-tiled-surface.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { kTile = 64, kOne = 1 << 15 };

typedef struct {
  double paint, control_y, control_x, end_y, end_x, pressure, radius, h, s, v;
} Command;

static MyPaintBrush *brush;
static MyPaintFixedTiledSurface *canvas;
static MyPaintSurface *surface;
static double y, x, pressure;
static int drawing;

static void die(const char *what) {
  fprintf(stderr, "strokes: %s\n", what);
  exit(1);
}

static void event(double to_y, double to_x, double with_pressure) {
  mypaint_brush_stroke_to(brush, surface, to_x, to_y, with_pressure, 0, 0, 0.1);
}

static void move_to(double to_y, double to_x) {
  mypaint_brush_reset(brush);
  mypaint_brush_new_stroke(brush);
  event(to_y, to_x, 0);
  y = to_y;
  x = to_x;
  drawing = 0;
}

static void stroke(const Command *c, int substrokes) {
  mypaint_brush_set_base_value(brush, MYPAINT_BRUSH_SETTING_RADIUS_LOGARITHMIC,
                               log(c->radius));
  mypaint_brush_set_base_value(brush, MYPAINT_BRUSH_SETTING_COLOR_H, c->h);
  mypaint_brush_set_base_value(brush, MYPAINT_BRUSH_SETTING_COLOR_S, c->s);
  mypaint_brush_set_base_value(brush, MYPAINT_BRUSH_SETTING_COLOR_V, c->v);
  mypaint_surface_begin_atomic(surface);
  const double start = drawing ? pressure : c->pressure;
  if (!drawing) event(y, x, start);
  for (int i = 1; i <= substrokes; ++i) {
    const double t = (double)i / substrokes, s = 1 - t;
    event(s * s * y + 2 * s * t * c->control_y + t * t * c->end_y,
          s * s * x + 2 * s * t * c->control_x + t * t * c->end_x,
          s * start + t * c->pressure);
  }
  MyPaintRectangle changed;
  mypaint_surface_end_atomic(surface, &changed);
  y = c->end_y;
  x = c->end_x;
  pressure = c->pressure;
  drawing = 1;
}

static uint16_t *tile(int tx, int ty) {
  MyPaintTileRequest request;
  mypaint_tile_request_init(&request, 0, tx, ty, FALSE);
  mypaint_tiled_surface_tile_request_start((MyPaintTiledSurface *)canvas,
                                           &request);
  return request.buffer;
}

static void fill_white(int width) {
  for (int ty = 0; ty * kTile < width; ++ty)
    for (int tx = 0; tx * kTile < width; ++tx)
      for (int i = 0; i < kTile * kTile * 4; ++i) tile(tx, ty)[i] = kOne;
}

static uint64_t checksum(int width) {
  uint64_t sum = 0, number = 0;
  for (int row = 0; row < width; ++row)
    for (int column = 0; column < width; ++column) {
      const uint32_t red = tile(column / kTile, row / kTile)
          [(row % kTile * kTile + column % kTile) * 4];
      sum += ++number * ((red * 255 + kOne / 2) / kOne);
    }
  return sum;
}

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) die("cannot open the brush");
  char *text = calloc(1, 1 << 20);
  if (fread(text, 1, (1 << 20) - 1, file) == 0) die("the brush is empty");
  fclose(file);
  return text;
}

static Command *read_commands(const char *path, int *count) {
  FILE *file = fopen(path, "r");
  if (!file) die("cannot open the commands");
  Command *commands = NULL, c;
  for (*count = 0;
       fscanf(file, "%lf%lf%lf%lf%lf%lf%lf%lf%lf%lf", &c.paint, &c.control_y,
              &c.control_x, &c.end_y, &c.end_x, &c.pressure, &c.radius, &c.h,
              &c.s, &c.v) == 10;
       commands[(*count)++] = c) {
    commands = realloc(commands, (*count + 1) * sizeof(Command));
  }
  fclose(file);
  return commands;
}

static double run(const Command *commands, int count, int substrokes) {
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (const Command *c = commands; c < commands + count; ++c) {
    if (c->paint != 0) {
      stroke(c, substrokes);
    } else {
      move_to(c->end_y, c->end_x);
    }
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  return end.tv_sec - begin.tv_sec + 1e-9 * (end.tv_nsec - begin.tv_nsec);
}

int main(int argc, char **argv) {
  if (argc != 6) die("usage: strokes BRUSH COMMANDS WIDTH SUBSTROKES CHECKED");
  const int width = atoi(argv[3]), substrokes = atoi(argv[4]);
  const int checked = atoi(argv[5]);
  int count;
  const Command *commands = read_commands(argv[2], &count);
  if (checked < 0 || checked > count) die("CHECKED is not in the file");
  canvas = mypaint_fixed_tiled_surface_new(width, width);
  surface = mypaint_fixed_tiled_surface_interface(canvas);
  fill_white(width);
  brush = mypaint_brush_new();
  /* As in the engine's brush.h: settles what mypaint_brush_new leaves open. */
  mypaint_brush_stroke_to(brush, surface, 0, 0, 0, 0, 0, 0.001);
  mypaint_brush_stroke_to(brush, surface, 0, 0, 0, 0, 0, 0.001);
  mypaint_brush_from_defaults(brush);
  if (!mypaint_brush_from_string(brush, read_file(argv[1])))
    die("the brush is broken");

  double seconds = run(commands, checked, substrokes);
  const uint64_t sum = checksum(width);
  seconds += run(commands + checked, count - checked, substrokes);
  printf("%.9f %llu\n", seconds, (unsigned long long)sum);
  return 0;
}
