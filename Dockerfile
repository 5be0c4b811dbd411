# syntax=docker/dockerfile:1

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
COPY examples examples
RUN python -m venv /opt/gqlspaces \
    && /opt/gqlspaces/bin/pip install --quiet -c constraints.txt .

FROM python:3.12-slim
LABEL org.opencontainers.image.title="gqlspaces" \
      org.opencontainers.image.description="A self-hosted GraphQL service for Spaces" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/gqlspaces /opt/gqlspaces
RUN install --directory --owner=65532 --group=65532 /data
ENV PATH="/opt/gqlspaces/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    GQLSPACES_DATA_DIR=/data \
    GQLSPACES_HOST=0.0.0.0 \
    GQLSPACES_LOG_FORMAT=json
USER 65532:65532
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["gqlspaces", "health", "--quiet"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["gqlspaces"]
CMD ["serve"]
