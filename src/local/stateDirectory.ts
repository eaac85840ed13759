import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";

const LOCK_PATIENCE_MS = 2000;

/**
 * A directory that holds a sandbox's state, used by one process at a time: two would overwrite each other's
 * writes.
 */
export interface StateDirectory {
  readonly path: string;
  /** Whether it was made for this run only. */
  readonly isTemporary: boolean;
  /** Where the objects' SQLite files are. */
  readonly objects: string;
  /** What the sandboxes' ids and credentials are derived from: made once, and as lasting as the state. */
  readonly rootSecret: string;
  /** Names the process that writes the state, so that the lock lasts as long as it does. */
  heldBy(pid: number): Promise<void>;
  /** Lets others use it; removes it when it is temporary. */
  release(): Promise<void>;
}

/**
 * Opens the directory, making it when it is not there; undefined asks for one that lives as long as this run.
 * Throws an Error with a message for people when it can't be had.
 */
export async function openStateDirectory(wanted: string | undefined): Promise<StateDirectory> {
  const isTemporary = wanted === undefined;
  const path = isTemporary ? await mkdtemp(join(tmpdir(), "fc-sandbox-")) : resolve(wanted);
  const objects = join(path, "objects");
  const lock = join(path, "lock");
  let rootSecret: string;
  try {
    await mkdir(objects, { recursive: true });
    await acquire(lock);
    rootSecret = await readOrMake(join(path, "secret"));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new Error(`The state directory ${path} can't be used: ${error.message}`);
  }
  return {
    path,
    isTemporary,
    objects,
    rootSecret,
    heldBy: (pid) => writeFile(lock, String(pid)),
    release: () => rm(isTemporary ? path : lock, { recursive: true, force: true }),
  };
}

async function readOrMake(file: string): Promise<string> {
  await writeFile(file, randomBytes(32).toString("base64url"), { flag: "wx", mode: 0o600 }).catch((error) => {
    if (error.code !== "EEXIST") throw error;
  });
  return readFile(file, "utf8");
}

async function acquire(lock: string): Promise<void> {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      return await writeFile(lock, String(process.pid), { flag: "wx" });
    } catch (error) {
      if (!isSystemError(error) || error.code !== "EEXIST") throw error;
    }
    const holder = Number(await readFile(lock, "utf8").catch(() => ""));
    if (!isRunning(holder)) await rm(lock, { force: true });
    else if (Date.now() > deadline) {
      throw new Error(
        `Process ${holder} uses this state directory already; choose another with --state-dir (or remove ${lock} if that process is no sandbox).`,
      );
    } else await setTimeout(50); // A sandbox that was killed takes a moment to be gone.
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isSystemError(error) && error.code === "EPERM";
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
