import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { newDirectory } from "../program.ts";

const BLOCK = Buffer.alloc(4096);

/**
 * A file system of a few megabytes, in memory. It is mounted in a namespace of its own, which Linux lets anybody
 * make where user namespaces are allowed: no root is needed, and nothing stays mounted.
 */
export interface SmallDisk extends AsyncDisposable {
  /** Where programs run by `by` see it. */
  readonly path: string;
  /** Where this process sees it. */
  readonly outside: string;
  /** The command that runs another one where the disk is mounted. */
  readonly by: readonly string[];
  /** Leaves room for so many blocks of 4 KiB, and nothing more. */
  fill(free?: number): void;
  /** Has the room again that was filled. */
  clear(): void;
  remount(mode: "ro" | "rw"): Promise<void>;
}

/** Mounts one. Throws an Error that says why when this machine does not let us. */
export async function mountSmallDisk(size: string): Promise<SmallDisk> {
  const path = await newDirectory("fc-sandbox-disk-");
  // It is there for as long as its shell reads.
  const mount = `mount -t tmpfs -o size=${size} none "$0" && echo mounted && read _`;
  const holder = spawn("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", mount, path]);
  const exit = once(holder, "close");
  let complaint = "";
  holder.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  const mounted = once(holder.stdout, "data").then(() => true);
  // `once` throws what went wrong when there is no unshare.
  if (!(await Promise.race([mounted, exit.then(() => false)]))) throw new Error(complaint.trim());
  const outside = join(`/proc/${holder.pid}/root`, path);
  const by = ["nsenter", "--preserve-credentials", "--user", "--mount", `--target=${holder.pid}`, "--"];
  const fillers = () => readdirSync(outside).filter((name) => name.startsWith("filler-"));
  return {
    path,
    outside,
    by,
    fill(free = 0) {
      const names = Array.from(fillers(), (name) => join(outside, name));
      try {
        for (;;) {
          names.push(join(outside, `filler-${names.length}`));
          writeFileSync(names.at(-1) ?? "", BLOCK);
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      }
      // The last was made, but has no bytes.
      for (const name of names.slice(-1 - free)) rmSync(name, { force: true });
    },
    clear() {
      for (const name of fillers()) rmSync(join(outside, name));
    },
    async remount(mode) {
      const [command = "", ...args] = by;
      await promisify(execFile)(command, [...args, "mount", "-o", `remount,${mode}`, path]);
    },
    async [Symbol.asyncDispose]() {
      holder.stdin.end();
      await exit;
    },
  };
}
