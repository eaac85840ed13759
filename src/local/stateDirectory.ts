import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { access, constants, mkdir, mkdtemp, rm, stat, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { findDamage } from "./damage.ts";
import { isSystemError, readIfThere, replaceFile } from "./files.ts";

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
  /** The text of a file in it; undefined when there is none. Throws an Error with a message for people. */
  read(name: string): Promise<string | undefined>;
  /**
   * Puts a file into it, in place of the one that is there, and returns its path. Only its owner may read it unless
   * `mode` says otherwise. Throws as `read`.
   */
  write(name: string, content: string, mode?: number): Promise<string>;
  /** Names the process that writes the state, so that the lock lasts as long as it does. Throws as `read`. */
  heldBy(pid: number): Promise<void>;
  /** Lets others use it; removes it when it is temporary. Does so once, since it may be another's afterwards. */
  release(): Promise<void>;
}

/**
 * Opens the directory, making it when it is not there; undefined asks for one that lives as long as this run.
 * Throws an Error with a message for people when it can't be had, or when something in it is damaged; what is
 * damaged stays as it is.
 */
export async function openStateDirectory(wanted: string | undefined): Promise<StateDirectory> {
  if (wanted === "") throw new Error("The state directory must have a name.");
  const isTemporary = wanted === undefined;
  const path = isTemporary ? await makeTemporary() : resolve(wanted);
  const objects = join(path, "objects");
  const lock = join(path, "lock");
  let released: Promise<void> | undefined;
  const release = () => {
    released ??= rm(isTemporary ? path : lock, { recursive: true, force: true });
    return released;
  };
  const orSay = (error: unknown): never => {
    if (!isSystemError(error)) throw error;
    throw new Error(`The state directory ${path} can't be used: ${error.message}`);
  };
  try {
    await mkdir(objects, { recursive: true });
    await acquire(lock);
  } catch (error) {
    // One that is not temporary may have another's lock.
    if (isTemporary) await release();
    return orSay(error);
  }
  try {
    const rootSecret = await readOrMake(join(path, "secret"));
    const damage = findDamage(objects);
    if (damage !== undefined) throw new Error(damage);
    const read = (name: string) => readIfThere(join(path, name)).catch(orSay);
    const write = async (name: string, content: string, mode?: number) => {
      const file = join(path, name);
      await replaceFile(file, content, mode).catch(orSay);
      return file;
    };
    const heldBy = (pid: number) => replaceFile(lock, holderNamed(pid)).catch(orSay);
    return { path, isTemporary, objects, rootSecret, read, write, heldBy, release };
  } catch (error) {
    await release();
    return orSay(error);
  }
}

/** Makes a directory for this run. */
async function makeTemporary(): Promise<string> {
  const parent = await temporaryParent();
  return mkdtemp(join(parent, "fc-sandbox-")).catch((error) => {
    throw new Error(`No state directory can be made in ${parent}: ${error.message}`);
  });
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
  const kept = await readIfThere(file);
  if (kept === undefined) {
    const made = randomBytes(32).toString("base64url");
    await replaceFile(file, made);
    return made;
  }
  if (SECRET.test(kept)) return kept;
  throw new Error(
    `${file} is damaged: it holds no secret. Put a copy of it back; or remove it, and all sandboxes but default are lost.`,
  );
}

/** What a lock holds: the id of a process and, where there is a /proc, when that started. */
const HOLDER = /^[1-9][0-9]*( [0-9]+)?$/;

/** Names a process so that no other one, which gets its id after a restart, is taken for it. */
function holderNamed(pid: number): string {
  const startTime = statusOf(pid)?.startTime;
  return startTime === undefined ? String(pid) : `${pid} ${startTime}`;
}

async function acquire(lock: string): Promise<void> {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  while (!(await make(lock, holderNamed(process.pid)))) {
    const holder = await readIfThere(lock);
    if (holder === undefined) continue;
    if (holder !== "" && !HOLDER.test(holder)) {
      throw new Error(`${lock} is damaged: it names no process. Remove it if no sandbox uses its directory.`);
    }
    const isLate = Date.now() > deadline;
    // An empty one is being written, or its writer was killed just then.
    const isStale = holder === "" ? isLate : !isRunning(holder);
    if (isStale) await removeStale(lock, holder);
    else if (!isLate)
      await setTimeout(50); // A sandbox that was killed takes a moment to be gone.
    else {
      throw new Error(
        `Process ${holder.split(" ")[0]} uses this state directory already: use another (or remove ${lock} if that process is no sandbox).`,
      );
    }
  }
}

/**
 * Removes a lock whose holder is gone. One process at a time: else the slower of two would remove the lock that the
 * faster has put in its place.
 */
async function removeStale(lock: string, holder: string): Promise<void> {
  const turn = `${lock}.stale`;
  if (!(await make(turn, ""))) {
    const began = await stat(turn).catch(() => undefined);
    // It takes a moment, unless whoever had the turn was killed in it.
    if (began && Date.now() - began.mtimeMs > LOCK_PATIENCE_MS) await rm(turn, { force: true });
    await setTimeout(50);
    return;
  }
  try {
    if ((await readIfThere(lock)) === holder) await rm(lock, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

/** Makes a file; false when it is there already. */
async function make(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === "EEXIST") return false;
    if (isSystemError(error) && error.code === "ENOSPC") await rm(file, { force: true }); // Made, but empty.
    throw error;
  }
}

function isRunning(holder: string): boolean {
  const [pid, startTime] = holder.split(" ");
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // It is there, but is another user's.
    if (!isSystemError(error) || error.code !== "EPERM") return false;
  }
  const status = statusOf(Number(pid));
  if (status === undefined) return true;
  return !status.isZombie && (startTime === undefined || startTime === status.startTime);
}

interface ProcessStatus {
  /** Whether it has ended, and its parent has not asked how: in a container that may never be. */
  readonly isZombie: boolean;
  /** In ticks since the machine started. */
  readonly startTime: string | undefined;
}

/** What /proc says of a process; undefined when there is none, or no such process. */
function statusOf(pid: number): ProcessStatus | undefined {
  try {
    // Source: proc_pid_stat(5). The second item is a name in parentheses, which may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { isZombie: state === "Z", startTime: rest[18] };
  } catch {
    return undefined;
  }
}
