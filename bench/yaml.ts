import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { BenchRow } from "./bench-row.ts";
import { buildIfStale, PACKAGE_FOLDER } from "./build-if-stale.ts";
import { measureMs, median } from "./measure.ts";

const TASK_COUNT = 5_000;
const ROUND_COUNT = 11;
const PEER_ROUND_COUNT = 3;
const PROGRAM = join(PACKAGE_FOLDER, "bin", "drover.js");

/** A file of 5,000 tasks checked from a cold process, right and with mistakes, beside what a user would pick instead. */
export async function benchYaml(): Promise<BenchRow[]> {
  buildIfStale();
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  try {
    writeFileSync(join(folder, "plan.yml"), planText(TASK_COUNT));
    writeFileSync(
      join(folder, "wrong.yml"),
      planText(TASK_COUNT).replaceAll(/task_(\d*99):/g, "task_$1:\n    retries: 3"),
    );
    writeFileSync(join(folder, "playbook.yml"), playbookText(TASK_COUNT));
    return rowsOf(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** About 100 bytes a task: an operation with an expression, an edge, and every tenth a retry. */
function planText(count: number): string {
  const tasks = Array.from({ length: count }, (_, index) => {
    const needs = index < 10 ? "" : `    needs: task_${index - 10}\n`;
    const retry = index % 10 === 0 ? "    retry: { times: 3, backoff: 1s }\n" : "";
    const operation = `    file.deploy: { path: "\${params.root}/${index}", content: "value ${index}" }\n`;
    return `  task_${index}:\n${operation}${needs}${retry}`;
  });
  return `version: 1\nname: big\nparams: { root: { type: string } }\ndefaults: { target: _any }\ntasks:\n${tasks.join("")}`;
}

function playbookText(count: number): string {
  const tasks = Array.from({ length: count }, (_, index) => {
    const copy = `      ansible.builtin.copy: { dest: "{{ root }}/${index}", content: "value ${index}" }\n`;
    return `    - name: task_${index}\n${copy}`;
  });
  return `- hosts: localhost\n  gather_facts: false\n  vars: { root: /srv }\n  tasks:\n${tasks.join("")}`;
}

function rowsOf(folder: string): BenchRow[] {
  run(folder, process.execPath, [PROGRAM, "validate", "plan.yml"]); // Fills the cache of compiled code.
  const times: { readonly [name: string]: number[] } = { node: [], right: [], wrong: [] };
  for (let round = 0; round < ROUND_COUNT; round++) {
    times["node"]?.push(measureMs(() => run(folder, process.execPath, ["-e", "0"])));
    times["right"]?.push(measureMs(() => run(folder, process.execPath, [PROGRAM, "validate", "plan.yml"])));
    times["wrong"]?.push(measureMs(() => run(folder, process.execPath, [PROGRAM, "validate", "wrong.yml"], 3)));
  }
  const right = median(times["right"] ?? []);
  const own = (name: string, list: readonly number[] | undefined): BenchRow => ({
    name: `yaml: ${name}`,
    value: Math.round(median(list ?? [])),
    unit: "ms",
    peer: null,
    ratio: null,
  });
  return [
    own(`drover validate, ${TASK_COUNT} tasks, whole process`, times["right"]),
    own("the same with 50 mistakes, each shown at its place", times["wrong"]),
    own("a program that does nothing (node -e 0)", times["node"]),
    ...peerRow(folder, right),
  ];
}

/** Only where somebody has installed it. */
function peerRow(folder: string, ownMs: number): readonly BenchRow[] {
  const words = ["--syntax-check", "-i", "localhost,", "playbook.yml"];
  if (spawnSync("ansible-playbook", ["--version"]).status !== 0) return [];
  const times = Array.from({ length: PEER_ROUND_COUNT }, () => measureMs(() => run(folder, "ansible-playbook", words)));
  const value = Math.round(median(times));
  const ratio = Math.round((value / ownMs) * 10) / 10;
  return [
    {
      name: "yaml: the same number of tasks, syntax only",
      value,
      unit: "ms",
      peer: "ansible-playbook --syntax-check",
      ratio,
    },
  ];
}

function run(folder: string, program: string, words: readonly string[], status = 0): void {
  const env = { PATH: process.env["PATH"], HOME: folder, LC_ALL: "C.UTF-8" };
  const ended = spawnSync(program, words, { cwd: folder, env, encoding: "utf8", maxBuffer: 1 << 28 });
  if (ended.status !== status) throw new Error(`Cannot run ${words.join(" ")}: ${ended.stderr}${ended.stdout}`);
}
