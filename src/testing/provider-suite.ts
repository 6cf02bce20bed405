import type { Provider, WriteProvider } from "../operation/provider.ts";
import { operationClassOf } from "../operation/spec.ts";
import { HOSTILE_TEXTS } from "./hostile-texts.ts";
import type { HostTree } from "./host-tree.ts";
import type { ProviderCase } from "./provider-case.ts";
import type { ProviderAttempt } from "./provider-attempt.ts";
import { expectSameTree, expectStatus, expectThat, ProviderTrial, type SuiteHost } from "./provider-trial.ts";

export interface ProviderSuiteOptions {
  readonly provider: Provider;
  /** Ends the names of the tests: `LocalHost`. */
  readonly hostName: string;
  /** Opens a fresh host for every test. */
  readonly openHost: () => Promise<SuiteHost>;
  readonly cases: readonly ProviderCase[];
  /**
   * `journey` makes one rule of dry run, change, repetition and undo, for hosts that are slow; another host must go
   * through the rest then: interruptions, cancellation, tokens, secrets. Default `whole`.
   */
  readonly depth?: "whole" | "journey";
}

/** One rule to hand to a test runner: `test(rule.name, rule.run)`. */
export interface ContractTest {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/**
 * The contract of providers as tests for any runner: what reads changes nothing; what writes is changed first and
 * unchanged then, does nothing in a dry run, is undone exactly, survives cancellation and failure of every host call,
 * keeps secrets, and takes hostile values for data.
 *
 * @example
 * import { test } from "node:test";
 * import { providerSuite, type ProviderSuiteOptions } from "drover/testing";
 *
 * function testProvider(options: ProviderSuiteOptions): void {
 *   for (const rule of providerSuite(options)) void test(rule.name, rule.run);
 * }
 */
export function providerSuite(options: ProviderSuiteOptions): readonly ContractTest[] {
  return options.cases.flatMap((each) => {
    const suite = new CaseSuite(options, each);
    return suite.rules().map(([rule, run]) => ({
      name: `${options.provider.spec.name} on ${options.hostName}: given ${each.name}, ${rule}`,
      run,
    }));
  });
}

/** More calls than any provider makes: ends loops over "the n-th call". */
const CALLS_MAX = 200;

type Rule = readonly [rule: string, run: () => Promise<void>];

class CaseSuite {
  readonly #options: ProviderSuiteOptions;
  readonly #case: ProviderCase;

  constructor(options: ProviderSuiteOptions, each: ProviderCase) {
    this.#options = options;
    this.#case = each;
  }

  rules(): readonly Rule[] {
    const { provider, depth = "whole" } = this.#options;
    if (depth === "journey") return this.#journeyRules(provider);
    const rules: Rule[] = [["when it is only inspected, then nothing changes", () => this.#dryRun()]];
    if (provider.kind === "read") {
      rules.push(["when it is read, then the result is as declared", () => this.#read()]);
    } else {
      rules.push(...this.#writeRules(provider));
      rules.push(["when the same token comes twice, then there is one effect", () => this.#sameToken()]);
    }
    rules.push(["when it is cancelled before it starts, then it says so", () => this.#cancelledBefore()]);
    if (this.#case.secrets !== undefined) {
      rules.push(["when it ends in any way, then secrets are not seen", () => this.#secrets()]);
    }
    if (this.#case.hostile !== undefined) {
      rules.push(["when values are hostile, then they are only data", () => this.#hostile()]);
    }
    return rules;
  }

  #journeyRules(provider: Provider): readonly Rule[] {
    const rules: Rule[] = [];
    if (provider.kind === "read") rules.push(["when it is read, then the result is as declared", () => this.#read()]);
    else if (!this.#isRepeatable()) {
      rules.push(["when it is applied, then it is changed each time", () => this.#everyTime()]);
      if (provider.spec.reversibility === "full") {
        rules.push(["when it is undone, even twice, then everything is as before", () => this.#undone(provider)]);
      }
    } else {
      const words =
        provider.spec.reversibility === "full" ? "tried, done, repeated and undone" : "tried, done and repeated";
      rules.push([`when it is ${words}, then each step keeps the contract`, () => this.#journey(provider)]);
    }
    if (this.#case.hostile !== undefined) {
      rules.push(["when values are hostile, then they are only data", () => this.#hostile()]);
    }
    return rules;
  }

  #writeRules(provider: WriteProvider): readonly Rule[] {
    const rules: Rule[] = [];
    if (this.#isRepeatable()) {
      rules.push(["when it is applied twice, then the second time changes nothing", () => this.#twice()]);
      rules.push(["when it is interrupted anywhere, then the next time completes it", () => this.#interrupted()]);
    } else {
      rules.push(["when it is applied, then it is changed each time", () => this.#everyTime()]);
    }
    if (provider.spec.reversibility === "full") {
      rules.push(["when it is undone, even twice, then everything is as before", () => this.#undone(provider)]);
      rules.push(["when it is cut short and undone, then everything is as before", () => this.#cutShort(provider)]);
    }
    return rules;
  }

  #isRepeatable(): boolean {
    const { spec } = this.#options.provider;
    const params = spec.params.parse(this.#case.params("/tmp"));
    return operationClassOf(spec, params) !== "non-idempotent" || this.#case.isUnchanged === true;
  }

  async #open(): Promise<ProviderTrial> {
    const place = await this.#options.openHost();
    await this.#case.prepare?.(place);
    return new ProviderTrial(this.#options.provider, { place, params: this.#case.params(place.folder) });
  }

  async #dryRun(): Promise<void> {
    await using trial = await this.#open();
    const before = await trial.tree();
    const attempt = await trial.run({ isDryRun: true });
    const expected =
      this.#options.provider.kind === "read" || this.#case.isUnchanged === true ? "unchanged" : "changed";
    expectStatus(attempt, expected);
    expectSameTree(before, await trial.tree(), "A dry run must change nothing");
  }

  async #read(): Promise<void> {
    await using trial = await this.#open();
    const attempt = await trial.run();
    this.#expectResult(attempt, "unchanged");
  }

  async #twice(): Promise<void> {
    await using trial = await this.#open();
    this.#expectResult(await trial.run(), this.#case.isUnchanged === true ? "unchanged" : "changed");
    const between = await trial.tree();
    this.#expectResult(await trial.run(), "unchanged");
    expectSameTree(between, await trial.tree(), "The second call must change nothing");
  }

  async #journey(provider: WriteProvider): Promise<void> {
    await using trial = await this.#open();
    const before = await trial.tree({ isEmptyStateIgnored: true });
    const expected = this.#case.isUnchanged === true ? "unchanged" : "changed";
    expectStatus(await trial.run({ isDryRun: true }), expected);
    expectSameTree(before, await trial.tree({ isEmptyStateIgnored: true }), "A dry run must change nothing");
    const first = await trial.run();
    this.#expectResult(first, expected);
    const between = await trial.tree();
    this.#expectResult(await trial.run(), "unchanged");
    expectSameTree(between, await trial.tree(), "The second call must change nothing");
    if (provider.spec.reversibility !== "full" || first.status === "unchanged") return;
    await this.#undoTwice(provider, { trial, attempt: first, before });
  }

  async #everyTime(): Promise<void> {
    await using trial = await this.#open();
    for (let count = 0; count < 2; count++) {
      this.#expectResult(await trial.run(), "changed");
    }
  }

  async #undone(provider: WriteProvider): Promise<void> {
    await using trial = await this.#open();
    const before = await trial.tree({ isEmptyStateIgnored: true });
    const attempt = await trial.run();
    expectStatus(attempt, this.#case.isUnchanged === true ? "unchanged" : "changed");
    await this.#undoTwice(provider, { trial, attempt, before });
  }

  async #undoTwice(
    provider: WriteProvider,
    done: { readonly trial: ProviderTrial; readonly attempt: ProviderAttempt; readonly before: HostTree },
  ): Promise<void> {
    const { trial, attempt, before } = done;
    expectThat(attempt.preImage !== undefined || attempt.status === "unchanged", "A change must be captured for undo");
    for (let count = 0; count < 2 && attempt.preImage !== undefined; count++) {
      await trial.undo(provider, attempt.preImage);
      expectSameTree(before, await trial.tree({ isEmptyStateIgnored: true }), "Undo must restore everything");
    }
  }

  /** Fails or aborts at every host call in turn, until one attempt gets through. */
  async #interrupted(): Promise<void> {
    await using whole = await this.#open();
    await whole.run();
    const wanted = await whole.tree({ isRelative: true });
    await this.#atEveryCall(async (trial) => {
      const { status, error } = await trial.run();
      expectThat(status !== "failed", `A later attempt must succeed: ${error?.error.message ?? ""}`);
      expectSameTree(wanted, await trial.tree({ isRelative: true }), "An interrupted attempt must be completed later");
    });
  }

  async #cutShort(provider: WriteProvider): Promise<void> {
    await this.#atEveryCall(async (trial, before) => {
      if (trial.preImage !== undefined) await trial.undo(provider, trial.preImage);
      expectSameTree(before, await trial.tree({ isEmptyStateIgnored: true }), "Undo must restore everything");
    });
  }

  async #atEveryCall(judge: (trial: ProviderTrial, before: HostTree) => Promise<void>): Promise<void> {
    for (const kind of ["fail", "abort"] as const) {
      for (let atCall = 1, isHit = true; isHit; atCall++) {
        expectThat(atCall < CALLS_MAX, `A provider must not make ${CALLS_MAX} host calls in one attempt`);
        await using trial = await this.#open();
        const before = await trial.tree({ isEmptyStateIgnored: true });
        isHit = await trial.disturb(kind, atCall);
        if (isHit) await judge(trial, before);
      }
    }
  }

  async #cancelledBefore(): Promise<void> {
    await using trial = await this.#open();
    const before = await trial.tree();
    const reason = new Error("cancelled by the suite");
    const attempt = await trial.run({ signal: AbortSignal.abort(reason) }).catch((thrown: unknown) => thrown);
    const usesHost = this.#options.provider.spec.isControllerOperation !== true;
    expectThat(attempt === reason || !usesHost, "A cancelled attempt must reject with the reason of its signal");
    expectSameTree(before, await trial.tree(), "A cancelled attempt must change nothing");
  }

  async #sameToken(): Promise<void> {
    await using trial = await this.#open();
    const [first] = await trial.execute([{ mode: "apply" }]);
    await using other = await this.#open();
    const [once, again] = await other.execute([{ mode: "apply" }, { mode: "apply" }]);
    expectThat(first?.result.outcome.status === once?.result.outcome.status, "Equal hosts must give equal outcomes");
    expectThat(JSON.stringify(once?.result) === JSON.stringify(again?.result), "A token must keep its answer");
    if (this.#case.isRandom === true) return;
    expectSameTree(
      await trial.tree({ isRelative: true }),
      await other.tree({ isRelative: true }),
      "One token, one effect",
    );
  }

  /** Looks at all an executor says: about a dry run, a change, its repetition, and a failure of each host call. */
  async #secrets(): Promise<void> {
    await using whole = await this.#open();
    const said: unknown[] = [...(await whole.execute([{ mode: "inspect" }, { mode: "apply" }, { mode: "probe" }]))];
    for (let failingCall = 1, isHit = true; isHit && failingCall < CALLS_MAX; failingCall++) {
      await using trial = await this.#open();
      const [job] = await trial.execute([{ mode: "apply", failingCall }]);
      isHit = job?.isHit === true;
      said.push(job);
    }
    const text = JSON.stringify(said);
    for (const secret of this.#case.secrets ?? []) {
      expectThat(!text.includes(secret), "A secret value must not be in results, errors, changes or output");
    }
  }

  async #hostile(): Promise<void> {
    const { provider, openHost } = this.#options;
    await using place = await openHost();
    await this.#case.prepare?.(place);
    const canary = `${place.folder}-canary`;
    for (const text of HOSTILE_TEXTS) {
      const params = this.#case.hostile?.(text.replaceAll("CANARY", canary), place.folder) ?? null;
      if (!provider.spec.params.safeParse(params).success) continue;
      await new ProviderTrial(provider, { place, params }).run();
      for (const path of [canary, "/CANARY"]) {
        const found = await place.host.stat(path);
        expectThat(found.ok && found.value === undefined, `A value was read as shell text: ${JSON.stringify(text)}`);
      }
    }
    expectThat(Object.keys({}).length === 0 && !("polluted" in {}), "Object prototypes must stay as they are");
  }

  #expectResult(attempt: ProviderAttempt, status: ProviderAttempt["status"]): void {
    expectStatus(attempt, status);
    const { spec } = this.#options.provider;
    const parsed = spec.result.safeParse(attempt.data);
    expectThat(parsed.success, `The result must be as declared: ${parsed.success ? "" : parsed.error.message}`);
  }
}
