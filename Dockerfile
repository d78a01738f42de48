# The same steps as `make run`, in an image: the environment from hashed locks, then python -m bot.
FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.lock scripts/slim.py ./
RUN python -m venv /uv \
    && /uv/bin/pip install --no-cache-dir --quiet --disable-pip-version-check "uv>=0.9,<1" \
    && /uv/bin/uv venv --quiet .venv \
    && /uv/bin/uv pip sync --no-cache --quiet --require-hashes --python .venv/bin/python requirements.lock \
    && python slim.py .venv

FROM python:3.13-slim
# numeric, so that a host may check that it is nobody's root; with a name, since PostgreSQL asks for one
RUN useradd --create-home --uid 10001 switchboard && install -d -o 10001 -g 10001 /var/lib/switchboard
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY agents.yaml ./
COPY bot bot
COPY crm crm
COPY db db
COPY handlers handlers
COPY llm llm
COPY locales locales
COPY migrations migrations
COPY playground playground
USER 10001:10001
# compiled modules go to the volume: the root file system may be read-only, and the second start is quicker
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONPYCACHEPREFIX=/var/lib/switchboard/pycache \
    DATA_DIR=/var/lib/switchboard HTTP_HOST=0.0.0.0 LOG_FORMAT=json
VOLUME /var/lib/switchboard
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('HTTP_PORT') or os.environ.get('PORT') or 8080}/healthz\", timeout=4)"]
CMD ["python", "-m", "bot"]
