import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fromThrown, type CodedError } from "../base/coded-error.ts";
import { err, type Result } from "../base/result.ts";
import { parseFleetFile, type FleetFileHost } from "./fleet-file.ts";

/** Reads a fleet file from disk; relative roots are relative to its folder. Problems are `DRV_FLEET_FILE_INVALID`. */
export async function loadFleetFile(path: string): Promise<Result<readonly FleetFileHost[], readonly CodedError[]>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    return err([fromThrown("DRV_FLEET_FILE_INVALID", thrown, `Cannot read fleet file ${JSON.stringify(path)}`)]);
  }
  const folder = dirname(resolve(path));
  return parseFleetFile(text, { file: path, resolveRoot: (root) => resolve(folder, root) });
}
