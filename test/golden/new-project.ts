import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { CliSandbox } from "./cli-process.ts";

/** A program in a folder that holds a project made by `drover init`. */
export async function newProject(context: TestContext): Promise<CliSandbox> {
  const cli = new CliSandbox(context);
  const made = await cli.run(["init"]);
  assert.equal(made.exitCode, 0, made.stderr);
  return cli;
}

/** Names the fleet of the project. */
export const FLEET = ["--fleet", "hosts.yml"];
