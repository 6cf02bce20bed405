import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { CliSandbox } from "./cli-process.ts";

const answer = z.array(
  z.object({
    host: z.string(),
    facts: z.object({ os: z.object({ family: z.string() }), custom: z.record(z.string(), z.unknown()) }),
    conditions: z.array(z.object({ type: z.string(), reason: z.string() })),
  }),
);

test("given a fleet file, when facts are asked for, then each host tells its own", async (context) => {
  const cli = new CliSandbox(context);
  writeFileSync(
    join(cli.folder, "hosts.yml"),
    "hosts:\n  web1:\n    root: web1\n    facts: { rack: b7 }\n  db1:\n    root: db1\n",
  );
  const all = await cli.run(["facts", "--fleet", "hosts.yml", "--output", "json"]);
  assert.equal(all.exitCode, 0, all.stderr);
  assert.deepEqual(
    answer.parse(JSON.parse(all.stdout)).map(({ host, facts }) => [host, facts.custom["rack"]]),
    [
      ["db1", undefined],
      ["web1", "b7"],
    ],
  );
  const one = await cli.run(["facts", "--fleet", "hosts.yml", "--host", "web1", "--output", "plain"]);
  assert.match(one.stdout, /^web1\n/);
  assert.match(one.stdout, /custom rack +"b7"/);
  assert.doesNotMatch(one.stdout, /db1/);
});

test("given a host that is not in the fleet, when facts are asked for, then the hosts there are named", async (context) => {
  const result = await new CliSandbox(context).run(["facts", "--host", "nowhere"]);
  assert.equal(result.exitCode, 1);
  assert.match(result.stderr, /"nowhere" is not in the fleet/);
});
