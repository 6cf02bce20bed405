import { ok } from "../../base/result.ts";
import {
  certificateDelete,
  certificateEnsure,
  certificateList,
  type CertificateEnsureParams,
} from "../../operation/catalog/certificate.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { adaptParams, readProvider } from "../adapt-params.ts";
import { failedWith, quoted } from "../failure.ts";
import { listFolder, managedFiles, wantedText } from "../managed-files.ts";

interface TrustStore {
  readonly folder: string;
  readonly suffix: string;
  /** Renews the bundle when a certificate was added. */
  readonly add: readonly string[];
  /** Renews the bundle when a certificate went. */
  readonly remove: readonly string[];
}

const DEBIAN: TrustStore = {
  folder: "/usr/local/share/ca-certificates",
  suffix: ".crt",
  add: ["update-ca-certificates"],
  remove: ["update-ca-certificates", "--fresh"],
};
const RED_HAT: TrustStore = {
  folder: "/etc/pki/ca-trust/source/anchors",
  suffix: ".pem",
  add: ["update-ca-trust", "extract"],
  remove: ["update-ca-trust", "extract"],
};

async function trustStore(context: ProviderContext): ProviderResult<TrustStore> {
  const facts = await context.host.facts({ signal: context.signal });
  if (!facts.ok) return failedWith(facts.error);
  return ok(facts.value.os.family === "redhat" ? RED_HAT : DEBIAN);
}

/** Makes the host trust a certificate authority, or not. */
export const certificateEnsureProvider = managedFiles({
  spec: certificateEnsure,
  async plan({ name, certificate = "", state }, context) {
    const store = await trustStore(context);
    if (!store.ok) return store;
    const { folder, suffix, add, remove } = store.value;
    const path = `${folder}/${name}${suffix}`;
    const wanted = state === "absent" ? ({ kind: "absent", path } as const) : wantedText(path, certificate);
    const action = `renew the bundle of trusted certificates for ${quoted(name)}`;
    const activation = [{ argv: state === "absent" ? remove : add, action }];
    return ok({ paths: [wanted], activation, undoActivation: [{ argv: remove, action }], result: { name, path } });
  },
});

export const certificateDeleteProvider = adaptParams(
  certificateDelete,
  certificateEnsureProvider,
  ({ name }): CertificateEnsureParams => ({ name, state: "absent" }),
);

export const certificateListProvider = readProvider(certificateList, async (_params, context) => {
  const store = await trustStore(context);
  if (!store.ok) return store;
  const { folder, suffix } = store.value;
  const names = await listFolder(folder, context);
  if (!names.ok) return names;
  const own = names.value.filter((name) => name.endsWith(suffix));
  return ok({ certificates: own.map((name) => ({ name: name.slice(0, -suffix.length), path: `${folder}/${name}` })) });
});
