import { constants } from "node:fs";
import { lstat, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder.ts";

let nextNumber = 0;

/** Writes a file so that after a crash it is there whole or not at all; it is durable when the promise resolves. */
export async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  nextNumber += 1;
  const temporary = `${path}.${nextNumber}.tmp`;
  try {
    await writeSynced(temporary, content);
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  await syncFolder(dirname(path));
}

async function writeSynced(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a folder, and its name in the folder above durable. */
export async function makeFolderDurably(path: string): Promise<void> {
  if (await isFolder(path)) return;
  makeFolder(path);
  await syncFolder(dirname(path));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
