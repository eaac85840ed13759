import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  access,
  constants,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { findDamage } from "./damage.ts";

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
  /** Puts a file into it. Throws an Error with a message for people when that can't be done. */
  write(name: string, content: string): Promise<void>;
  /** Names the process that writes the state, so that the lock lasts as long as it does. Throws as `write`. */
  heldBy(pid: number): Promise<void>;
  /** Lets others use it; removes it when it is temporary. */
  release(): Promise<void>;
}

/**
 * Opens the directory, making it when it is not there; undefined asks for one that lives as long as this run.
 * Throws an Error with a message for people when it can't be had, or when something in it is damaged; what is
 * damaged stays as it is.
 */
export async function openStateDirectory(wanted: string | undefined): Promise<StateDirectory> {
  const isTemporary = wanted === undefined;
  const path = isTemporary ? await mkdtemp(join(await temporaryParent(), "fc-sandbox-")) : resolve(wanted);
  const objects = join(path, "objects");
  const lock = join(path, "lock");
  const release = () => rm(isTemporary ? path : lock, { recursive: true, force: true });
  const orSay = (error: unknown): never => {
    if (!isSystemError(error)) throw error;
    throw new Error(`The state directory ${path} can't be used: ${error.message}`);
  };
  await mkdir(objects, { recursive: true }).catch(orSay);
  await acquire(lock).catch(orSay);
  try {
    const rootSecret = await readOrMake(join(path, "secret"));
    const damage = findDamage(objects);
    if (damage !== undefined) throw new Error(damage);
    return {
      path,
      isTemporary,
      objects,
      rootSecret,
      write: (name, content) => writeFile(join(path, name), content, { mode: 0o600 }).catch(orSay),
      heldBy: (pid) => replace(lock, String(pid)).catch(orSay),
      release,
    };
  } catch (error) {
    await release();
    return orSay(error);
  }
}

const SHARED_MEMORY = "/dev/shm";
/** The files of an object in use can take some 4 MB; a container often has 64 MB in all. */
const SHARED_MEMORY_NEEDED_BYTES = 2 * 1024 ** 3;

/**
 * Where temporary state goes: into memory, where Linux has room for it and nobody has named another place. There a
 * write need not wait for a disk to confirm what nobody will ever read again.
 */
async function temporaryParent(): Promise<string> {
  if (process.env["TMPDIR"] !== undefined) return tmpdir();
  try {
    await access(SHARED_MEMORY, constants.W_OK);
    const { bavail, bsize } = await statfs(SHARED_MEMORY);
    return bavail * bsize >= SHARED_MEMORY_NEEDED_BYTES ? SHARED_MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Made here it is 32 random bytes in base64url; one may put another. */
const SECRET = /^[\x20-\x7e]{32,}$/;

async function readOrMake(file: string): Promise<string> {
  try {
    const secret = await readFile(file, "utf8");
    if (SECRET.test(secret)) return secret;
  } catch (error) {
    if (!isSystemError(error) || error.code !== "ENOENT") throw error;
    const secret = randomBytes(32).toString("base64url");
    await replace(file, secret);
    return secret;
  }
  throw new Error(
    `${file} is damaged: it holds no secret. Put a copy of it back; or remove it, and all sandboxes but default are lost.`,
  );
}

/** Puts content where a file is or will be, so that whoever is cut off leaves the old file or the new. */
async function replace(file: string, content: string): Promise<void> {
  const unfinished = `${file}.new`;
  try {
    await writeFile(unfinished, content, { mode: 0o600, flush: true });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
}

async function acquire(lock: string): Promise<void> {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      return await writeFile(lock, String(process.pid), { flag: "wx" });
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code === "ENOSPC") await rm(lock, { force: true }); // Made, but empty.
      if (error.code !== "EEXIST") throw error;
    }
    const holder = await readFile(lock, "utf8").catch(() => "");
    const patience = deadline - Date.now();
    if (holder !== "" && !/^[1-9][0-9]*$/.test(holder)) {
      throw new Error(`${lock} is damaged: it names no process. Remove it if no sandbox uses its directory.`);
    }
    // An empty one is being written, or its writer was killed just then.
    if (holder === "" ? patience < 0 : !isRunning(Number(holder))) await removeStale(lock, holder);
    else if (patience < 0) {
      throw new Error(
        `Process ${holder} uses this state directory already: use another (or remove ${lock} if that process is no sandbox).`,
      );
    } else await setTimeout(50); // A sandbox that was killed takes a moment to be gone.
  }
}

/**
 * Removes a lock whose holder is gone. One process at a time: else the slower of two would remove the lock that the
 * faster has put in its place.
 */
async function removeStale(lock: string, holder: string): Promise<void> {
  const turn = `${lock}.stale`;
  try {
    await writeFile(turn, "", { flag: "wx" });
  } catch (error) {
    if (!isSystemError(error) || error.code !== "EEXIST") throw error;
    const began = await stat(turn).catch(() => undefined);
    // It takes a moment, unless whoever had the turn was killed in it.
    if (began && Date.now() - began.mtimeMs > LOCK_PATIENCE_MS) await rm(turn, { force: true });
    await setTimeout(50);
    return;
  }
  try {
    if ((await readFile(lock, "utf8").catch(() => undefined)) === holder) await rm(lock, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isSystemError(error) && error.code === "EPERM";
  }
  return !isZombie(pid);
}

/** Whether a process has ended, and its parent has not asked how: in a container that may never be. */
function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false; // There is no /proc, or no process any more.
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
