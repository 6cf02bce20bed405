import type { JsonObject } from "../base/json.ts";

/** What a host says about itself. Refreshed on connect; never holds secrets. */
export interface Facts {
  readonly hostname: string;
  readonly fqdn: string;
  readonly os: {
    /** `debian`, `redhat`, `alpine`, `darwin`, … : decides which providers apply. */
    readonly family: string;
    readonly distribution: string;
    readonly version: string;
  };
  /** Machine architecture in Node's words: `x64`, `arm64`. */
  readonly architecture: string;
  readonly kernel: string;
  readonly cpuCount: number;
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
  readonly disks: readonly {
    readonly mount: string;
    readonly totalBytes: number;
    readonly usedBytes: number;
    readonly freeBytes: number;
  }[];
  readonly load: { readonly one: number; readonly five: number; readonly fifteen: number };
  readonly uptimeSeconds: number;
  readonly interfaces: readonly {
    readonly name: string;
    readonly addresses: readonly string[];
    readonly mac?: string;
  }[];
  /** `systemd`, `openrc`, `none`, … */
  readonly serviceManager: string;
  /** `apt`, `dnf`, `apk`, `none`, … */
  readonly packageManager: string;
  readonly isContainer: boolean;
  readonly labels: { readonly [key: string]: string };
  /** Facts from the inventory or from executables of the operator. */
  readonly custom: JsonObject;
}
