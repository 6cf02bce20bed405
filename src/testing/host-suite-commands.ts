import assert from "node:assert/strict";
import { test } from "node:test";
import { inFolder } from "./host-suite-files.ts";
import { codeOf, HOSTILE_TEXTS, manyBytes, putText, textOf, valueOf, type SubjectOf } from "./host-suite-subject.ts";

const PRINT_WORDS = 'for word in "$@"; do printf "[%s]" "$word"; done';

/** What a host gives a command, and what shells on the way to it add by themselves. */
const OWN_VARIABLES = ["PATH", "HOME", "LANG", "DROVER_ROOT", "PWD", "OLDPWD", "SHLVL", "_", "NODE_V8_COVERAGE"];

export function testHostCommands(subjectOf: SubjectOf, floodBytes: number): void {
  testWords(subjectOf);
  testEnvironment(subjectOf);
  testRefusedCommands(subjectOf);
  testInput(subjectOf);
  testOutput(subjectOf, floodBytes);
}

function testWords(subjectOf: SubjectOf): void {
  void test("given hostile arguments, when a command gets them, then they arrive as they are", () =>
    inFolder(subjectOf, async (host, folder) => {
      const result = valueOf(await host.exec(["sh", "-c", PRINT_WORDS, "sh", "", ...HOSTILE_TEXTS], { cwd: folder }));
      assert.equal(result.stdout, ["", ...HOSTILE_TEXTS].map((word) => `[${word}]`).join(""));
      assert.equal(result.stderr, "");
      assert.deepEqual(valueOf(await host.list(folder)), []);
    }));

  void test("given an argument of 100,000 characters, when a command gets it, then it arrives whole", async () => {
    const { host } = subjectOf();
    const result = valueOf(await host.exec(["sh", "-c", 'printf %s "${#1}"', "sh", "x".repeat(100_000)]));
    assert.equal(result.stdout, "100000");
  });

  void test("given output on both streams and an exit code, when the command ends, then all are told apart", async () => {
    const { host } = subjectOf();
    const result = valueOf(await host.exec(["sh", "-c", "printf out; printf err >&2; exit 42"]));
    assert.deepEqual([result.exitCode, result.stdout, result.stderr, result.droppedBytes], [42, "out", "err", 0]);
    assert.ok(result.durationMs >= 0);
  });

  void test("given a command that a signal ends, when it is awaited, then its exit code is 128 and the number", async () => {
    const { host } = subjectOf();
    for (const [signal, exitCode] of [
      ["TERM", 143],
      ["KILL", 137],
    ] as const) {
      const result = valueOf(await host.exec(["sh", "-c", `kill -s ${signal} $$`]));
      assert.deepEqual([result.exitCode, result.stdout, result.stderr], [exitCode, "", ""]);
    }
  });

  void test("given many commands at once, when they run, then each gets its own answer", async () => {
    const { host } = subjectOf();
    const numbers = Array.from({ length: 12 }, (_, index) => String(index));
    const results = await Promise.all(numbers.map((number) => host.exec(["printf", "%s", number])));
    assert.deepEqual(
      results.map((result) => valueOf(result).stdout),
      numbers,
    );
  });
}

function testEnvironment(subjectOf: SubjectOf): void {
  void test("given hostile variables, when a command gets them, then they arrive and nothing else does", async () => {
    const { host } = subjectOf();
    const env = Object.fromEntries<string>([
      ...HOSTILE_TEXTS.map((text, index): [string, string] => [`V${index}`, text]),
      ["IFS", "x"],
      ["PS1", "prompt"],
      ["OPTIND", "5"],
      ["with.dot", "dotted"],
      ["__proto__", "own"],
    ]);
    const result = valueOf(await host.exec(["env"], { env }));
    const output = `\n${result.stdout}`;
    for (const [name, value] of Object.entries(env)) assert.ok(output.includes(`\n${name}=${value}\n`), name);
    const names = [...output.matchAll(/^([^=\n]+)=/gm)].map(([, name = ""]) => name);
    for (const name of ["PATH", "HOME", "LANG"]) assert.ok(names.includes(name), name);
    const expected = new Set([...Object.keys(env), ...OWN_VARIABLES]);
    assert.deepEqual(
      names.filter((name) => !expected.has(name)),
      [],
    );
  });

  void test("given a PATH, when a command runs, then its program is looked for there", () =>
    inFolder(subjectOf, async (host, folder, { folder: root }) => {
      valueOf(
        await host.writeFile(`${folder}/mine`, new TextEncoder().encode("#!/bin/sh\necho mine\n"), { mode: 0o755 }),
      );
      const shown = valueOf(await host.exec(["pwd"], { cwd: folder })).stdout.trim();
      assert.ok(shown.endsWith(folder.slice(root.length)));
      const found = valueOf(await host.exec(["mine"], { env: { PATH: `/nowhere:${shown}:/usr/bin:/bin` } }));
      assert.equal(found.stdout, "mine\n");
      assert.equal(codeOf(await host.exec(["mine"])), "DRV_HOST_COMMAND_NOT_FOUND");
      assert.equal(valueOf(await host.exec(["./mine"], { cwd: folder })).stdout, "mine\n");
    }));

  void test("given a working folder with a hostile name, when a command runs there, then it is there", () =>
    inFolder(subjectOf, async (host, folder) => {
      const name = 'it\'s $(a) "folder"';
      valueOf(await host.mkdir(`${folder}/${name}`));
      const result = valueOf(await host.exec(["sh", "-c", "pwd; echo here >file"], { cwd: `${folder}/${name}` }));
      assert.ok(result.stdout.endsWith(`/${name}\n`), result.stdout);
      assert.equal(await textOf(host, `${folder}/${name}/file`), "here\n");
    }));
}

function testRefusedCommands(subjectOf: SubjectOf): void {
  void test("given commands that cannot start, when run, then each has its code", () =>
    inFolder(subjectOf, async (host, folder) => {
      await putText(host, `${folder}/plain`, "not a program");
      const long = "x".repeat(3_000_000);
      assert.equal(codeOf(await host.exec(["drover-no-such-program"])), "DRV_HOST_COMMAND_NOT_FOUND");
      assert.equal(codeOf(await host.exec(["/no/such/program"])), "DRV_HOST_COMMAND_NOT_FOUND");
      assert.equal(codeOf(await host.exec(["./plain"], { cwd: folder })), "DRV_HOST_PERMISSION");
      assert.equal(codeOf(await host.exec(["true"], { cwd: `${folder}/absent` })), "DRV_HOST_FOLDER_NOT_FOUND");
      assert.equal(codeOf(await host.exec(["true"], { cwd: `${folder}/plain` })), "DRV_HOST_FOLDER_NOT_FOUND");
      assert.equal(codeOf(await host.exec(["true"], { cwd: "relative" })), "DRV_HOST_PATH_INVALID");
      assert.equal(codeOf(await host.exec(["echo", long])), "DRV_HOST_ARGUMENTS_TOO_LONG");
      assert.equal(codeOf(await host.exec(["echo"], { env: { LONG: long } })), "DRV_HOST_ARGUMENTS_TOO_LONG");
    }));

  void test("given values no system can take, when a command has them, then they are refused", async () => {
    const { host } = subjectOf();
    const refused = [
      await host.exec([]),
      await host.exec([""]),
      await host.exec(["echo", "a\0b"]),
      await host.exec(["echo"], { env: { NAME: "a\0b" } }),
      await host.exec(["echo"], { env: { "A=B": "x" } }),
      await host.exec(["echo"], { env: { "": "x" } }),
    ];
    assert.deepEqual(new Set(refused.map(codeOf)), new Set(["DRV_HOST_VALUE_INVALID"]));
  });
}

function testInput(subjectOf: SubjectOf): void {
  void test("given input as text and as 8 MB of bytes, when a command reads it, then it gets all of it", () =>
    inFolder(subjectOf, async (host, folder) => {
      assert.equal(valueOf(await host.exec(["cat"], { stdin: "naïve $(x)\n" })).stdout, "naïve $(x)\n");
      assert.equal(valueOf(await host.exec(["cat"], { stdin: "" })).stdout, "");
      const bytes = manyBytes(8 * 1024 * 1024);
      valueOf(await host.exec(["sh", "-c", "cat >copy"], { stdin: bytes, cwd: folder }));
      const copy = valueOf(await host.readFile(`${folder}/copy`));
      assert.ok(copy.length === bytes.length && copy.every((byte, index) => byte === bytes[index]));
    }));

  void test("given input that nobody reads, when the command ends, then that is no failure", async () => {
    const { host } = subjectOf();
    assert.equal(valueOf(await host.exec(["true"], { stdin: manyBytes(4_000_000) })).exitCode, 0);
    assert.equal(valueOf(await host.exec(["cat"])).stdout, "", "without input there is nothing to wait for");
    assert.equal(valueOf(await host.exec(["echo", "next"])).stdout, "next\n");
  });
}

function testOutput(subjectOf: SubjectOf, floodBytes: number): void {
  void test(`given a command that prints ${floodBytes} bytes, when it ends, then head and tail are kept and the rest is counted`, async () => {
    const { host } = subjectOf();
    const script = `echo first; yes | head -c ${floodBytes}; echo last`;
    const result = valueOf(await host.exec(["sh", "-c", script], { outputBytesMax: 10_000 }));
    assert.equal(result.exitCode, 0);
    assert.ok(result.stdout.startsWith("first\ny\n") && result.stdout.endsWith("y\nlast\n"));
    assert.ok(result.stdout.length < 10_100);
    assert.equal(result.droppedBytes, floodBytes + 11 - 10_000);
  });

  void test("given 10 MB on standard error first, when the command goes on, then neither stream blocks the other", async () => {
    const { host } = subjectOf();
    const result = valueOf(await host.exec(["sh", "-c", "yes | head -c 10000000 >&2; echo done"]));
    assert.equal(result.stdout, "done\n");
    assert.ok(result.stderr.length > 1_000_000 && result.droppedBytes > 8_000_000);
  });

  void test("given broken UTF-8 and characters split over writes, when read, then only the broken is replaced", async () => {
    const { host } = subjectOf();
    const lines: string[] = [];
    const script = String.raw`printf 'a\303'; sleep 0.05; printf '\274b\377c\360\237'; sleep 0.05; printf '\231\202\n\303'`;
    const onLine = (stream: string, line: string): unknown => lines.push(`${stream}:${line}`);
    const result = valueOf(await host.exec(["sh", "-c", script], { onLine }));
    assert.equal(result.stdout, "aüb\ufffdc\u{1f642}\n\ufffd");
    assert.deepEqual(lines, ["stdout:aüb\ufffdc\u{1f642}", "stdout:\ufffd"]);
  });

  void test("given lines of every kind, when passed on, then ends are cut off and long lines cut", async () => {
    const { host } = subjectOf();
    const lines: string[] = [];
    const script = String.raw`printf 'one\r\n\nthree\n'; yes x | tr -d '\n' | head -c 200000; printf '\nlast'; printf 'e\n' >&2`;
    const onLine = (stream: string, line: string): unknown => lines.push(`${stream}:${line}`);
    valueOf(await host.exec(["sh", "-c", script], { onLine }));
    const long = `stdout:${"x".repeat(65_536)}`;
    const stdout = lines.filter((line) => line.startsWith("stdout:"));
    assert.deepEqual(stdout, ["stdout:one", "stdout:", "stdout:three", long, "stdout:last"]);
    assert.deepEqual(
      lines.filter((line) => line.startsWith("stderr:")),
      ["stderr:e"],
    );
  });

  void test("given a listener that throws, when a line comes, then the command is ended and the error comes out", async () => {
    const { host } = subjectOf();
    const thrown = new Error("listener");
    const onLine = (): void => {
      throw thrown;
    };
    await assert.rejects(host.exec(["sh", "-c", "echo one; exec sleep 60"], { onLine, killGraceMs: 5_000 }), thrown);
    assert.equal(valueOf(await host.exec(["echo", "next"])).stdout, "next\n");
  });
}
