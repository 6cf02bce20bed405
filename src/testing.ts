/** The test kit: fakes of every port and the contract suites that adapters must pass. */
export { FakeClock } from "./testing/fake-clock.ts";
export { SeededRandom } from "./testing/seeded-random.ts";
export { FakeHost } from "./testing/fake-host.ts";
export { hostSuite } from "./testing/host-suite.ts";
export { eventLogSuite } from "./testing/event-log-suite.ts";
export { simulate, type SimulationResult } from "./testing/simulation/simulation.ts";
export {
  settingsOf as simulationSettingsOf,
  type SimulationSettings,
} from "./testing/simulation/simulation-settings.ts";
export { providerSuite, type ProviderSuiteOptions } from "./testing/provider-suite.ts";
export { memoryContentStore } from "./operation/memory-content-store.ts";
