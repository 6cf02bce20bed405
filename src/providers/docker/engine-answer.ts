import { z } from "zod";

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const map = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

const binding = z.object({ HostIp: text, HostPort: text });
const bindings = z
  .record(z.string(), z.array(binding).nullish())
  .nullish()
  .transform((value) => value ?? {});

const health = z.object({
  Test: texts,
  Interval: z.number().nullish(),
  Timeout: z.number().nullish(),
  StartPeriod: z.number().nullish(),
  Retries: z.number().nullish(),
});

/** What is needed of `GET /containers/{id}/json`. */
export const containerAnswer = z.object({
  Id: z.string(),
  Name: z.string().transform((name) => name.replace(/^\//, "")),
  Created: text,
  Image: text,
  RestartCount: z.number().nullish(),
  State: z.object({
    Status: z.string(),
    Running: z.boolean(),
    Paused: z.boolean().nullish(),
    ExitCode: z.number().nullish(),
    StartedAt: text,
    FinishedAt: text,
    Health: z
      .object({
        Status: z.string(),
        FailingStreak: z.number().nullish(),
        Log: z.array(z.object({ Output: text })).nullish(),
      })
      .nullish(),
  }),
  Config: z.object({
    Hostname: text,
    User: text,
    Tty: z.boolean().nullish(),
    Env: texts,
    Cmd: texts,
    Entrypoint: texts,
    Image: text,
    WorkingDir: text,
    Labels: map,
    Healthcheck: health.nullish(),
  }),
  HostConfig: z.object({
    Binds: texts,
    NetworkMode: text,
    PortBindings: bindings,
    Dns: texts,
    RestartPolicy: z.object({ Name: text, MaximumRetryCount: z.number().nullish() }).nullish(),
  }),
  Mounts: z
    .array(z.object({ Type: text, Name: text, Source: text, Destination: z.string(), RW: z.boolean().nullish() }))
    .nullish()
    .transform((value) => value ?? []),
  NetworkSettings: z
    .object({
      Ports: bindings,
      Networks: z.record(z.string(), z.object({ IPAddress: text, Gateway: text, MacAddress: text })).nullish(),
    })
    .nullish(),
});

export type ContainerAnswer = z.output<typeof containerAnswer>;

/** What is needed of `GET /containers/json`. */
export const containersAnswer = z.array(
  z.object({ Id: z.string(), Names: texts, Image: text, State: text, Created: z.number().nullish(), Labels: map }),
);

/** What is needed of `GET /images/{name}/json`. */
export const imageAnswer = z.object({
  Id: z.string(),
  RepoTags: texts,
  RepoDigests: texts,
  Size: z.number().nullish(),
});

export type ImageAnswer = z.output<typeof imageAnswer>;

export const createdAnswer = z.object({ Id: z.string() });

export const execAnswer = z.object({
  Running: z.boolean(),
  ExitCode: z.number().nullish(),
  Pid: z.number().nullish(),
});

export const distributionAnswer = z.object({ Descriptor: z.object({ digest: z.string() }) });

export const removedAnswer = z.array(z.object({ Untagged: z.string().nullish(), Deleted: z.string().nullish() }));

/** The value of a JSON text; `undefined` when it is none. */
export function decodeJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

const messageAnswer = z.object({ message: z.string().min(1) });

/** What the engine says about a refusal. */
export function messageOf(body: Uint8Array): string | undefined {
  const parsed = messageAnswer.safeParse(decodeJson(body));
  return parsed.success ? parsed.data.message : undefined;
}
