import type { RunOrigin } from "./run-view.ts";

/** What a start command or its event says about the origin of the run; only what is there. */
export function originOf(said: RunOrigin): RunOrigin {
  const { fingerprint, source, planBody, idempotencyKey, paramsHash, actor, reason } = said;
  return {
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(source === undefined ? {} : { source }),
    ...(planBody === undefined ? {} : { planBody }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(paramsHash === undefined ? {} : { paramsHash }),
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
  };
}
