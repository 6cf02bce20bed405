import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { systemClock, systemRandom } from "../runner/system.ts";
import { hostSuite } from "../testing/host-suite.ts";
import { codeOf, manyBytes, valueOf } from "../testing/host-suite-subject.ts";
import { createContainerHost } from "./container-host.ts";
import { startPrivateDocker, type PrivateDocker } from "./test-kit/private-docker.ts";

const started = await startPrivateDocker();

function newHost(docker: PrivateDocker, container: string): ReturnType<typeof createContainerHost> {
  const { socketPath } = docker;
  return createContainerHost({
    name: `docker:${container}`,
    container,
    socketPath,
    clock: systemClock,
    random: systemRandom,
  });
}

function testWith(docker: PrivateDocker): void {
  hostSuite(
    "container host",
    async () => {
      // The part of the suite about full disks mounts some.
      const HostConfig = {
        NetworkMode: "none",
        CapAdd: ["SYS_ADMIN"],
        SecurityOpt: ["seccomp=unconfined"],
        Tmpfs: { "/work": "rw,exec,suid" },
      };
      await docker.run("suite-box", { HostConfig });
      const host = newHost(docker, "suite-box");
      return { host, folder: "/work", isRoot: true, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
    },
    { runsCommands: true, hasServer: false, floodBytes: 64 * 1024 * 1024 },
  );

  void suite("containers as hosts", () => {
    before(async () => void (await docker.run("box")));
    after(async () => await docker[Symbol.asyncDispose]());

    void test("given a container, when its facts are read, then it says that it is one", async () => {
      await using host = newHost(docker, "box");
      const facts = valueOf(await host.facts());
      assert.equal(facts.isContainer, true);
    });

    void test("given no container, a stopped one, one without a shell or no engine, when a call is made, then the host is unreachable and says why", async () => {
      await docker.run("stopped-box");
      await docker.call("POST", "/containers/stopped-box/stop?t=1");
      const reasons: [PrivateDocker, string, RegExp][] = [
        [docker, "absent-box", /No such container: absent-box/],
        [docker, "stopped-box", /is not running/],
        [{ ...docker, socketPath: `${docker.folder}/none.sock` }, "box", /did not answer: ENOENT/],
      ];
      for (const [engine, container, reason] of reasons) {
        await using host = newHost(engine, container);
        const answer = await host.exec(["true"]);
        assert.equal(codeOf(answer), "DRV_HOST_UNREACHABLE");
        assert.ok(!answer.ok);
        assert.match(answer.error.message, reason);
      }
    });

    void test("given a container that stops in the middle, when a call is awaited, then the connection is lost", async () => {
      await docker.run("dying-box");
      await using host = newHost(docker, "dying-box");
      const { promise, resolve } = Promise.withResolvers<void>();
      const running = host.exec(["sh", "-c", "echo up; sleep 100"], { onLine: () => resolve() });
      await promise;
      await docker.call("POST", "/containers/dying-box/kill");
      assert.equal(codeOf(await running), "DRV_HOST_CONNECTION_LOST");
    });

    void test("given a cancelled write, when its shell is given up, then no temporary file and no shell stays in the container", async () => {
      const host = newHost(docker, "box");
      const stop = new AbortController();
      const writing = host.writeFile("/srv/file", manyBytes(64 * 1024 * 1024), { signal: stop.signal });
      setImmediate(() => stop.abort(new Error("enough")));
      await assert.rejects(writing, /enough/);
      await host[Symbol.asyncDispose]();
      await using again = newHost(docker, "box");
      assert.deepEqual(valueOf(await again.list("/srv")), []);
    });
  });
}

if ("missing" in started) void test("containers as hosts", (context) => context.skip(started.missing));
else testWith(started);
