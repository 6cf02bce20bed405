import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { codedError, DroverError, fromThrown } from "../../base/coded-error.ts";
import { VIEW_APPLICATION_ID, VIEW_SCHEMA, VIEW_TABLES, VIEW_VERSION } from "./view-schema.ts";

/** Longest wait in milliseconds for another connection: of a writer for a rebuild, of a reader for a checkpoint. */
const BUSY_TIMEOUT_MS = 2_000;

/** The file of the read model in a data folder. */
export function viewPath(folder: string): string {
  return join(folder, "view.db");
}

/** Opens the read model for writing; makes it where there is none, and anew where it is damaged or of another version. */
export function openViewForWriting(folder: string): DatabaseSync {
  const path = viewPath(folder);
  try {
    return openWritable(path);
  } catch (thrown) {
    if (!isWorthless(thrown)) throw viewFailed(path, thrown);
    removeView(folder);
    return openWritable(path);
  }
}

/** Opens the read model for reading. Throws `DRV_VIEW_ABSENT` or `DRV_VIEW_DAMAGED`. */
export function openViewForReading(folder: string): DatabaseSync {
  const path = viewPath(folder);
  if (!existsSync(path)) {
    throw new DroverError([codedError("DRV_VIEW_ABSENT", `Cannot open the read model "${path}": there is none`)]);
  }
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    if (!isCurrent(database)) throw viewDamaged(path, "it is none, or of another version");
    return database;
  } catch (thrown) {
    database?.close();
    if (thrown instanceof DroverError) throw thrown;
    throw viewDamaged(path, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** Removes the read model; it can be made anew from the log. */
export function removeView(folder: string): void {
  const path = viewPath(folder);
  for (const name of [path, `${path}-wal`, `${path}-shm`]) rmSync(name, { force: true });
}

/** Drops everything and makes the tables anew; belongs into a transaction. */
export function makeTables(database: DatabaseSync): void {
  for (const table of VIEW_TABLES) database.exec(`DROP TABLE IF EXISTS ${table}`);
  database.exec(VIEW_SCHEMA);
  database.exec(`PRAGMA application_id = ${VIEW_APPLICATION_ID}; PRAGMA user_version = ${VIEW_VERSION}`);
}

export function viewFailed(path: string, thrown: unknown): DroverError {
  if (thrown instanceof DroverError) return thrown;
  return new DroverError([fromThrown("DRV_VIEW_FAILED", thrown, `Cannot write the read model "${path}"`)]);
}

export function viewDamaged(path: string, found: string): DroverError {
  return new DroverError([codedError("DRV_VIEW_DAMAGED", `Cannot open the read model "${path}": ${found}`)]);
}

function openWritable(path: string): DatabaseSync {
  const isNew = !existsSync(path);
  // SQLite gives its other files the mode of this one.
  if (isNew) closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536");
    database.exec("PRAGMA wal_autocheckpoint = 4000");
    if (isCurrent(database)) return database;
    if (!isEmpty(database)) throw viewDamaged(path, "it is none, or of another version");
    database.exec("BEGIN IMMEDIATE");
    if (!isCurrent(database)) makeTables(database);
    database.exec("COMMIT");
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function isCurrent(database: DatabaseSync): boolean {
  const id = database.prepare("PRAGMA application_id").get()?.["application_id"];
  const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
  return id === VIEW_APPLICATION_ID && version === VIEW_VERSION;
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"] === 0;
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Whether what failed says that the file holds nothing of worth. */
export function isWorthless(thrown: unknown): boolean {
  if (thrown instanceof DroverError) return thrown.code === "DRV_VIEW_DAMAGED";
  if (!(thrown instanceof Error) || !("errcode" in thrown) || typeof thrown.errcode !== "number") return false;
  // The lowest byte is the primary code; what stands above it refines it.
  const code = thrown.errcode % 256;
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}
