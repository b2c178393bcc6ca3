# Porthole as a container: built from its sources on Debian 12, then its Debian package alone on a
# fresh one. `deploy/container/prove` builds it without a registry and tries the result.
#
#   docker build --build-arg REVISION="$(git rev-parse HEAD)" -t porthole:0.1.0 .
#   docker buildx build --platform linux/amd64,linux/arm64 …   nothing here is of one architecture
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
# The packages first: they change less often than the sources.
COPY deploy/packages/ deploy/packages/
RUN deploy/packages/install build package && rm -rf /var/lib/apt/lists/*
COPY . .
ARG JOBS=2
ARG REVISION=
RUN cmake --preset release --log-level=WARNING -DPORTHOLE_REVISION="${REVISION}" && \
    cmake --build build/release -j "${JOBS}" && \
    cpack --config build/release/CPackConfig.cmake -B /packages

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Porthole" \
      org.opencontainers.image.description="A console proxy for clouds" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# The number is the one that deploy/k8s says; the package takes a user who is there already.
RUN --mount=type=bind,from=build,source=/packages,target=/packages \
    groupadd --system --gid 10001 porthole && \
    useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/porthole \
      --shell /usr/sbin/nologin porthole && \
    apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends ca-certificates libsasl2-modules \
      /packages/porthole_*.deb && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* && \
    install -d -o 10001 -g 10001 -m 0700 /var/lib/porthole /run/porthole
COPY deploy/container/config.yaml /etc/porthole/config.yaml
USER 10001:10001
# All that is written; the rest of the file system may be read-only.
VOLUME ["/var/lib/porthole", "/run/porthole"]
EXPOSE 8080 8443 9091 9443
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s \
  CMD ["/usr/bin/porthole", "--config", "/etc/porthole/config.yaml", "--probe", "ready"]
ENTRYPOINT ["/usr/bin/porthole"]
CMD ["--config", "/etc/porthole/config.yaml"]
