# The same steps as `make run`, in an image: the environment from hashed locks, then python -m bot.
FROM python:3.13-slim
RUN useradd --create-home --uid 10001 switchboard && install -d -o switchboard /var/lib/switchboard
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --quiet "uv>=0.9,<1" \
    && .venv/bin/uv pip sync --no-cache --quiet --python .venv/bin/python requirements.lock
COPY agents.yaml ./
COPY bot bot
COPY crm crm
COPY db db
COPY handlers handlers
COPY llm llm
COPY locales locales
COPY migrations migrations
COPY playground playground
USER switchboard
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/var/lib/switchboard HTTP_HOST=0.0.0.0 LOG_FORMAT=json
VOLUME /var/lib/switchboard
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('HTTP_PORT') or os.environ.get('PORT') or 8080}/healthz\", timeout=4)"]
CMD ["python", "-m", "bot"]
