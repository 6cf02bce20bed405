import { assert } from "../base/assert.ts";
import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { didYouMean } from "../base/suggest.ts";
import { archiveExtract } from "./catalog/archive.ts";
import { certificateDelete, certificateEnsure, certificateList } from "./catalog/certificate.ts";
import { ntpDelete, ntpEnsure, ntpGet, timezoneEnsure, timezoneGet } from "./catalog/clock.ts";
import { commandExec, commandShell } from "./catalog/command.ts";
import { cronDelete, cronEnsure, cronGet, cronList } from "./catalog/cron.ts";
import { dockerCreate, dockerEnsure, dockerRemove, dockerStart, dockerStop } from "./catalog/docker-container.ts";
import { dockerExec } from "./catalog/docker-exec.ts";
import { dockerImageRemove, dockerLoad, dockerPull } from "./catalog/docker-image.ts";
import { dockerInspect, dockerList, dockerLogs } from "./catalog/docker-read.ts";
import {
  fileChanged,
  fileDeploy,
  fileDirectory,
  fileLine,
  fileStatus,
  fileSymlink,
  fileUndeploy,
  fileUpload,
} from "./catalog/file.ts";
import { firewallList, firewallRule } from "./catalog/firewall.ts";
import { gitCheckout } from "./catalog/git.ts";
import { groupDelete, groupEnsure, groupGet, groupList } from "./catalog/group.ts";
import { healthCheck } from "./catalog/health.ts";
import { hostnameEnsure } from "./catalog/hostname.ts";
import { httpRequest } from "./catalog/http.ts";
import { logQuery, logSources } from "./catalog/log.ts";
import {
  networkDnsDelete,
  networkDnsGet,
  networkDnsUpdate,
  networkInterfaceDelete,
  networkInterfaceEnsure,
  networkInterfaceGet,
  networkInterfaceList,
  networkPing,
  networkRouteDelete,
  networkRouteEnsure,
  networkRouteGet,
  networkRouteList,
} from "./catalog/network.ts";
import { nodeDisk, nodeHostname, nodeLoad, nodeMemory, nodeOs, nodeStatus, nodeUptime } from "./catalog/node.ts";
import {
  packageEnsure,
  packageGet,
  packageInstall,
  packageList,
  packageListUpdates,
  packageRemove,
  packageUpdate,
} from "./catalog/package.ts";
import { powerReboot, powerShutdown } from "./catalog/power.ts";
import { processGet, processList, processSignal } from "./catalog/process.ts";
import { scriptRun } from "./catalog/script.ts";
import {
  serviceDelete,
  serviceDisable,
  serviceEnable,
  serviceEnsure,
  serviceGet,
  serviceList,
  serviceRestart,
  serviceStart,
  serviceStop,
} from "./catalog/service.ts";
import { sshKeyEnsure, sshKeyList, sshKeyRemove } from "./catalog/ssh-key.ts";
import { sysctlDelete, sysctlEnsure, sysctlGet, sysctlList } from "./catalog/sysctl.ts";
import { userDelete, userEnsure, userGet, userList, userPassword } from "./catalog/user.ts";
import type { OperationSpec } from "./spec.ts";

/** Every operation drover brings along, sorted by name. */
export const BUILTIN_OPERATIONS = [
  archiveExtract,
  certificateDelete,
  certificateEnsure,
  certificateList,
  commandExec,
  commandShell,
  cronDelete,
  cronEnsure,
  cronGet,
  cronList,
  dockerCreate,
  dockerEnsure,
  dockerExec,
  dockerImageRemove,
  dockerInspect,
  dockerList,
  dockerLoad,
  dockerLogs,
  dockerPull,
  dockerRemove,
  dockerStart,
  dockerStop,
  fileChanged,
  fileDeploy,
  fileDirectory,
  fileLine,
  fileStatus,
  fileSymlink,
  fileUndeploy,
  fileUpload,
  firewallList,
  firewallRule,
  gitCheckout,
  groupDelete,
  groupEnsure,
  groupGet,
  groupList,
  healthCheck,
  hostnameEnsure,
  httpRequest,
  logQuery,
  logSources,
  networkDnsDelete,
  networkDnsGet,
  networkDnsUpdate,
  networkInterfaceDelete,
  networkInterfaceEnsure,
  networkInterfaceGet,
  networkInterfaceList,
  networkPing,
  networkRouteDelete,
  networkRouteEnsure,
  networkRouteGet,
  networkRouteList,
  nodeDisk,
  nodeHostname,
  nodeLoad,
  nodeMemory,
  nodeOs,
  nodeStatus,
  nodeUptime,
  ntpDelete,
  ntpEnsure,
  ntpGet,
  packageEnsure,
  packageGet,
  packageInstall,
  packageList,
  packageListUpdates,
  packageRemove,
  packageUpdate,
  powerReboot,
  powerShutdown,
  processGet,
  processList,
  processSignal,
  scriptRun,
  serviceDelete,
  serviceDisable,
  serviceEnable,
  serviceEnsure,
  serviceGet,
  serviceList,
  serviceRestart,
  serviceStart,
  serviceStop,
  sshKeyEnsure,
  sshKeyList,
  sshKeyRemove,
  sysctlDelete,
  sysctlEnsure,
  sysctlGet,
  sysctlList,
  timezoneEnsure,
  timezoneGet,
  userDelete,
  userEnsure,
  userGet,
  userList,
  userPassword,
] as const;

/** Operations by name and alias. */
export interface OperationCatalog {
  /** The operation with this name or alias, or `DRV_OPERATION_UNKNOWN` with the names most like it. */
  find(name: string): Result<OperationSpec, CodedError>;
  /** Every operation once, sorted by name. */
  list(): readonly OperationSpec[];
}

/**
 * Makes a catalog, for example of the built-in operations and those of a third party.
 * @returns the catalog, or every `DRV_OPERATION_DUPLICATE`: a name or alias that two operations claim.
 */
export function createCatalog(specs: Iterable<OperationSpec>): Result<OperationCatalog, readonly CodedError[]> {
  const byName = new Map<string, OperationSpec>();
  const errors: CodedError[] = [];
  for (const spec of specs) {
    for (const name of [spec.name, ...spec.aliases]) {
      const other = byName.get(name);
      if (other === undefined) byName.set(name, spec);
      else errors.push(duplicate(name, other, spec));
    }
  }
  if (errors.length > 0) return err(errors);
  const sorted = [...new Set(byName.values())].sort((left, right) => (left.name < right.name ? -1 : 1));
  return ok({ find: (name) => find(byName, name), list: () => sorted });
}

function find(byName: ReadonlyMap<string, OperationSpec>, name: string): Result<OperationSpec, CodedError> {
  const spec = byName.get(name);
  if (spec !== undefined) return ok(spec);
  const hint = didYouMean(name, byName.keys()) ?? 'List the operations with "drover ops"';
  const message = `Cannot find operation ${JSON.stringify(name.slice(0, 200))}: no operation has this name`;
  return err(codedError("DRV_OPERATION_UNKNOWN", message, { hint }));
}

function duplicate(name: string, first: OperationSpec, second: OperationSpec): CodedError {
  const owners = `${JSON.stringify(first.name)} and ${JSON.stringify(second.name)}`;
  return codedError(
    "DRV_OPERATION_DUPLICATE",
    `Cannot add operation ${JSON.stringify(name)}: ${owners} both claim it`,
    {
      hint: "Rename one of them or drop the alias",
    },
  );
}

let builtin: OperationCatalog | undefined;

/** The catalog of {@link BUILTIN_OPERATIONS}. */
export function builtinOperations(): OperationCatalog {
  if (builtin === undefined) {
    const made = createCatalog(BUILTIN_OPERATIONS);
    assert(made.ok, "Built-in operations claim the same name");
    builtin = made.value;
  }
  return builtin;
}

/** The built-in operation with this name or alias, or `DRV_OPERATION_UNKNOWN` with the names most like it. */
export function findOperation(name: string): Result<OperationSpec, CodedError> {
  return builtinOperations().find(name);
}
