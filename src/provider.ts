/** What authors of operations and providers use: the contracts, the catalog and the registry. */
export {
  defineOperation,
  type OperationClass,
  type OperationSpec,
  type Reversibility,
  type UnknownPolicy,
} from "./operation/spec.ts";
export type {
  ContentEntry,
  ContentStore,
  ContentType,
  PreImage,
  Provider,
  ProviderContext,
  ProviderError,
  ProviderRegistry,
  ProviderResult,
  ReadProvider,
  WriteProvider,
} from "./operation/provider.ts";
export type {
  ExecOptions,
  ExecResult,
  FileStat,
  Host,
  HostAnswer,
  HostCall,
  HttpRequest,
  HttpResponse,
  Ownership,
} from "./operation/host.ts";
export type { Change, ErrorClass, Outcome } from "./operation/outcome.ts";
export type { Facts } from "./operation/facts.ts";
export type { OperationCall } from "./operation/call.ts";
export { BUILTIN_OPERATIONS, builtinOperations, createCatalog, type OperationCatalog } from "./operation/catalog.ts";
export { BUILTIN_PROVIDERS, builtinProviders, createProviderRegistry } from "./providers/registry.ts";
export { codedError, type CodedError } from "./base/coded-error.ts";
export { err, ok, type Result } from "./base/result.ts";
