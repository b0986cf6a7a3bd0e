# The tool in a container: built from this folder, without what only tests need.
FROM python:3.13-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN make .venv/.run build \
    && .venv/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.13-slim
# The account that the tool runs as owns nothing but what it keeps.
RUN useradd --create-home --uid 10001 arrimage \
    && install --directory --owner=arrimage /var/lib/arrimage
COPY requirements/serve.txt /wheels/
RUN pip install --no-cache-dir --require-hashes --requirement /wheels/serve.txt
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-deps /wheels/*.whl && rm -r /wheels
USER arrimage
WORKDIR /var/lib/arrimage
ENV ARRIMAGE_BIND=0.0.0.0:8000
EXPOSE 8000
CMD ["arrimage", "serve"]
