import { z } from "zod";
import { codedError, fromThrown, type CodedError } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";

/** One host of a fleet file. */
export interface FleetFileHost {
  readonly name: string;
  /** Absolute folder that plays the root of this host. */
  readonly root?: string;
  readonly networkNamespace?: string;
  /** Absolute path of the socket of the Docker engine that has the containers of this host. */
  readonly dockerSocketPath?: string;
  readonly labels: { readonly [key: string]: string };
  readonly facts: JsonObject;
}

const NAME = /^[\w.-]+$/;
const LABEL_PART = /^[\w-]+$/;
const LABEL_VALUE = /^[\w-]+(\.[\w-]+)*$/;

const hostSchema = z.strictObject({
  root: z.string().min(1).optional(),
  networkNamespace: z.string().regex(NAME, "must be letters, digits, dots, dashes and underscores").optional(),
  dockerSocketPath: z.string().startsWith("/", "must be absolute").optional(),
  labels: z
    .record(
      z.string().regex(LABEL_PART, "must be letters, digits, dashes and underscores"),
      z.union([z.string(), z.number(), z.boolean()]).transform(String).pipe(z.string().regex(LABEL_VALUE)),
    )
    .default({}),
  facts: z.record(z.string(), z.json()).default({}),
});

const fileSchema = z.strictObject({
  version: z.literal(1).default(1),
  hosts: z
    .record(
      z.string().max(200).regex(NAME, "must be letters, digits, dots, dashes and underscores"),
      hostSchema.nullable(),
    )
    .refine((hosts) => Object.keys(hosts).length > 0, "must name at least one host"),
});

/** Text over this size is no fleet file. */
const FILE_LENGTH_MAX = 16 * 1024 * 1024;

export interface FleetFileOptions {
  /** Name of the file, for messages. */
  readonly file: string;
  /** Makes a relative root absolute; relative roots are meant relative to the file. */
  readonly resolveRoot: (root: string) => string;
}

/**
 * Reads a fleet file: YAML or JSON with `hosts:`, a map from name to `root`, `networkNamespace`,
 * `dockerSocketPath`, `labels` and `facts`.
 * @returns the hosts sorted by name, or every problem found, each `DRV_FLEET_FILE_INVALID`
 */
export async function parseFleetFile(
  text: string,
  options: FleetFileOptions,
): Promise<Result<readonly FleetFileHost[], readonly CodedError[]>> {
  if (text.length > FILE_LENGTH_MAX) return err([invalid(options.file, "", "it is larger than 16 MiB")]);
  const document = await parseYaml(text, options.file);
  if (!document.ok) return document;
  const checked = fileSchema.safeParse(document.value ?? {});
  if (!checked.success) {
    return err(checked.error.issues.map((issue) => invalid(options.file, issue.path.join("."), issue.message)));
  }
  const hosts = Object.entries(checked.data.hosts).map(([name, host]): FleetFileHost => {
    const root = host?.root === undefined ? {} : { root: options.resolveRoot(host.root) };
    const namespace = host?.networkNamespace === undefined ? {} : { networkNamespace: host.networkNamespace };
    const docker = host?.dockerSocketPath === undefined ? {} : { dockerSocketPath: host.dockerSocketPath };
    return { name, labels: host?.labels ?? {}, facts: host?.facts ?? {}, ...root, ...namespace, ...docker };
  });
  return ok(hosts.sort((one, other) => (one.name < other.name ? -1 : 1)));
}

async function parseYaml(text: string, file: string): Promise<Result<unknown, readonly CodedError[]>> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { version: "1.2", uniqueKeys: true });
  if (document.errors.length > 0) {
    return err(
      document.errors.map((problem) => {
        const [position] = problem.linePos ?? [];
        const at = position === undefined ? { file } : { file, line: position.line, column: position.col };
        return codedError(
          "DRV_FLEET_FILE_INVALID",
          `Cannot read fleet file: ${problem.message.split("\n")[0] ?? "broken YAML"}`,
          { at },
        );
      }),
    );
  }
  try {
    return ok(document.toJS({ maxAliasCount: 100 }));
  } catch (thrown) {
    return err([fromThrown("DRV_FLEET_FILE_INVALID", thrown, `Cannot read fleet file ${JSON.stringify(file)}`)]);
  }
}

function invalid(file: string, path: string, reason: string): CodedError {
  return codedError(
    "DRV_FLEET_FILE_INVALID",
    `Cannot read fleet file: ${path === "" ? "the file" : JSON.stringify(path)} ${reason}`,
    {
      at: path === "" ? { file } : { file, path },
      hint: "Write hosts: { web1: { labels: { role: web } } }",
    },
  );
}
