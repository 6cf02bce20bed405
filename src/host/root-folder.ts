import { mkdirSync } from "node:fs";

/** Makes the root folder of a throw-away host when it is not there yet: a new folder is an empty host. */
export function makeRootFolder(path: string): void {
  mkdirSync(path, { recursive: true });
}
