import type { FaultKind } from "./sim-faults.ts";
import { SimController, type SimParts } from "./sim-controller.ts";
import { SimProcess } from "./sim-process.ts";
import type { SimWorld } from "./sim-world.ts";

const RESTART_MS_MAX = 2_000;
const PAUSE_MS_MAX = 60_000;
/** Between two looks of an operator at runs that were set aside. */
const LOOK_MS = 5_000;
const HOUR_MS = 3_600_000;

/** Mean virtual milliseconds between two strikes at full strength. */
const STRIKES_MS: readonly (readonly [FaultKind, number])[] = [
  ["crash", 4_000],
  ["crashInside", 4_000],
  ["pause", 12_000],
  ["clockJump", 8_000],
  ["partition", 10_000],
  ["executorRestart", 4_000],
];

/** The processes of the system: at most one is meant to work, but one that stood still may believe that it does. */
export class SimCluster {
  readonly #world: SimWorld;
  readonly #parts: SimParts;
  readonly #controllers = new Set<SimController>();
  /** Called when a process has died. */
  readonly #died: () => void;
  #active: SimController | undefined;
  #count = 0;

  constructor(world: SimWorld, parts: SimParts, died: () => void) {
    this.#world = world;
    this.#parts = parts;
    this.#died = died;
  }

  /** The controller clients reach, if there is one that answers. */
  get reachable(): SimController | undefined {
    const active = this.#active;
    return active?.process.isRunning === true && active.host !== undefined ? active : undefined;
  }

  /** Starts a process and begins to make things go wrong. */
  begin(): void {
    this.#boot();
    for (const [kind, meanMs] of STRIKES_MS) if (this.#world.strength(kind) > 0) this.#strikeLater(kind, meanMs);
  }

  /** From now on every process works, and one of them is there. */
  heal(): void {
    for (const { process } of this.#controllers) if (process.isPaused) process.proceed();
    if (this.#active?.process.isAlive !== true) this.#bootLater();
    this.#lookAfterRuns();
  }

  #lookAfterRuns(): void {
    this.#world.after(LOOK_MS, "", () => {
      void this.reachable?.resumeQuarantined();
      this.#lookAfterRuns();
    });
  }

  #boot(): void {
    this.#count += 1;
    const process = new SimProcess(`p${this.#count}`, this.#world, () => this.#bury(controller));
    const controller = new SimController(process, this.#parts);
    this.#controllers.add(controller);
    this.#active = controller;
    this.#world.log(`${process.name} starts`);
    void controller.open((reason) => {
      if (!process.isAlive) return;
      this.#world.log(`${process.name} ends: ${reason}`);
      process.kill();
      this.#bury(controller);
    });
  }

  #bootLater(): void {
    this.#active = undefined;
    this.#world.after(this.#draw(RESTART_MS_MAX), "", () => {
      if (this.#active === undefined) this.#boot();
    });
  }

  #crash(controller: SimController): void {
    this.#world.log(`${controller.process.name} is killed`);
    controller.process.kill();
    this.#bury(controller);
  }

  /** A process is dead: another one begins with what is durable. */
  #bury(controller: SimController): void {
    controller.port.abandon();
    this.#controllers.delete(controller);
    this.#died();
    if (this.#active === controller) this.#bootLater();
  }

  #strikeLater(kind: FaultKind, meanMs: number): void {
    const delayMs = -Math.log(1 - this.#random.next()) * meanMs;
    this.#world.after(delayMs / Math.max(0.05, this.#world.strength(kind)), "", () => {
      if (this.#world.strength(kind) === 0) return;
      this.#strike(kind);
      this.#strikeLater(kind, meanMs);
    });
  }

  #strike(kind: FaultKind): void {
    const { hosts } = this.#parts;
    const executors = [...hosts.executors.values()];
    const executor = executors[this.#draw(executors.length)];
    if (kind === "executorRestart") executor?.restart();
    if (kind === "partition" && executor !== undefined) hosts.network.cutOff(executor.host);
    const controller = this.#active;
    if (controller?.process.isRunning !== true) return;
    const { process } = controller;
    if (kind === "crash") this.#crash(controller);
    if (kind === "crashInside") process.lightFuse(1 + this.#draw(20));
    if (kind === "pause") this.#pause(controller);
    if (kind === "clockJump") {
      const byMs = this.#draw(2 * HOUR_MS) - HOUR_MS;
      this.#world.log(`the clock of ${process.name} jumps by ${byMs}`);
      process.clock.jump(byMs);
    }
  }

  /** Half of the time others take it for dead, and take over. */
  #pause(controller: SimController): void {
    const { process } = controller;
    const pauseMs = this.#draw(PAUSE_MS_MAX);
    this.#world.log(`${process.name} stands still for ${pauseMs}`);
    process.pause();
    this.#world.after(pauseMs, `${process.name} goes on`, () => {
      if (process.isPaused) process.proceed();
    });
    if (this.#draw(2) === 0) this.#bootLater();
  }

  get #random() {
    return this.#world.random("cluster");
  }

  #draw(bound: number): number {
    return this.#random.integer(bound);
  }
}
