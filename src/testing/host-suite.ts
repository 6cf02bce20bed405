import { after, before, suite } from "node:test";
import { must } from "../base/assert.ts";
import { testHostCommands } from "./host-suite-commands.ts";
import { testHostDisks } from "./host-suite-disks.ts";
import { testHostEndings } from "./host-suite-endings.ts";
import { testHostFiles } from "./host-suite-files.ts";
import { testHostFolders } from "./host-suite-folders.ts";
import { testHostNetwork } from "./host-suite-network.ts";
import { testHostOwners } from "./host-suite-owners.ts";
import type { HostSuiteSubject, SubjectOf } from "./host-suite-subject.ts";

/** What a command prints that never stops talking: 1 GB, far over every limit. */
const FLOOD_BYTES = 1024 ** 3;

/** Which parts of the contract are tested. */
export interface HostSuiteParts {
  readonly runsCommands: boolean;
  readonly hasServer: boolean;
  /** Default 1 GiB; less for a second run over the same process code. */
  readonly floodBytes?: number;
}

/**
 * The contract of `Host` as tests: every adapter calls this once, at the top of a test file. All of it runs against
 * one subject, each test in a folder of its own.
 *
 * @param name Name of the adapter, for the output
 * @param open Opens the host; it is disposed after the last test
 *
 * @example
 * const open = async () => {
 *   const host = new FakeHost(); // Yours.
 *   return { host, folder: "/tmp", isRoot: true, [Symbol.asyncDispose]: async () => {} };
 * };
 * hostSuite("my host", open, { runsCommands: false, hasServer: false });
 */
export function hostSuite(name: string, open: () => Promise<HostSuiteSubject>, parts: HostSuiteParts): void {
  void suite(name, () => {
    let opened: HostSuiteSubject | undefined;
    let folderCount = 0;
    before(async () => {
      opened = await open();
    });
    after(async () => {
      await opened?.[Symbol.asyncDispose]();
    });
    const subjectOf: SubjectOf = () => {
      const subject = must(opened, "the subject is open while its tests run");
      return { subject, host: subject.host, folder: `${subject.folder}/${++folderCount}` };
    };
    testHostFiles(subjectOf);
    testHostFolders(subjectOf);
    testHostOwners(subjectOf);
    if (parts.runsCommands) {
      testHostCommands(subjectOf, parts.floodBytes ?? FLOOD_BYTES);
      testHostEndings(subjectOf);
      testHostDisks(subjectOf);
    }
    if (parts.hasServer) testHostNetwork(subjectOf);
  });
}
