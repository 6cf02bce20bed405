import { codedError, type CodedError } from "../base/coded-error.ts";
import { assert } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Provider, ProviderRegistry } from "../operation/provider.ts";
import { groupDeleteProvider, groupEnsureProvider, groupGetProvider, groupListProvider } from "./account/group.ts";
import { sshKeyEnsureProvider, sshKeyListProvider, sshKeyRemoveProvider } from "./account/ssh-key.ts";
import { userPasswordProvider } from "./account/user-password.ts";
import { userDeleteProvider, userEnsureProvider, userGetProvider, userListProvider } from "./account/user.ts";
import { archiveExtractProvider } from "./archive/extract.ts";
import {
  certificateDeleteProvider,
  certificateEnsureProvider,
  certificateListProvider,
} from "./certificate/certificate.ts";
import { ntpDeleteProvider, ntpEnsureProvider, ntpGetProvider } from "./clock/ntp.ts";
import { timezoneEnsureProvider, timezoneGetProvider } from "./clock/timezone.ts";
import { commandExecProvider, commandShellProvider } from "./command/command.ts";
import { cronDeleteProvider, cronEnsureProvider, cronGetProvider, cronListProvider } from "./cron/cron.ts";
import { dockerCreateProvider } from "./docker/create.ts";
import { dockerEnsureProvider } from "./docker/ensure.ts";
import { dockerExecProvider } from "./docker/exec.ts";
import { dockerImageRemoveProvider } from "./docker/image-remove.ts";
import { dockerRemoveProvider, dockerStartProvider, dockerStopProvider } from "./docker/lifecycle.ts";
import { dockerLoadProvider } from "./docker/load.ts";
import { dockerPullProvider } from "./docker/pull.ts";
import { dockerInspectProvider, dockerListProvider, dockerLogsProvider } from "./docker/read.ts";
import { fileDeployProvider } from "./file/deploy.ts";
import { fileDirectoryProvider } from "./file/directory.ts";
import { fileLineProvider } from "./file/line.ts";
import { fileStatusProvider } from "./file/status.ts";
import { fileSymlinkProvider } from "./file/symlink.ts";
import { fileUndeployProvider } from "./file/undeploy.ts";
import { fileChangedProvider, fileUploadProvider } from "./file/upload.ts";
import { firewallListProvider, firewallRuleProvider } from "./firewall/firewall.ts";
import { gitCheckoutProvider } from "./git/checkout.ts";
import { healthCheckProvider } from "./health/health.ts";
import { hostnameEnsureProvider } from "./hostname/hostname.ts";
import { httpRequestProvider } from "./http/request.ts";
import { logQueryProvider, logSourcesProvider } from "./log/log.ts";
import { networkDnsDeleteProvider, networkDnsGetProvider, networkDnsUpdateProvider } from "./network/dns.ts";
import {
  networkInterfaceDeleteProvider,
  networkInterfaceEnsureProvider,
  networkInterfaceGetProvider,
  networkInterfaceListProvider,
} from "./network/interface.ts";
import { networkPingProvider } from "./network/ping.ts";
import {
  networkRouteDeleteProvider,
  networkRouteEnsureProvider,
  networkRouteGetProvider,
  networkRouteListProvider,
} from "./network/route.ts";
import {
  nodeDiskProvider,
  nodeHostnameProvider,
  nodeLoadProvider,
  nodeMemoryProvider,
  nodeOsProvider,
  nodeStatusProvider,
  nodeUptimeProvider,
} from "./node/node.ts";
import {
  packageEnsureProvider,
  packageGetProvider,
  packageInstallProvider,
  packageListProvider,
  packageListUpdatesProvider,
  packageRemoveProvider,
  packageUpdateProvider,
} from "./package/package.ts";
import { powerRebootProvider, powerShutdownProvider } from "./power/power.ts";
import { processGetProvider, processListProvider, processSignalProvider } from "./process/process.ts";
import { scriptRunProvider } from "./script/script.ts";
import {
  serviceDeleteProvider,
  serviceDisableProvider,
  serviceEnableProvider,
  serviceGetProvider,
  serviceListProvider,
  serviceRestartProvider,
  serviceStartProvider,
  serviceStopProvider,
} from "./service/service-verbs.ts";
import { serviceEnsureProvider } from "./service/service.ts";
import { sysctlDeleteProvider, sysctlEnsureProvider, sysctlGetProvider, sysctlListProvider } from "./sysctl/sysctl.ts";

/** A provider for every built-in operation. */
export const BUILTIN_PROVIDERS: readonly Provider[] = [
  archiveExtractProvider,
  certificateDeleteProvider,
  certificateEnsureProvider,
  certificateListProvider,
  commandExecProvider,
  commandShellProvider,
  cronDeleteProvider,
  cronEnsureProvider,
  cronGetProvider,
  cronListProvider,
  dockerCreateProvider,
  dockerEnsureProvider,
  dockerExecProvider,
  dockerImageRemoveProvider,
  dockerInspectProvider,
  dockerListProvider,
  dockerLoadProvider,
  dockerLogsProvider,
  dockerPullProvider,
  dockerRemoveProvider,
  dockerStartProvider,
  dockerStopProvider,
  fileChangedProvider,
  fileDeployProvider,
  fileDirectoryProvider,
  fileLineProvider,
  fileStatusProvider,
  fileSymlinkProvider,
  fileUndeployProvider,
  fileUploadProvider,
  firewallListProvider,
  firewallRuleProvider,
  gitCheckoutProvider,
  groupDeleteProvider,
  groupEnsureProvider,
  groupGetProvider,
  groupListProvider,
  healthCheckProvider,
  hostnameEnsureProvider,
  httpRequestProvider,
  logQueryProvider,
  logSourcesProvider,
  networkDnsDeleteProvider,
  networkDnsGetProvider,
  networkDnsUpdateProvider,
  networkInterfaceDeleteProvider,
  networkInterfaceEnsureProvider,
  networkInterfaceGetProvider,
  networkInterfaceListProvider,
  networkPingProvider,
  networkRouteDeleteProvider,
  networkRouteEnsureProvider,
  networkRouteGetProvider,
  networkRouteListProvider,
  nodeDiskProvider,
  nodeHostnameProvider,
  nodeLoadProvider,
  nodeMemoryProvider,
  nodeOsProvider,
  nodeStatusProvider,
  nodeUptimeProvider,
  ntpDeleteProvider,
  ntpEnsureProvider,
  ntpGetProvider,
  packageEnsureProvider,
  packageGetProvider,
  packageInstallProvider,
  packageListProvider,
  packageListUpdatesProvider,
  packageRemoveProvider,
  packageUpdateProvider,
  powerRebootProvider,
  powerShutdownProvider,
  processGetProvider,
  processListProvider,
  processSignalProvider,
  scriptRunProvider,
  serviceDeleteProvider,
  serviceDisableProvider,
  serviceEnableProvider,
  serviceEnsureProvider,
  serviceGetProvider,
  serviceListProvider,
  serviceRestartProvider,
  serviceStartProvider,
  serviceStopProvider,
  sshKeyEnsureProvider,
  sshKeyListProvider,
  sshKeyRemoveProvider,
  sysctlDeleteProvider,
  sysctlEnsureProvider,
  sysctlGetProvider,
  sysctlListProvider,
  timezoneEnsureProvider,
  timezoneGetProvider,
  userDeleteProvider,
  userEnsureProvider,
  userGetProvider,
  userListProvider,
  userPasswordProvider,
];

/**
 * Makes a registry, for example of the built-in providers and those of a third party.
 * @returns the registry, or every `DRV_OPERATION_DUPLICATE`: a name or alias that two providers claim.
 */
export function createProviderRegistry(providers: Iterable<Provider>): Result<ProviderRegistry, readonly CodedError[]> {
  const byName = new Map<string, Provider>();
  const errors: CodedError[] = [];
  for (const provider of providers) {
    for (const name of [provider.spec.name, ...provider.spec.aliases]) {
      if (byName.has(name)) errors.push(duplicate(name));
      else byName.set(name, provider);
    }
  }
  if (errors.length > 0) return err(errors);
  const list = [...new Set(byName.values())];
  return ok({ find: (operation) => byName.get(operation), list: () => list });
}

function duplicate(name: string): CodedError {
  return codedError(
    "DRV_OPERATION_DUPLICATE",
    `Cannot register provider ${JSON.stringify(name)}: there is one of this name`,
    { hint: "Rename one of them or drop the alias" },
  );
}

/** The registry of the built-in providers. */
export function builtinProviders(): ProviderRegistry {
  const made = createProviderRegistry(BUILTIN_PROVIDERS);
  assert(made.ok, "Built-in providers claim the same name");
  return made.value;
}
