# One image for web, worker, beat and commands.
FROM python:3.13-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics MEDIA_ROOT=/data/media
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN useradd --system --uid 10001 --home-dir /app liaison \
    && mkdir -p /data/media /tmp/metrics \
    && EMBEDDED=1 python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q . \
    && chown -R liaison /data /tmp/metrics
USER liaison
VOLUME /data
EXPOSE 8000
CMD ["sh", "-c", "exec python -m granian --interface wsgi --no-ws --http 1 --host 0.0.0.0 --port 8000 --workers ${WEB_WORKERS:-2} --blocking-threads ${WEB_THREADS:-4} --respawn-failed-workers --workers-kill-timeout 10 --log-level warning liaison.wsgi:application"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
