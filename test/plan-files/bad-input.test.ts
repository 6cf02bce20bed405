import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { diskLoader, readSource } from "../../src/library/disk-source-loader.ts";
import { memoryLoader } from "../../src/definition/plan-file/source-loader.ts";
import { parsePlanFile } from "../../src/plan/parse-plan-file.ts";

async function found(content: string | Uint8Array): Promise<readonly string[]> {
  const result = await parsePlanFile({ name: "p.yml", content }, memoryLoader(new Map()));
  const diagnostics = result.ok ? result.value.diagnostics : result.error;
  return diagnostics.map(({ at, severity, code }) => `${at.line}:${at.column} ${severity} ${code}`);
}

async function messages(content: string): Promise<string> {
  const result = await parsePlanFile({ name: "p.yml", content }, memoryLoader(new Map()));
  return (result.ok ? result.value.diagnostics : result.error)
    .map(({ message, hint }) => `${message} | ${hint}`)
    .join("\n");
}

const HEAD = "version: 1\nname: p\ndefaults: { target: _any }\ntasks:\n";
const syntax = (place: string): string => `${place} error DRV_PLANFILE_SYNTAX`;

suite("bad input for plan files", () => {
  test("given tabs as indentation, then the first is told with what to do", async () => {
    const content = `${HEAD}\ta:\n\t\tdelay: 1s\n`;
    assert.equal((await found(content))[0], syntax("5:1"));
    assert.match(await messages(content), /tab.*\| Indent with spaces/);
  });

  test("given a key twice, then its second place and the line of the first are told", async () => {
    const content = `${HEAD}  a: { delay: 1s }\n  b: { delay: 1s }\n  a: { delay: 2s }\n`;
    assert.deepEqual(await found(content), ["7:3 error DRV_PLANFILE_KEY_DUPLICATE"]);
    assert.match(await messages(content), /It stands first on line 5/);
  });

  test("given anchors that explode, then the file is refused and nothing is expanded", async () => {
    const levels = Array.from({ length: 9 }, (_, index) =>
      index === 0
        ? "x-0: &l0 [a, a, a, a, a, a, a, a, a]"
        : `x-${index}: &l${index} [${Array(9)
            .fill(`*l${index - 1}`)
            .join(", ")}]`,
    );
    const [first] = await found(`${levels.join("\n")}\n${HEAD}  a: { delay: 1s }\n`);
    assert.match(first ?? "", /error DRV_PLANFILE_LIMIT$/);
  });

  test("given an anchor inside itself or one that is nowhere, then both are told", async () => {
    assert.deepEqual(await found(`x-a: &a [*a]\nx-b: *b\n${HEAD}  a: { delay: 1s }\n`), [
      syntax("1:10"),
      syntax("2:6"),
    ]);
  });

  test("given a merge key, then it is refused with what to use instead", async () => {
    const content = `x-a: &a { delay: 1s }\n${HEAD}  a:\n    <<: *a\n    delay: 1s\n`;
    assert.deepEqual(await found(content), [syntax("7:5")]);
    assert.match(await messages(content), /not part of YAML 1\.2/);
  });

  test("given numbers that look octal, then a warning says what they are", async () => {
    const content = `${HEAD}  a: { file.deploy: { path: /a, content: x, vars: { mask: 0022 } } }\n`;
    assert.deepEqual(await found(content), ["5:59 warning DRV_PLANFILE_AMBIGUOUS"]);
    assert.match(await messages(content), /it is the number 22/);
  });

  test("given words that older tools read as truth values, then a hint says what they are here", async () => {
    const content = `${HEAD}  a: { file.deploy: { path: /a, content: x, vars: { country: no } } }\n`;
    assert.deepEqual(await found(content), ["5:62 hint DRV_PLANFILE_AMBIGUOUS"]);
    assert.deepEqual(await found(`rollback: off\n${HEAD}  a: { delay: 1s }\n`), []);
  });

  test("given `on:` and `yes`, then `on` is a key and `yes` is no truth value", async () => {
    const content = `${HEAD}  a: { delay: 1s }\n  b:\n    delay: 1s\n    needs:\n      - task: a\n        on: failure\n    tolerate: yes\n`;
    assert.deepEqual(await found(content), ["11:15 error DRV_PLANFILE_VALUE_INVALID"]);
    assert.match(await messages(content), /Write true, without quotes/);
  });

  test("given a quote that is never closed, then the file is refused at its place", async () => {
    const [first] = await found(`${HEAD}  a: { delay: 1s }\n  b:\n    signal: "go\n  c: { delay: 1s }\n`);
    assert.match(first ?? "", /^[78]:\d+ error DRV_PLANFILE_SYNTAX$/);
  });

  test("given Windows line ends and a byte order mark, then the file is fine and columns are right", async () => {
    const content = `\uFEFF${HEAD}  a:\n    delay: 1 hour\n`.replaceAll("\n", "\r\n");
    assert.deepEqual(await found(content), ["6:12 error DRV_PLANFILE_VALUE_INVALID"]);
  });

  test("given bytes that are no UTF-8, then the place of the first is told", async () => {
    const content = Buffer.concat([Buffer.from("version: 1\nname: é"), Buffer.from([0xe9]), Buffer.from("\n")]);
    assert.deepEqual(await found(content), ["2:8 error DRV_PLANFILE_UNREADABLE"]);
    assert.deepEqual(await found(Buffer.from("\uFEFFversion: 1", "utf16le")), ["1:1 error DRV_PLANFILE_UNREADABLE"]);
  });

  test("given a line of a megabyte, then it is read, and shown cut when something is wrong with it", async () => {
    const result = await parsePlanFile(
      { name: "p.yml", content: `${HEAD}  a: { delay: 1s, titel: "${"x".repeat(1024 * 1024)}" }\n` },
      memoryLoader(new Map()),
    );
    assert.ok(!result.ok);
    assert.ok((result.error[0]?.excerpt?.text.length ?? 0) <= 100);
  });

  test("given ten thousand levels of lists, or thousands of maps, then the file is refused", async () => {
    assert.match((await found(`a: ${"[".repeat(10_000)}`))[0] ?? "", /DRV_PLANFILE_LIMIT$/);
    const maps = Array.from({ length: 2_000 }, (_, index) => `${" ".repeat(index)}a:`).join("\n");
    assert.match((await found(maps))[0] ?? "", /DRV_PLANFILE_LIMIT$/);
  });

  test("given an empty file, a comment or a list at the top, then a map is asked for", async () => {
    for (const content of ["", "# nothing\n", "- a\n- b\n", "text\n", "null\n"]) {
      assert.deepEqual(
        (await found(content)).map((line) => line.split(" ").at(-1)),
        ["DRV_PLANFILE_VALUE_INVALID"],
        JSON.stringify(content),
      );
    }
  });

  test("given a folder or no file, then that is what is said", async () => {
    const folder = mkdtempSync(join(tmpdir(), "drover-bad-input-"));
    try {
      const asFile = await readSource(".", folder);
      assert.ok(!asFile.ok);
      assert.match(asFile.error.message, /it is a folder/);
      const missing = await diskLoader(folder).load("nowhere.yml", "plan.yml");
      assert.ok(!missing.ok);
      assert.match(missing.error.message, /there is no such file/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("given keys that are no text, then they are refused with how to write them", async () => {
    const content = `${HEAD}  1: { delay: 1s }\n  true: { delay: 1s }\n  ? [a]\n  : { delay: 1s }\n`;
    assert.deepEqual(await found(content), [syntax("5:3"), syntax("6:3"), syntax("7:5")]);
    assert.match(await messages(content), /Quote it: "1"/);
  });

  test("given expressions never closed or inside each other, then their places are told", async () => {
    const content = (path: string): string => `${HEAD}  a: { file.directory: { path: "${path}" } }\n`;
    assert.match((await found(content("/x/${params.a")))[0] ?? "", /^5:\d+ error DRV_EXPRESSION_/);
    assert.match((await found(content("/x/${params.${b}}")))[0] ?? "", /^5:\d+ error DRV_EXPRESSION_NESTED$/);
  });

  test("given two documents or tags of programs, then they are refused", async () => {
    assert.deepEqual(await found(`${HEAD}  a: { delay: 1s }\n---\nversion: 1\n`), [syntax("6:1")]);
    assert.deepEqual(await found(`${HEAD}  a: { delay: !!js/function "1s" }\n`), [syntax("5:15")]);
  });

  test("given hostile names and values, then they are data like any other", async () => {
    const names = ["__proto__", "constructor", "; rm -rf .", "--flag", "$(id)", "a\\nb"];
    const tasks = names.map(
      (name, index) =>
        `  ${JSON.stringify(name)}: { file.deploy: { path: /a${index}, content: "; rm -rf $(id) \`id\`" } }\n`,
    );
    assert.deepEqual(await found(`${HEAD}${tasks.join("")}`), []);
  });
});
