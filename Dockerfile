# What the core can do, without a checkout: paint, draw, serve, evaluate, export,
# and train in one process.
#
#   docker build -t spiral_tf .
#   docker run --rm -p 127.0.0.1:8000:8000 spiral_tf        # the page
#   docker run --rm -v "$PWD:/work" spiral_tf paint x.jpg
#   docker run --rm -v "$PWD:/work" spiral_tf train \
#     --config=configs/digits.py --workdir=runs/digits
FROM debian:13-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
  g++ libmypaint-dev pkg-config python3-dev python3-venv
WORKDIR /source
COPY . .
RUN python3 -m venv /opt/spiral && \
  /opt/spiral/bin/pip install --no-cache-dir '.[serve]'

FROM debian:13-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
  libmypaint-1.5-1 libosmesa6 mypaint-brushes python3 && \
  rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/spiral /opt/spiral
ENV PATH=/opt/spiral/bin:$PATH
WORKDIR /work
EXPOSE 8000
ENTRYPOINT ["spiral"]
CMD ["serve", "--host=0.0.0.0"]
