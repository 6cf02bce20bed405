import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A registry on the loopback address that knows one tag of one repository. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:PORT`: engines talk HTTP with loopback addresses. */
  readonly address: string;
  /** Makes the tag stand for an image with this text in a file. */
  publish(text: string): void;
}

const MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json";

export async function startRegistry(repository: string, tag: string): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), "drover-registry-"));
  const blobs = new Map<string, Buffer>();
  let manifestDigest = "";
  const server = createServer((request, response) => {
    const path = decodeURI(request.url ?? "");
    if (path === "/v2/")
      return void response.writeHead(200, { "docker-distribution-api-version": "registry/2.0" }).end();
    const prefix = `/v2/${repository}`;
    if (path === `${prefix}/manifests/${tag}`) return send(response, manifestDigest, MANIFEST_TYPE);
    const [, kind, digest] = new RegExp(`^${prefix}/(manifests|blobs)/(sha256:[0-9a-f]{64})$`).exec(path) ?? [];
    if (digest === undefined) return void response.writeHead(404).end();
    return send(response, digest, kind === "manifests" ? MANIFEST_TYPE : "application/octet-stream");
  });

  function send(response: ServerResponse, digest: string, type: string): void {
    const blob = blobs.get(digest);
    if (blob === undefined) return void response.writeHead(404).end();
    response
      .writeHead(200, { "content-type": type, "content-length": blob.length, "docker-content-digest": digest })
      .end(blob);
  }

  function put(blob: Buffer): string {
    const digest = `sha256:${createHash("sha256").update(blob).digest("hex")}`;
    blobs.set(digest, blob);
    return digest;
  }

  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  await writeFile(join(folder, "text"), "");
  return {
    address: `127.0.0.1:${port}`,
    publish(text) {
      const layer = spawnSync("tar", ["-C", folder, "--transform", `s/text/${text}/`, "-c", "text"]).stdout;
      const diffId = `sha256:${createHash("sha256").update(layer).digest("hex")}`;
      const config = Buffer.from(
        JSON.stringify({
          architecture: "amd64",
          os: "linux",
          config: {},
          rootfs: { type: "layers", diff_ids: [diffId] },
        }),
      );
      const manifest = {
        schemaVersion: 2,
        mediaType: MANIFEST_TYPE,
        config: {
          mediaType: "application/vnd.docker.container.image.v1+json",
          size: config.length,
          digest: put(config),
        },
        layers: [{ mediaType: "application/vnd.docker.image.rootfs.diff.tar", size: layer.length, digest: put(layer) }],
      };
      manifestDigest = put(Buffer.from(JSON.stringify(manifest)));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
