import { createHash } from "node:crypto";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** Longest path of a socket that every supported system takes, in bytes. */
const SOCKET_PATH_BYTES_MAX = 100;

/** Where the process that holds a data folder listens for the verbs. */
export interface ControlPlace {
  /** Folder of the socket; made with mode 0700. */
  readonly folder: string;
  readonly path: string;
}

/** In the data folder, or where its path is too long for a socket, in a folder of the user's own below the temporary one. */
export function controlPlaceOf(dataFolder: string): ControlPlace {
  const path = join(dataFolder, "control.sock");
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return { folder: dataFolder, path };
  const digest = createHash("sha256").update(dataFolder).digest("hex").slice(0, 16);
  const folder = join(tmpdir(), `drover-${userInfo().uid}-${digest}`);
  return { folder, path: join(folder, "control.sock") };
}
